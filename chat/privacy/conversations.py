"""A customer's conversations as data, with everything that hangs on them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch

from accounts.models import Customer
from accounts.privacy import fields_of
from chat.attaching import ENDINGS
from chat.models import Attachment, Conversation, Message

# With the hash of its secret a conversation cannot be opened, but it is nobody's business either.
SECRET = ("session_hash",)
OUR_NAMES = ("public_id", "file")


def conversations_of(customer: Customer) -> Iterator[Conversation]:
    """Theirs by proof, the oldest first. One that was anonymous is nobody's, whoever may have written in it."""
    messages = Message.objects.select_related("reply_to", "feedback").prefetch_related("citations", "attachments")
    said = Prefetch("messages", messages.order_by("seq", "pk"))
    found = Conversation.objects.filter(customer=customer).select_related("widget", "agent").order_by("pk")
    yield from found.prefetch_related("actions", "attachments", said).iterator(chunk_size=1)


def conversation_data(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.public_id,
        **fields_of(conversation, but=(*SECRET, *OUR_NAMES)),
        "widget": conversation.widget.name,
        "agent": conversation.agent.public_name if conversation.agent else None,
        "messages": [message_data(message) for message in conversation.messages.all()],
        "actions": [
            {"id": action.public_id, **fields_of(action, but=OUR_NAMES)} for action in conversation.actions.all()
        ],
        "attachments_not_sent": [
            attachment_data(each) for each in conversation.attachments.all() if each.message_id is None
        ],
    }


def message_data(message: Message) -> dict[str, Any]:
    feedback = getattr(message, "feedback", None)
    return {
        "id": message.public_id,
        **fields_of(message, but=OUR_NAMES),
        "reply_to": message.reply_to.public_id if message.reply_to else None,
        "citations": [fields_of(citation) for citation in message.citations.all()],
        "feedback": fields_of(feedback) if feedback else None,
        "attachments": [attachment_data(attachment) for attachment in message.attachments.all()],
    }


def attachment_data(attachment: Attachment) -> dict[str, Any]:
    """``file`` is its name in an archive, or nothing where the file itself is lost."""
    return {
        "id": attachment.public_id,
        **fields_of(attachment, but=OUR_NAMES),
        "file": attachment_name(attachment),
    }


def attachment_name(attachment: Attachment) -> str | None:
    if not attachment.file.storage.exists(str(attachment.file.name)):
        return None
    return f"attachments/{attachment.public_id}.{ENDINGS[attachment.content_type]}"
