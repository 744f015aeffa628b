"""Writes of conversations. Each is one short transaction; what others should see is announced after it."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from chat import announcements, smalltalk
from chat.agents import agents, may_use_console
from chat.errors import ConversationClosed, ImageGone, NotFound, QuestionGrew
from chat.hygiene import clean, cleaned
from chat.models import Attachment, Citation, Conversation, Feedback, Message, PendingAction, Widget
from chat.records import Answer, HandOver
from chat.sessions import conversation_of_session, session_hash

# A writer that has not been heard of for this long has lost its answer to whoever closes it. A customer who watches
# learns of it with the next look of their socket: within half a minute.
LEASE = timedelta(seconds=25)
# Messages that follow each other this fast are one turn.
BURST = timedelta(seconds=1.5)
WAITING = "Waiting for a person. An agent will reply here."
SORRY = "I'm sorry about this. I have asked a person to take over; an agent will reply here."
RELEASED = "The agent had to leave. Another one will reply here."
GIVEN_BACK = "The assistant is answering again."
RESOLVED = "This conversation was marked as resolved."
# What says whose a conversation is.
OWNER = ("customer", "proved_by", "attested_email", "token_kid")
# What somebody is told who is handed over, where it is more than that they wait.
QUEUED: dict[HandOver, str] = {"anger": SORRY, "agent_left": RELEASED}
SESSION = ("session_hash", "session_since")
UNFINISHED = (Message.Status.STOPPED, Message.Status.INTERRUPTED, Message.Status.FAILED)


class Session(NamedTuple):
    """``secret`` opens the conversation from now on."""

    conversation: Conversation
    secret: str


class Posted(NamedTuple):
    """A stored message, whether this call stored it, and the answer that is now due, if any."""

    message: Message
    is_new: bool
    answer: Message | None


# --- Sessions ------------------------------------------------------------------------------


@transaction.atomic
def resume_session(widget: Widget, secret: str | None, actor: Actor, page: dict[str, str]) -> Session | None:
    """The session's conversation, or nothing where another is to be started.

    A conversation that belongs to a customer is resumed by that customer only. An anonymous one becomes
    the customer's when its own session proves who they are; never the other way round. Then it has a new secret:
    whoever else knows the old one is nobody that this customer has proved to be.
    """
    found = conversation_of_session(widget, secret) if secret else None
    conversation = _locked(found.pk) if found else None
    if conversation is None or secret is None or conversation.customer_id not in (None, actor.customer_id):
        return None
    if conversation.customer_id != actor.customer_id:
        secret = _claimed(conversation)
    _belongs_to(conversation, actor)
    conversation.page = page or conversation.page
    conversation.save(update_fields=[*OWNER, "page", *SESSION])
    close_lost_answers(conversation.pk)
    return Session(conversation, secret)


@transaction.atomic
def prove_session(conversation_id: int, session: str, actor: Actor) -> Session | None:
    """The same for a visitor who proves who they are in the midst of it. ``session`` is the hash of their secret.

    None where the conversation is somebody's by now, or the session is over.
    """
    conversation = _locked(conversation_id)
    if conversation.customer_id is not None or conversation.session_hash != session:
        return None
    secret = _claimed(conversation)
    _belongs_to(conversation, actor)
    conversation.save(update_fields=[*OWNER, *SESSION])
    return Session(conversation, secret)


def start_conversation(widget: Widget, actor: Actor, page: dict[str, str], visitor: UUID | None = None) -> Session:
    """``visitor`` is that of the conversation before, where there was one."""
    conversation = Conversation(widget=widget, page=page, visitor=visitor or uuid4())
    _belongs_to(conversation, actor)
    secret = _new_secret(conversation)
    conversation.save()
    return Session(conversation, secret)


def _claimed(conversation: Conversation) -> str:
    """Other sockets that know the old secret are told to look whose it is."""
    announcements.conversation_changed(conversation.pk)
    return _new_secret(conversation)


def _belongs_to(conversation: Conversation, actor: Actor) -> None:
    """As far as ``actor`` has proved who they are."""
    conversation.customer_id = actor.customer_id
    conversation.proved_by = actor.proof.method if actor.proof else ""
    conversation.attested_email = actor.proof.address if actor.proof else ""
    conversation.token_kid = actor.proof.kid if actor.proof else ""


def _new_secret(conversation: Conversation) -> str:
    """Only its hash is kept, once the conversation is saved."""
    secret = secrets.token_urlsafe(32)
    conversation.session_hash = session_hash(secret)
    conversation.session_since = timezone.now()
    return secret


# --- Messages of the visitor ---------------------------------------------------------------


@transaction.atomic
def post_message(conversation_id: int, client_id: str, text: str, images: Sequence[str] = ()) -> Posted:
    """Stores a customer's message once, however often it is sent, and makes the answer's row if the bot is on.

    An answer that has said nothing yet takes the message along: no other is due then. ``images`` are ids of
    attachments. Raises ImageGone, and stores nothing, unless all of them are this conversation's and not yet sent.
    """
    conversation = _locked(conversation_id)
    known = Message.objects.filter(conversation=conversation, client_id=client_id).first()
    if known:
        return Posted(known, False, None)
    if conversation.mode == Conversation.Mode.RESOLVED:
        raise ConversationClosed()
    message = _append(conversation, role=Message.Role.CUSTOMER, text=text, client_id=client_id)
    _send_images(message, images)
    if conversation.mode == Conversation.Mode.BOT and (why := smalltalk.leads_to_person(text)):
        _queue(conversation, why, message)
    if conversation.mode != Conversation.Mode.BOT or _taken_along(conversation, message):
        return Posted(message, True, None)
    return Posted(message, True, _new_answer(message))


def _send_images(message: Message, ids: Sequence[str]) -> None:
    unsent = Attachment.objects.filter(conversation_id=message.conversation_id, message=None)
    try:
        sent = unsent.filter(public_id__in=ids).update(message=message)
    except (ValueError, ValidationError):
        raise ImageGone() from None
    if sent != len(ids):
        raise ImageGone()


def _taken_along(conversation: Conversation, message: Message) -> bool:
    """Whether an answer that has said nothing yet will answer this message as well.

    One that has begun, to a message sent a moment ago, makes way for an answer to both.
    """
    answers = conversation.messages.filter(role=Message.Role.BOT, superseded=False)
    last = answers.order_by("-pk").first()
    if last is None or last.reply_to is None or _spoken_between(last, message):
        return False
    if last.status == Message.Status.STREAMING and not last.text and last.has_writer:
        last.reply_to = message
        last.save(update_fields=["reply_to"])
        announcements.question_grew(last.pk)
        return True
    if message.created_at - last.reply_to.created_at <= BURST:
        _supersede(last)
        announcements.stop_answer(last.pk)
    return False


def _spoken_between(answer: Message, message: Message) -> bool:
    """Whether anything else was said between the question of this answer and a later message: they are no one turn."""
    since = Message.objects.filter(conversation=message.conversation, superseded=False, seq__lt=message.seq)
    others = since.exclude(role=Message.Role.CUSTOMER).exclude(pk=answer.pk)
    return answer.reply_to is not None and others.filter(seq__gt=answer.reply_to.seq).exists()


@transaction.atomic
def retry_answer(conversation_id: int, public_id: str) -> Message:
    """A fresh answer in place of one that did not end well. Raises NotFound for any other message."""
    conversation = _locked(conversation_id)
    failed = _message(conversation, public_id, role=Message.Role.BOT, status__in=UNFINISHED, superseded=False)
    if failed.reply_to is None or conversation.mode != Conversation.Mode.BOT:
        raise NotFound()
    _supersede(failed)
    return _new_answer(failed.reply_to)


def stop_answer(conversation_id: int, public_id: str) -> None:
    """Raises NotFound unless it is an answer of this conversation; one that has ended stays as it is."""
    message = _message(Conversation.objects.get(pk=conversation_id), public_id, role=Message.Role.BOT)
    if message.status == Message.Status.STREAMING:
        announcements.stop_answer(message.pk)


@transaction.atomic
def rate_answer(conversation_id: int, public_id: str, rating: str, reason: str = "", comment: str = "") -> None:
    """Raises NotFound unless it is a finished answer of this conversation."""
    conversation = Conversation.objects.get(pk=conversation_id)
    message = _message(conversation, public_id, role=Message.Role.BOT, seq__isnull=False)
    Feedback.objects.update_or_create(
        message=message, defaults={"rating": rating, "reason": reason, "comment": comment}
    )
    announcements.conversation_changed(conversation_id)


def mark_read_by_visitor(conversation_id: int, seq: int) -> None:
    Conversation.objects.filter(pk=conversation_id, visitor_read_seq__lt=seq, last_seq__gte=seq).update(
        visitor_read_seq=seq
    )


@transaction.atomic
def request_person(conversation_id: int, note: str = "", why: HandOver = "button") -> None:
    """Puts the conversation in the agents' queue; asking twice changes nothing."""
    conversation = _locked(conversation_id)
    if conversation.mode == Conversation.Mode.RESOLVED:
        raise ConversationClosed()
    if conversation.mode != Conversation.Mode.BOT:
        return
    if note.strip():
        _append(conversation, role=Message.Role.CUSTOMER, text=note.strip())
    _queue(conversation, why)


# --- Answers -------------------------------------------------------------------------------


@transaction.atomic
def finish_answer(answer_id: int, answer: Answer, *, question_id: int | None = None) -> bool:
    """Stores how an answer ended and gives it its place in the order.

    Models write what no database can hold: it is left out. False when the answer was already closed, or is gone with
    its conversation: a writer that lost its lease finds its late result refused. Raises QuestionGrew when it is whole
    but answers ``question_id`` alone, and the customer has said more since.
    """
    conversation = Conversation.objects.select_for_update(of=["self"]).filter(messages=answer_id).first()
    message = conversation.messages.get(pk=answer_id) if conversation else None
    if conversation is None or message is None or message.status != Message.Status.STREAMING:
        return False
    if answer.status == "complete" and question_id not in (None, message.reply_to_id):
        raise QuestionGrew()
    conversation.last_seq += 1
    message.seq = conversation.last_seq
    message.text = clean(answer.text)
    message.status = answer.status
    message.answered = answer.answered
    message.outcome = answer.outcome if answer.status == "complete" else ""
    message.suggestions = list(answer.suggestions)
    message.engine = clean(answer.engine)[:200]
    message.sign_in = answer.sign_in
    message.trace = cleaned(answer.trace)
    message.lease_expires_at = None
    message.save()
    Citation.objects.bulk_create(
        Citation(
            message=message,
            number=cited.number,
            kind=cited.kind,
            title=cited.title[:500],
            url=cited.url,
            quote=cited.quote,
            as_of=cited.as_of,
            document_id=cited.document_id,
        )
        for cited in answer.citations
    )
    if message.superseded:
        withdraw_offers(answer_id)
    _touch(conversation)
    return True


@transaction.atomic
def withdraw_offers(answer_id: int) -> None:
    """Closes what was offered under an answer that makes way for another. What was offered before it began stays."""
    answer = Message.objects.get(pk=answer_id)
    _locked(answer.conversation_id)
    pending = PendingAction.objects.filter(answer=answer, status=PendingAction.Status.PENDING)
    if pending.filter(created_at__gte=answer.created_at).update(status=PendingAction.Status.WITHDRAWN):
        announcements.conversation_changed(answer.conversation_id)


def keep_summary(conversation_id: int, summary: str, until: int) -> None:
    """Unless another one by now reaches as far."""
    Conversation.objects.filter(pk=conversation_id, summary_until__lt=until).update(
        summary=clean(summary), summary_until=until
    )


def keep_lease(answer_id: int, text: str) -> bool:
    """The writer's sign of life, with what it has said so far. False when the answer is no longer its own."""
    return bool(
        Message.objects.filter(pk=answer_id, status=Message.Status.STREAMING).update(
            lease_expires_at=timezone.now() + LEASE, text=text
        )
    )


def close_lost_answers(conversation_id: int | None = None) -> int:
    """Ends answers whose writer is gone, keeping what they had said. Returns how many.

    Customers have read it. Nobody can check it any more: the sources went with the writer, and the trace says so.
    """
    lost = Message.objects.filter(status=Message.Status.STREAMING, lease_expires_at__lt=timezone.now())
    if conversation_id is not None:
        lost = lost.filter(conversation_id=conversation_id)
    ended = {"ended": "writer_lost"}
    return sum(
        finish_answer(message.pk, Answer(text=message.text, status="interrupted", answered=False, trace=ended))
        for message in lost
    )


# --- Agents --------------------------------------------------------------------------------


@transaction.atomic
def take_over(conversation_id: int, agent: User) -> None:
    conversation = _locked(conversation_id)
    if conversation.mode == Conversation.Mode.HUMAN and conversation.agent_id == agent.pk:
        return
    conversation.agent = agent
    _set_mode(conversation, Conversation.Mode.HUMAN)
    for answer in conversation.messages.filter(status=Message.Status.STREAMING):
        announcements.stop_answer(answer.pk)
    _append(conversation, role=Message.Role.SYSTEM, text=f"{agent.public_name} joined the conversation.")


@transaction.atomic
def reply(conversation_id: int, agent: User, text: str, client_id: str | None = None) -> Message:
    """An agent's message, stored once however often it is sent. Whoever replies has taken over."""
    conversation = _locked(conversation_id)
    if client_id and (known := conversation.messages.filter(client_id=client_id).first()):
        return known
    take_over(conversation_id, agent)
    conversation.refresh_from_db()
    return _append(conversation, role=Message.Role.AGENT, text=text, author=agent.public_name, client_id=client_id)


@transaction.atomic
def give_back(conversation_id: int) -> None:
    conversation = _locked(conversation_id)
    if conversation.mode == Conversation.Mode.BOT:
        return
    conversation.agent = None
    _set_mode(conversation, Conversation.Mode.BOT)
    _append(conversation, role=Message.Role.SYSTEM, text=GIVEN_BACK)


def release_conversations() -> int:
    """Puts those whose agent is gone, or may no longer use the console, back into the queue. Returns how many."""
    left = Conversation.objects.filter(mode=Conversation.Mode.HUMAN).exclude(agent__in=agents())
    return sum(_release(pk) for pk in left.values_list("pk", flat=True))


@transaction.atomic
def _release(conversation_id: int) -> bool:
    conversation = _locked(conversation_id)
    if conversation.mode != Conversation.Mode.HUMAN or may_use_console(conversation.agent):
        return False
    conversation.agent = None
    _queue(conversation, "agent_left")
    return True


@transaction.atomic
def resolve(conversation_id: int) -> None:
    conversation = _locked(conversation_id)
    if conversation.mode == Conversation.Mode.RESOLVED:
        return
    _set_mode(conversation, Conversation.Mode.RESOLVED)
    _append(conversation, role=Message.Role.SYSTEM, text=RESOLVED)


def mark_read_by_agent(conversation_id: int) -> None:
    conversation = Conversation.objects.get(pk=conversation_id)
    if conversation.agent_read_seq != conversation.last_seq:
        conversation.agent_read_seq = conversation.last_seq
        conversation.save(update_fields=["agent_read_seq"])


# --- The system ----------------------------------------------------------------------------


def note(conversation: Conversation, text: str) -> Message:
    """What became of something, in the transcript. For whoever holds the conversation's row as it is now."""
    return _append(conversation, role=Message.Role.SYSTEM, text=text)


# --- Shared steps --------------------------------------------------------------------------


def _locked(conversation_id: int) -> Conversation:
    """Whoever numbers messages holds the row (on SQLite the IMMEDIATE transaction is the lock)."""
    return Conversation.objects.select_for_update().get(pk=conversation_id)


def _append(
    conversation: Conversation, *, role: str, text: str, author: str = "", client_id: str | None = None
) -> Message:
    conversation.last_seq += 1
    message = Message.objects.create(
        conversation=conversation,
        seq=conversation.last_seq,
        role=role,
        author=author,
        text=text,
        client_id=client_id,
    )
    _touch(conversation, message.seq)
    return message


def _queue(conversation: Conversation, why: HandOver, asked: Message | None = None) -> None:
    _set_mode(conversation, Conversation.Mode.WAITING)
    for answer in conversation.messages.filter(status=Message.Status.STREAMING):
        announcements.stop_answer(answer.pk)
    note = _append(conversation, role=Message.Role.SYSTEM, text=QUEUED.get(why, WAITING))
    note.reply_to, note.outcome, note.trace = asked, Message.Outcome.HANDED_OVER, {"why": why}
    note.save(update_fields=["reply_to", "outcome", "trace"])


def _new_answer(question: Message) -> Message:
    """At most one per question: the database refuses a second."""
    return Message.objects.create(
        conversation_id=question.conversation_id,
        role=Message.Role.BOT,
        status=Message.Status.STREAMING,
        reply_to=question,
        lease_expires_at=timezone.now() + LEASE,
    )


def _supersede(answer: Message) -> None:
    answer.superseded = True
    answer.save(update_fields=["superseded"])
    withdraw_offers(answer.pk)


def _set_mode(conversation: Conversation, mode: str) -> None:
    conversation.mode = mode
    conversation.save(update_fields=["mode", "agent"])


def _touch(conversation: Conversation, seq: int | None = None) -> None:
    conversation.updated_at = timezone.now()
    conversation.save(update_fields=["last_seq", "updated_at"])
    announcements.conversation_changed(conversation.pk, seq)


def _message(conversation: Conversation, public_id: str, **conditions: object) -> Message:
    try:
        return Message.objects.select_related("reply_to").get(
            conversation=conversation, public_id=public_id, **conditions
        )
    except (Message.DoesNotExist, ValueError, ValidationError):
        raise NotFound() from None
