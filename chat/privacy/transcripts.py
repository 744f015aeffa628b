"""A conversation to read. Pure, once its rows are there."""

from collections.abc import Iterator
from datetime import UTC, datetime

from chat.models import Conversation, Message
from chat.privacy.conversations import attachment_name

SPEAKERS = {Message.Role.CUSTOMER: "Customer", Message.Role.BOT: "Assistant", Message.Role.AGENT: "Agent"}


def transcript(conversation: Conversation) -> str:
    """Markdown. What somebody said is quoted line by line, so that nobody's words look like the page's own."""
    lines = [f"# Conversation of {day(conversation.created_at)}", "", f"Widget: {conversation.widget.name}"]
    if url := conversation.page.get("url"):
        lines += ["", f"Begun on: {url}"]
    for message in conversation.messages.all():
        lines += ["", *said(message)]
    return "\n".join(lines) + "\n"


def said(message: Message) -> Iterator[str]:
    if message.role == Message.Role.SYSTEM:
        yield f"*{message.text}* ({moment(message.created_at)})"
        return
    ending = f", {message.get_status_display().lower()}" if message.status != Message.Status.COMPLETE else ""
    yield f"**{message.author or SPEAKERS[Message.Role(message.role)]}**, {moment(message.created_at)}{ending}"
    yield ""
    yield from quoted(message.text)
    for attachment in message.attachments.all():
        name = attachment_name(attachment)
        yield f"> [image](../{name})" if name else "> [image, which is lost]"
    citations = list(message.citations.all())
    if citations:
        yield ""
    for citation in citations:
        yield f"- [{citation.number}] {citation.title} {citation.url}".rstrip()
    if feedback := getattr(message, "feedback", None):
        yield ""
        yield f"Rated: {feedback.get_rating_display()}. {feedback.reason} {feedback.comment}".rstrip()


def quoted(text: str) -> Iterator[str]:
    return (f"> {line}".rstrip() for line in text.splitlines())


def day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%-d %B %Y}"


def moment(at: datetime) -> str:
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC"
