"""Actions that only a person's click runs: offered by the assistant, decided by the customer, done at most once.

What will happen is fixed and put into words when it is offered. The click names the offer and says yes or no;
there is nothing in it that could change what is done.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import actors
from accounts.actors import Actor
from accounts.errors import CustomerGone
from accounts.services import add_comment
from accounts.services import open_ticket as open_ticket_for
from chat import announcements, services
from chat.errors import ActionExpired, NotFound, TooManyActions
from chat.models import Conversation, PendingAction
from chat.records import Question
from supportbot.errors import SupportbotError

Status = PendingAction.Status

LIFE = timedelta(minutes=10)
# A model gone wild must not paper the chat with offers.
MOST_PENDING = 3


@transaction.atomic
def propose(question: Question, kind: str, arguments: dict[str, Any], *, title: str, summary: str) -> PendingAction:
    """Offers it under the answer that is due. Whatever is offered already is that same offer, with its own end."""
    if question.conversation_id is None:
        raise ValueError("Nothing can be offered outside of a conversation.")
    conversation = _locked(question.conversation_id)
    pending = PendingAction.objects.filter(conversation=conversation, status=Status.PENDING)
    pending.filter(expires_at__lte=timezone.now()).update(status=Status.EXPIRED)
    fingerprint = _fingerprint(kind, question.customer_id, arguments)
    action = pending.filter(arguments_hash=fingerprint).first()
    if action is None and pending.count() >= MOST_PENDING:
        raise TooManyActions()
    if action is None:
        action = PendingAction(
            conversation=conversation,
            customer_id=question.customer_id,
            kind=kind,
            arguments=arguments,
            arguments_hash=fingerprint,
            title=title,
            summary=summary,
            expires_at=timezone.now() + LIFE,
        )
    action.answer_id = question.answer_id
    action.save()
    announcements.conversation_changed(conversation.pk)
    return action


def decide(conversation_id: int, public_id: str, actor: Actor, *, approve: bool) -> PendingAction:
    """The first decision counts, and is told in the conversation; later ones change nothing.

    Raises NotFound for another conversation's action, and for one that was offered to somebody other than
    ``actor``, or to a customer whom nothing proves them to be any more. Raises ActionExpired when it is too late, or
    its answer was given up.
    """
    with transaction.atomic():
        conversation = _locked(conversation_id)
        action = _action(conversation, public_id, actors.again(actor).customer_id)
        if action.status == Status.PENDING:
            _settle(conversation, action, approve)
    if action.status in (Status.EXPIRED, Status.WITHDRAWN):
        raise ActionExpired()
    return action


def _settle(conversation: Conversation, action: PendingAction, approve: bool) -> None:
    """The effect, its outcome and the words about it are stored together or not at all."""
    action.decided_at = timezone.now()
    if action.current_status == Status.EXPIRED:
        action.status = Status.EXPIRED
    elif approve:
        _run(action)
    else:
        action.status, action.result = Status.DECLINED, f"Declined: {action.title}. Nothing was done."
    action.save()
    conversation.refresh_from_db()
    if action.result:
        services.note(conversation, action.result)
    announcements.conversation_changed(conversation.pk)


def _run(action: PendingAction) -> None:
    try:
        with transaction.atomic():
            action.result = EFFECTS[action.kind](action)
            action.status = Status.APPROVED
    except SupportbotError as error:
        action.status, action.result = Status.FAILED, f"{action.title}: that did not work. {error.user_message}"


# --- What each kind does: a sentence about it, unless it speaks for itself -------------------


def open_ticket(action: PendingAction) -> str:
    ticket = open_ticket_for(_customer_of(action), **action.arguments)
    return f"Ticket {ticket.number} is open: {ticket.subject}"


def add_ticket_comment(action: PendingAction) -> str:
    ticket = add_comment(_customer_of(action), **action.arguments)
    return f"Your message was added to ticket {ticket.number}."


def hand_over(action: PendingAction) -> str:
    services.request_person(action.conversation_id, why="offer")
    return ""


EFFECTS: dict[str, Callable[[PendingAction], str]] = {
    PendingAction.Kind.OPEN_TICKET: open_ticket,
    PendingAction.Kind.ADD_TICKET_COMMENT: add_ticket_comment,
    PendingAction.Kind.HAND_OVER: hand_over,
}


# --- Shared steps --------------------------------------------------------------------------


def _locked(conversation_id: int) -> Conversation:
    """Whoever decides holds the conversation's row, so two clicks come one after the other."""
    return Conversation.objects.select_for_update().get(pk=conversation_id)


def _action(conversation: Conversation, public_id: str, customer_id: int | None) -> PendingAction:
    try:
        action = PendingAction.objects.get(conversation=conversation, public_id=public_id)
    except (PendingAction.DoesNotExist, ValueError, ValidationError):
        raise NotFound("There is no such action in this conversation.") from None
    if not action.customer_id == conversation.customer_id == customer_id:
        raise NotFound("There is no such action in this conversation.")
    return action


def _customer_of(action: PendingAction) -> int:
    if action.customer_id is None:
        raise CustomerGone()
    return action.customer_id


def _fingerprint(kind: str, customer_id: int | None, arguments: dict[str, Any]) -> str:
    written = json.dumps([kind, customer_id, arguments], sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()
