"""Identity tokens: proof, signed by the company's own server, of which customer is chatting.

A token is a JWT (RFC 7519) with ``sub`` (the customer's external id), ``aud`` (the widget's public key), ``iat`` and
``exp``, at most 24 hours apart. It is signed with one of the widget's keys, and the key says by which algorithm: what
the token says of that is compared, and never followed. Pure.
"""

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import jwt
from jwt.exceptions import InvalidSubjectError

from accounts.claims import Profile, external_id_of, profile_of
from accounts.errors import IdentityError
from accounts.values import CLOCK_SKEW

Algorithm = Literal["HS256", "RS256", "ES256"]

LONGEST_LIFE = timedelta(hours=24)
MAX_TOKEN_LENGTH = 8192
REQUIRED = ["exp", "iat", "sub", "aud"]


@dataclass(frozen=True)
class Key:
    """``material`` is the secret that signs and verifies, or the public key that only verifies."""

    kid: str
    algorithm: Algorithm
    material: str = field(repr=False)


@dataclass(frozen=True)
class Unproved:
    """What a token says of itself and of its customer, whoever made it."""

    header: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True)
class Identity:
    """What a token has proved."""

    external_id: str
    issued_at: datetime
    expires_at: datetime
    profile: Profile
    kid: str


def proved(token: str, *, keys: Sequence[Key], audience: str) -> Identity:
    """Whom the token names. Raises IdentityError, which says exactly what is wrong, for anything short of proof."""
    said = read(token)
    fitting = _fitting(said, keys)
    for key in fitting:
        try:
            claims = _verified(token, key, audience)
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError as error:
            raise _refusal(error, said.claims, audience) from error
        return _identity(claims, key)
    names = " or ".join(key.kid for key in fitting)
    raise IdentityError("signature", f"The signature was not made with key {names}, or the token was changed since.")


def read(token: str) -> Unproved:
    """Raises IdentityError for what is no token at all."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise IdentityError("too_long", f"The token has {len(token)} characters; {MAX_TOKEN_LENGTH} are allowed.")
    parts = token.split(".")
    if len(parts) != 3:
        raise IdentityError("malformed", f"A token has three parts with dots between them; this one has {len(parts)}.")
    return Unproved(_object(parts[0], "header"), _object(parts[1], "payload"))


def issue_token(
    external_id: str,
    *,
    secret: str,
    audience: str,
    life: timedelta = timedelta(minutes=15),
    kid: str = "",
    **claims: Any,
) -> str:
    """What the company's server does in its own language; used by the demo page and the tests."""
    now = datetime.now(UTC)
    said = {"sub": external_id, "aud": audience, "iat": now, "exp": now + life, **claims}
    return jwt.encode(said, secret, algorithm="HS256", headers={"kid": kid} if kid else None)


# --- Reading -------------------------------------------------------------------------------


def _object(part: str, name: str) -> dict[str, Any]:
    try:
        text = urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
        found = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except (binascii.Error, ValueError, RecursionError):
        raise IdentityError("malformed", f"The {name} is not the base64url of a JSON object.") from None
    if not isinstance(found, dict):
        raise IdentityError("malformed", f"The {name} is not a JSON object.")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two claims with the same name each reader could take another one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, _ in pairs if [each for each, _ in pairs].count(name) > 1)
        raise IdentityError("malformed", f"`{_shown(twice)}` is there twice.")
    return found


def _no_number(word: str) -> float:
    raise ValueError(word)


# --- Verifying -----------------------------------------------------------------------------


def _fitting(said: Unproved, keys: Sequence[Key]) -> list[Key]:
    """The key that the token names, or each of the widget's, if its algorithm is the one that the token claims."""
    kid, algorithm = said.header.get("kid"), said.header.get("alg")
    if not keys:
        raise IdentityError("no_key", "The widget has no key yet.")
    named = [key for key in keys if kid is None or key.kid == kid]
    if not named:
        raise IdentityError("unknown_key", f"Its `kid` is {_shown(kid)}, and the widget has no live key of that name.")
    fitting = [key for key in named if key.algorithm == algorithm]
    if not fitting:
        taken = " or ".join(dict.fromkeys(key.algorithm for key in named))
        raise IdentityError("algorithm", f"Its `alg` is {_shown(algorithm)}, and the widget's key takes {taken}.")
    return fitting


def _verified(token: str, key: Key, audience: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token,
        key.material,
        algorithms=[key.algorithm],
        audience=audience,
        leeway=CLOCK_SKEW,
        options={"require": REQUIRED},
    )
    return claims


def _identity(claims: dict[str, Any], key: Key) -> Identity:
    issued, expires = int(claims["iat"]), int(claims["exp"])
    if expires - issued > LONGEST_LIFE.total_seconds():
        hours = (expires - issued) / 3600
        raise IdentityError("lives_too_long", f"It lives {hours:,.0f} hours from `iat` to `exp`; 24 are allowed.")
    return Identity(
        external_id_of(claims),
        issued_at=datetime.fromtimestamp(issued, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
        profile=profile_of(claims),
        kid=key.kid,
    )


def _refusal(error: jwt.PyJWTError, claims: dict[str, Any], audience: str) -> IdentityError:
    match error:
        case jwt.ExpiredSignatureError():
            return IdentityError("expired", f"It expired {_when(claims['exp'])}.")
        case jwt.ImmatureSignatureError():
            ahead = max(("iat", "nbf"), key=lambda name: _seconds(claims.get(name)))
            return IdentityError("not_yet", f"It is valid only from `{ahead}` on: {_when(claims[ahead])}.")
        case jwt.MissingRequiredClaimError():
            return IdentityError("missing", f"The claim `{error.claim}` is missing.")
        case jwt.InvalidAudienceError():
            said = _shown(claims.get("aud"))
            return IdentityError("audience", f"Its `aud` is {said}, and the widget's public key is '{audience}'.")
        case InvalidSubjectError():
            return IdentityError("sub", "`sub` has to be text: the customer's id in your own system.")
        case jwt.InvalidKeyError():
            return IdentityError("key", "The key of the widget cannot be used.")
    return IdentityError("malformed", f"{error}.")


# --- Words ---------------------------------------------------------------------------------


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _seconds(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return float("-inf")


def _when(value: object) -> str:
    """A claim's moment, and how far from now it is."""
    seconds = _seconds(value)
    away = abs(seconds - datetime.now(UTC).timestamp())
    unit, size = next((unit, size) for unit, size in UNITS if away >= size or size == 1)
    count = round(away / size)
    distance = f"{count} {unit}{'' if count == 1 else 's'}"
    direction = "ago" if seconds < datetime.now(UTC).timestamp() else "from now"
    try:
        return f"{distance} {direction}, at {datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, OSError, ValueError):
        return f"{distance} {direction}"


UNITS = [("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)]
