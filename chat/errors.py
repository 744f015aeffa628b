"""The failures of a conversation and of models, by name."""

from supportbot.errors import SupportbotError


class FrameError(SupportbotError):
    """A frame the protocol does not know or that breaks its rules. ``id`` is the client's, where it could be read."""

    code = "bad_frame"
    user_message = "That frame could not be read."

    def __init__(
        self, user_message: str, *, code: str | None = None, id: str | None = None, retryable: bool = False
    ) -> None:
        super().__init__(user_message, retryable=retryable)
        self.code = code or self.code
        self.id = id


class ConversationClosed(SupportbotError):
    code = "conversation_resolved"
    http_status = 409
    user_message = "This conversation is resolved. Start a new one to write again."


class NotFound(SupportbotError):
    """Not there, or not yours: the answer is the same on purpose."""

    code = "not_found"
    user_message = "There is no such message in this conversation."


class QuestionGrew(SupportbotError):
    """The customer added to the question while it was answered."""

    code = "question_grew"
    user_message = "The question has more to it by now."


class ActionExpired(SupportbotError):
    code = "action_expired"
    user_message = "This offer has expired, and nothing was done. Please ask again."


class TooManyActions(SupportbotError):
    code = "too_many_actions"
    user_message = "Other actions are already waiting for the customer to decide."


class TooManyMessages(SupportbotError):
    code = "too_many_messages"
    user_message = "That was a lot of messages at once. Please wait a moment, then send this one again."
    retryable = True


class TooManyConversations(SupportbotError):
    code = "too_many_conversations"
    user_message = "That was a lot of conversations at once. Please wait a minute, then try again."
    retryable = True


class UnknownSession(SupportbotError):
    """No widget of this site, no session of this widget, or no conversation any more: the answer is the same."""

    code = "not_found"
    http_status = 404
    user_message = "There is no such conversation here. Please reload the page and try again."


class KeyRefused(SupportbotError):
    """A key that a widget does not take, and why."""

    code = "key_refused"


class ImageRefused(SupportbotError):
    """An image that is not taken, and why."""

    def __init__(self, code: str, user_message: str, *, http_status: int = 400, retryable: bool = False) -> None:
        super().__init__(user_message, retryable=retryable)
        self.code = code
        self.http_status = http_status


class ImageGone(SupportbotError):
    """Not of this conversation, sent already, or removed as it was never sent: the answer is the same."""

    code = "image_not_found"
    user_message = "An image of this message is no longer there. Please attach it again."


class TooManyImages(SupportbotError):
    code = "too_many_images"
    http_status = 429
    user_message = "That was a lot of images at once. Please wait a minute, then try again."
    retryable = True


class TooManyCodes(SupportbotError):
    code = "too_many_codes"
    user_message = "Several codes were asked for already. Please wait an hour, or sign in."
    retryable = True


class CodeNotSent(SupportbotError):
    code = "code_not_sent"
    user_message = "No code can be sent right now. Please try again in a while, or sign in."
    retryable = True


class CodeRefused(SupportbotError):
    """Wrong, too late, used up, of another session, or never sent: the answer is the same."""

    code = "code_refused"
    user_message = "This code is not right, or it is no longer good. Check it, or ask for a new one."


class CountersAway(SupportbotError):
    """How much was used lately cannot be counted, as the cache that counts is away."""

    code = "counters_away"
    retryable = True


class ModelError(SupportbotError):
    """The model could not answer.

    ``reason`` is for logs. ``retry_after`` are the seconds its server asked us to wait. ``billed`` is
    False where it was certainly not at work, so that nobody charges for it.
    """

    code = "model_unavailable"
    user_message = "The assistant cannot answer right now."

    def __init__(
        self,
        user_message: str | None = None,
        *,
        retryable: bool | None = None,
        reason: str = "",
        retry_after: float = 0.0,
        billed: bool = True,
    ) -> None:
        super().__init__(user_message, retryable=retryable)
        self.reason = reason
        self.retry_after = retry_after
        self.billed = billed


class QuestionTooLong(SupportbotError):
    """The question leaves no room for anything else in what the model can read at once."""

    code = "question_too_long"
    user_message = "Your message is too long for me to read at once. Please shorten it, or send it in parts."


class PromptFull(SupportbotError):
    """There is no room for what should be added to a prompt. It stays as it was."""

    code = "prompt_full"
