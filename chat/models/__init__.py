"""The conversation: where it happens, what was said, and what was offered to be done."""

from chat.models.actions import PendingAction
from chat.models.attachments import Attachment
from chat.models.conversations import BotMessage, Citation, Conversation, Feedback, Message
from chat.models.erasures import Erasure
from chat.models.keys import SigningKey, new_kid, new_signing_secret
from chat.models.spending import Spending
from chat.models.verification import VerificationCode
from chat.models.widgets import Widget, new_public_key

__all__ = [
    "Attachment",
    "BotMessage",
    "Citation",
    "Conversation",
    "Erasure",
    "Feedback",
    "Message",
    "PendingAction",
    "SigningKey",
    "Spending",
    "VerificationCode",
    "Widget",
    "new_kid",
    "new_public_key",
    "new_signing_secret",
]
