"""How every command ends when the disk does not take what it writes: in a sentence, not in a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import OperationalError

from supportbot.errors import DiskFull
from supportbot.full_disk import full_disk_named


@contextmanager
def disk_failures_said() -> Iterator[None]:
    try:
        with full_disk_named():
            yield
    except DiskFull as error:
        raise CommandError(error.user_message) from error
    except OperationalError as error:
        if "disk I/O error" not in str(error):
            raise
        raise CommandError(
            "The disk of the database cannot be read or written. See whether it is full or damaged."
        ) from error
