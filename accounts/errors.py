"""The failures of identity and records, by name."""

from supportbot.errors import SupportbotError


class IdentityError(SupportbotError):
    """The identity token is not what it claims. The reason is for the log; visitors get one sentence."""

    code = "identity_refused"
    user_message = "We could not confirm who you are. Please sign in again."

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()
