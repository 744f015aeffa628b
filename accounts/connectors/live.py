"""One lookup, as fresh as it can be had: live, or what was known before, and then it says so.

No database is used here, so that many can be asked at once.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from cryptography.fernet import Fernet, InvalidToken
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.connectors import asked
from accounts.connectors.base import Lookup
from accounts.connectors.reading import said
from accounts.records import AccountFact
from accounts.wording import clock
from supportbot.encryption import Undecipherable, decrypt, encrypt
from supportbot.outbound.errors import SourceError

log = structlog.get_logger(__name__)

# What a system said last is better than nothing while it does not answer, and says when it was said.
KEPT = timedelta(hours=24)
FORGOTTEN = ""
UNREADABLE = "What it answered could not be read. The log says why."
Status = Literal["live", "cached", "stale", "failed"]


@dataclass(frozen=True)
class Known:
    text: str
    at: datetime


@dataclass(frozen=True)
class Looked:
    """``fact`` is there in any case: also that a system did not answer has to be told."""

    name: str
    status: Status
    fact: AccountFact
    reason: str = ""


def look_up(lookup: Lookup) -> Looked:
    """Blocks for as long as the lookup may take. Never raises for what another system does."""
    known = recall(lookup)
    if known and timezone.now() - known.at < timedelta(seconds=lookup.cache_seconds):
        return Looked(lookup.name, "cached", fact(lookup, known))
    try:
        known = Known(said(asked(lookup), lookup.facts, lookup.time_zone), timezone.now())
    except SourceError as error:
        return unanswered(lookup, error.user_message)
    except Exception:  # the outermost edge of another system: whatever it brought about, the customer is answered
        log.exception("connector_broke", connector=lookup.name)
        return unanswered(lookup, UNREADABLE)
    remember(lookup, known)
    return Looked(lookup.name, "live", fact(lookup, known))


def unanswered(lookup: Lookup, reason: str) -> Looked:
    """With what was known before, if it is not too old. The reason is for staff; customers are told that it is so."""
    log.warning("connector_failed", connector=lookup.name, reason=reason)
    if known := recall(lookup):
        then = clock(known.at, lookup.time_zone)
        late = f"{lookup.title} did not answer just now: this is as of {then}."
        stale = Known(f"{fact(lookup, known).text} {late}", known.at)
        return Looked(lookup.name, "stale", fact(lookup, stale), reason)
    nothing = Known(f"{lookup.title} did not answer just now, so what it knows cannot be told.", timezone.now())
    return Looked(lookup.name, "failed", fact(lookup, nothing), reason)


def fact(lookup: Lookup, known: Known) -> AccountFact:
    text = known.text or f"{lookup.title} has nothing on record here."
    return AccountFact(lookup.title, text, known.at, origin=lookup.title)


# --- What was known before: a customer's, so it is encrypted, and once more with a secret of their own ------
# Without that secret nobody can read it again, also what a lookup brings that was under way, or what a connector
# said that is deleted by now.


def recall(lookup: Lookup) -> Known | None:
    try:
        kept, secret = cache.get(lookup.key), secret_of(lookup.customer)
        if not kept or not secret:
            return None
        text, at, version = json.loads(Fernet(secret).decrypt(decrypt(kept)))
    except (RedisError, OSError, Undecipherable, InvalidToken, ValueError):  # a cache that is away knows nothing
        return None
    return Known(text, datetime.fromisoformat(at)) if version == lookup.version else None


def remember(lookup: Lookup, known: Known) -> None:
    said_then = json.dumps([known.text, known.at.isoformat(), lookup.version])
    try:
        if secret := secret_of(lookup.customer):
            kept = Fernet(secret).encrypt(said_then.encode()).decode()
            cache.set(lookup.key, encrypt(kept), KEPT.total_seconds())
            cache.touch(secret_key(lookup.customer), KEPT.total_seconds())
    except (RedisError, OSError):
        log.warning("cache_away")


def forget(customer_id: int) -> None:
    """Raises RedisError while the cache is away: then it is not forgotten.

    No secret takes the place of theirs for as long as a lookup could still be under way: nothing more is kept.
    """
    cache.set(secret_key(customer_id), FORGOTTEN, KEPT.total_seconds())


def secret_of(customer_id: int) -> str:
    """Made when there is none yet; empty for a customer who was forgotten."""
    made = Fernet.generate_key().decode()
    return str(cache.get_or_set(secret_key(customer_id), made, KEPT.total_seconds()))


def secret_key(customer_id: int) -> str:
    return f"connectors:{customer_id}"
