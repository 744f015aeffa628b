"""The root of every failure this project names."""


class SupportbotError(Exception):
    """A known failure: what went wrong, whether trying again may help, and what a person may be told.

    ``code`` is stable and machine-readable; ``user_message`` is a whole sentence without internals.
    ``http_status`` is what it is over HTTP, where neither 400 nor, if trying again may help, 503 says it.
    """

    code = "error"
    retryable = False
    http_status: int | None = None
    user_message = "Something went wrong on our side. Please try again."

    def __init__(self, user_message: str | None = None, *, retryable: bool | None = None) -> None:
        if user_message is not None:
            self.user_message = user_message
        if retryable is not None:
            self.retryable = retryable
        super().__init__(self.user_message)


class DiskFull(SupportbotError):
    code = "disk_full"
    retryable = True
    user_message = "There is no space left on the disk. Free some and try again."
