"""The conversation: where it happens, what was said, and where each statement came from."""

from chat.models.conversations import Citation, Conversation, Feedback, Message
from chat.models.widgets import Widget, new_public_key, new_signing_secret

__all__ = [
    "Citation",
    "Conversation",
    "Feedback",
    "Message",
    "Widget",
    "new_public_key",
    "new_signing_secret",
]
