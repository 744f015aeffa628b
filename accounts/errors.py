"""The failures of identity and records, by name."""

from datetime import UTC, datetime

from supportbot.errors import SupportbotError


class IdentityError(SupportbotError):
    """The identity token is not what it claims.

    ``kind`` is for the log; ``reason`` repeats what the token says, and is for whoever checks one in the admin.
    Visitors get one sentence.
    """

    code = "identity_refused"
    user_message = "We could not confirm who you are. Please sign in again."

    def __init__(self, kind: str, reason: str) -> None:
        self.kind = kind
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


class NothingThere(SupportbotError):
    """Said as of every address that leads nowhere. Who may see every customer may be told what is missing."""

    code = "not_found"
    user_message = "Not found."
    http_status = 404


class OlderNews(SupportbotError):
    code = "older"
    http_status = 412

    def __init__(self, known: datetime) -> None:
        said = known.astimezone(UTC).isoformat().replace("+00:00", "Z")
        super().__init__(f"What is here is newer than this: its updated_at is {said}. Nothing was changed.")


class BatchTooLarge(SupportbotError):
    code = "too_large"
    http_status = 413


class ImportRefused(SupportbotError):
    """The file cannot be read as customers, and nothing of it was."""

    code = "import_refused"
