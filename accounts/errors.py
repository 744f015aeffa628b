"""The failures of identity and records, by name."""

from supportbot.errors import SupportbotError


class IdentityError(SupportbotError):
    """The identity token is not what it claims. The reason is for the log; visitors get one sentence."""

    code = "identity_refused"
    user_message = "We could not confirm who you are. Please sign in again."

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()


class CustomerGone(SupportbotError):
    code = "customer_gone"
    user_message = "This account is not active any more."


class TicketNotFound(SupportbotError):
    """Not there, or somebody else's: the answer is the same on purpose."""

    code = "ticket_not_found"
    user_message = "There is no such ticket."


class TicketClosed(SupportbotError):
    code = "ticket_closed"
    user_message = "This ticket is closed. Please open a new one."
