"""Reads of conversations, shaped for whoever looks: visitors get exactly the fields written here."""

from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts import actors
from accounts.connectors.asking import connected
from accounts.masking import mask_secrets
from accounts.visibility import Visibility
from chat import codes, frames
from chat.attached import attachment_payload, image_of
from chat.language import language_of
from chat.models import Attachment, Citation, Conversation, Message, PendingAction, Widget
from chat.records import Cited, Question, Turn
from knowledge.selectors import signed_url

MAX_HISTORY = 12
MAX_SUMMARISED = 40


def widget_for(public_key: str, origin: str) -> Widget | None:
    """The active widget of this key, if this site may embed it. Our own hosted pages always may."""
    if "\0" in public_key:  # which PostgreSQL refuses to look for
        return None
    widget = Widget.objects.filter(public_key=public_key, is_active=True).first()
    if widget and origin in {settings.PUBLIC_URL, *widget.origins}:
        return widget
    return None


def messages_after(conversation_id: int, seq: int) -> QuerySet[Message]:
    """Finished messages in order, oldest first, with all that a frame needs in four queries."""
    return (
        Message.objects.filter(conversation_id=conversation_id, seq__gt=seq)
        .select_related("reply_to", "feedback")
        .prefetch_related(Prefetch("citations", with_where_they_lead()), "attachments")
        .order_by("seq")
    )


class ConversationState(NamedTuple):
    """Where a conversation stands, for a socket that has seen everything up to some ``seq``."""

    mode: str
    agent: str
    customer_id: int | None
    last_seq: int
    messages: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    answering: Message | None


def conversation_state(conversation_id: int, after: int) -> ConversationState:
    """``messages`` and ``actions`` are visitors' payloads; ``last_seq`` is that of the last, so none can be skipped."""
    conversation = Conversation.objects.select_related("agent").get(pk=conversation_id)
    messages = [message_payload(message) for message in messages_after(conversation_id, after)]
    return ConversationState(
        mode=conversation.mode,
        agent=conversation.agent.public_name if conversation.agent else "",
        customer_id=conversation.customer_id,
        last_seq=messages[-1]["seq"] if messages else after,
        messages=messages,
        actions=[action_payload(action) for action in offered_actions(conversation)],
        answering=running_answer(conversation_id),
    )


def offered_actions(conversation: Conversation) -> QuerySet[PendingAction]:
    """Those whose time is not over, decided or not, oldest first."""
    offered = PendingAction.objects.filter(
        conversation=conversation, customer=conversation.customer_id, answer__isnull=False
    )
    return offered.filter(expires_at__gt=timezone.now()).select_related("answer").order_by("pk")


def action_payload(action: PendingAction) -> dict[str, Any]:
    return frames.answer_action(
        message=str(action.answer.public_id) if action.answer else "",
        action=str(action.public_id),
        title=action.title,
        summary=action.summary,
        expires=action.expires_at,
        status=action.current_status.value,
    )


def running_answer(conversation_id: int) -> Message | None:
    return (
        Message.objects.filter(conversation_id=conversation_id, status=Message.Status.STREAMING)
        .select_related("reply_to")
        .order_by("-id")
        .first()
    )


def question_message(answer_id: int) -> Message:
    """The last message that an answer replies to, as of now: more may be said while it is written."""
    return Message.objects.get(answers=answer_id)


def question_of(asked: Message, answer_id: int | None = None) -> Question:
    """What the customer asked with this message, with the conversation's earlier turns, newest last.

    Here card numbers and passwords end: searches, models, traces and logs never see them.
    """
    conversation = Conversation.objects.select_related("widget", "customer").get(pk=asked.conversation_id)
    locale = conversation.customer.locale if conversation.customer else ""
    said, history = turn_and_history(asked)
    actor = actors.customer(conversation.customer_id, conversation.proof)
    sees = Visibility(conversation.widget.visible_fields)
    return Question(
        text=mask_secrets("\n".join(message.text for message in said if message.text)),
        widget_name=conversation.widget.name,
        collection_ids=frozenset(conversation.widget.collections.values_list("pk", flat=True)) or None,
        actor=actor,
        connectors=connected(sees) if actor.is_verified else (),
        sees=sees,
        conversation_id=conversation.pk,
        answer_id=answer_id,
        history=history,
        page=conversation.page,
        language=language_of(
            [message.text for message in reversed(said)]
            + [turn.text for turn in history if turn.role == "customer"][::-1],
            locales=[conversation.page.get("locale", ""), locale],
            allowed=conversation.widget.languages,
            fallback=conversation.widget.language,
        ),
        done=frozenset(
            conversation.actions.filter(status=PendingAction.Status.APPROVED).values_list("kind", flat=True)
        ),
        summary=conversation.summary,
        summary_until=conversation.summary_until,
        widget_id=conversation.widget_id,
        visitor=str(conversation.visitor),
        may_verify=codes.can_be_sent(),
        images=tuple(map(image_of, Attachment.objects.filter(message__in=said))),
    )


def turn_and_history(asked: Message) -> tuple[list[Message], tuple[Turn, ...]]:
    """What the customer said since anybody last spoke, up to ``asked``: one turn. And what was said before it.

    Both oldest first. The messages of the turn together are as long as one may be, or ``asked`` alone.
    """
    earlier = Message.objects.filter(conversation_id=asked.conversation_id, superseded=False, seq__lt=asked.seq)
    before = list(with_all_they_hold(earlier)[: 2 * MAX_HISTORY])
    turn, room = [asked], frames.MAX_MESSAGE_CHARACTERS - len(asked.text)
    for message in takewhile(lambda message: message.role == Message.Role.CUSTOMER, before[:MAX_HISTORY]):
        room -= len(message.text) + 1
        if room < 0:
            break
        turn.insert(0, message)
    return turn, turns_of(before[len(turn) - 1 :])


def widget_id_of(conversation_id: int) -> int:
    return Conversation.objects.values_list("widget_id", flat=True).get(pk=conversation_id)


def to_summarise(conversation_id: int, until: int) -> tuple[str, tuple[Turn, ...]]:
    """The summary so far, and what was said after it up to ``until``."""
    conversation = Conversation.objects.get(pk=conversation_id)
    said = conversation.messages.filter(seq__gt=conversation.summary_until, seq__lte=until, superseded=False)
    return conversation.summary, turns_of(with_all_they_hold(said), MAX_SUMMARISED)


def with_all_they_hold(messages: QuerySet[Message]) -> QuerySet[Message]:
    """The newest first."""
    return messages.order_by("-seq").prefetch_related("citations", "attachments")


def turns_of(newest_first: Iterable[Message], limit: int = MAX_HISTORY) -> tuple[Turn, ...]:
    """The newest of them, oldest first. What the system notes is no part of the conversation, and no greeting is."""
    turns = (turn_of(message) for message in without_small_talk(newest_first) if message.role != Message.Role.SYSTEM)
    spoken = (turn for turn in turns if turn.text or turn.images)
    return tuple(islice(spoken, limit))[::-1]


def without_small_talk(newest_first: Iterable[Message]) -> Iterator[Message]:
    greetings: set[int | None] = set()
    for message in newest_first:
        if message.outcome == Message.Outcome.SMALL_TALK:
            greetings.add(message.reply_to_id)
        elif message.pk not in greetings:
            yield message


def turn_of(message: Message) -> Turn:
    documents = (cited.title for cited in message.citations.all() if cited.kind == Citation.Kind.DOCUMENT)
    return Turn(
        role=message.role,  # type: ignore[arg-type]
        text=mask_secrets(message.text) if message.role == Message.Role.CUSTOMER else message.text,
        cited=tuple(documents),
        asks=message.outcome == Message.Outcome.ASKED,
        seq=message.seq or 0,
        images=tuple(map(image_of, message.attachments.all())),
    )


def message_payload(message: Message) -> dict[str, Any]:
    """One message as visitors see it, in history and in ``message`` frames."""
    payload: dict[str, Any] = {
        "message": str(message.public_id),
        "seq": message.seq,
        "role": message.role,
        "author": message.author,
        "text": message.text,
        "at": frames.timestamp(message.created_at),
    }
    if message.client_id and message.role == Message.Role.CUSTOMER:
        payload["id"] = message.client_id
    if images := message.attachments.all():
        payload["attachments"] = [attachment_payload(image) for image in images]
    if message.role == Message.Role.BOT:
        payload |= answer_payload(message)
    return payload


def answer_payload(message: Message) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "status": message.status,
        "reply_to": str(message.reply_to.public_id) if message.reply_to else None,
        "citations": [frames.citation(cited) for cited in citations_of(message)],
        "answered": bool(message.answered),
        "suggestions": message.suggestions,
    }
    if message.sign_in:
        payload["sign_in"] = True
    rating = getattr(message, "feedback", None)
    return {**payload, "feedback": rating.rating} if rating else payload


def citations_of(message: Message) -> list[Cited]:
    return [
        Cited(
            number=citation.number,
            kind=citation.kind,  # type: ignore[arg-type]
            title=citation.title,
            url=link_of(citation),
            quote=citation.quote,
            as_of=citation.as_of,
            document_id=citation.document_id,
        )
        for citation in message.citations.all()
    ]


def with_where_they_lead() -> QuerySet[Citation]:
    document = ("public_id", "slug", "url", "collection__slug", "collection__audience")
    needed = (f"document__{field}" for field in document)
    return Citation.objects.select_related("document__collection").only(
        "message", "number", "kind", "title", "url", "quote", "as_of", *needed
    )


def link_of(citation: Citation) -> str:
    """Where it leads now. A page for customers only opens for whoever was shown this citation, for an hour."""
    document = citation.document
    if document is None or document.url:
        return citation.url
    return settings.PUBLIC_URL + signed_url(document, urlsplit(citation.url).fragment)


def widget_payload(widget: Widget) -> dict[str, Any]:
    return {
        "name": widget.name,
        "greeting": widget.greeting,
        "accent": widget.accent,
        "suggestions": widget.suggestions,
        # Whether a code by e-mail can prove who they are.
        "verify": codes.can_be_sent(),
        "images": {"bytes": settings.MAX_IMAGE_BYTES, "most": frames.MAX_ATTACHMENTS},
        # Links in answers lead to the company's own sites only; others are shown as text.
        "link_hosts": sorted({urlsplit(origin).hostname or "" for origin in (settings.PUBLIC_URL, *widget.origins)}),
    }
