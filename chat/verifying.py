"""Proof by e-mail: a code is asked for, and entered. Nothing here tells whether an address is anybody's."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts import actors
from accounts.actors import VISITOR, Actor
from accounts.records import Proof
from chat import codes, services, tasks
from chat.errors import CodeNotSent, CodeRefused
from chat.models import Conversation, VerificationCode
from chat.services import Session

LIFE = timedelta(minutes=10)
MOST_TRIES = 5


def request_code(conversation_id: int, address: str) -> datetime:
    """Until when the code is good that is on its way, if the address is a customer's. Raises CodeNotSent."""
    now = timezone.now()
    session_hash = Conversation.objects.values_list("session_hash", flat=True).get(pk=conversation_id)
    anew = {"code_hash": "", "tries": 0, "asked_at": now, "mailed_at": None, "expires_at": now + LIFE}
    asked, _ = VerificationCode.objects.update_or_create(
        conversation_id=conversation_id, defaults={"session_hash": session_hash, "address": address, **anew}
    )
    try:
        tasks.mail_code.apply_async((asked.pk,), retry=False)
    except (OperationalError, OSError) as error:
        raise CodeNotSent() from error
    return asked.expires_at


def enter_code(conversation_id: int, code: str) -> tuple[Actor, Session]:
    """Who the visitor is by now, and their conversation under a new secret. Raises CodeRefused.

    A try is counted, and stored, before it is looked at: however many come at once, five are.
    """
    asked = _counted(conversation_id)
    if asked is None or not codes.is_right(asked, code):
        raise CodeRefused()
    with transaction.atomic():
        # Used up, unless somebody was faster.
        if not VerificationCode.objects.filter(pk=asked.pk, code_hash=asked.code_hash).delete()[0]:
            raise CodeRefused()
        customer = codes.customer_by_address(asked.address)
        actor = actors.customer(customer.pk, Proof("email", customer.email)) if customer else VISITOR
        session = services.prove_session(conversation_id, asked.session_hash, actor) if actor.is_verified else None
    if session is None:
        raise CodeRefused()
    return actor, session


@transaction.atomic
def _counted(conversation_id: int) -> VerificationCode | None:
    """The code that a try may be made at, of the session as it is now."""
    asked = (
        VerificationCode.objects.select_for_update(of=["self"])
        .select_related("conversation")
        .filter(conversation=conversation_id, expires_at__gt=timezone.now(), tries__lt=MOST_TRIES)
        .first()
    )
    if asked is None or asked.session_hash != asked.conversation.session_hash:
        return None
    asked.tries += 1
    asked.save(update_fields=["tries"])
    return asked
