"""Why something on another machine could not be had."""

from supportbot.errors import SupportbotError


class SourceError(SupportbotError):
    """A place that documents or facts come from cannot be read; the message says which and why."""

    code = "source_unreadable"


class FetchError(SourceError):
    """One address did not give what was asked for."""

    code = "fetch_failed"


class AddressRefused(FetchError):
    """An address we do not go to, whatever is there."""

    code = "address_refused"
