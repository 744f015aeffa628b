"""How a full disk shows itself, so that it can be said in words."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError

from supportbot.errors import DiskFull

FULL = (errno.ENOSPC, errno.EDQUOT)
# Text indexes, vector indexes and PostgreSQL hand on what the system says.
SAID = tuple(map(os.strerror, FULL))
# No room for a page, for the memory its readers share, or within a quota.
SQLITE = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_WRITE")


@contextmanager
def full_disk_named() -> Iterator[None]:
    """Raises ``DiskFull`` for what files and the database raise then."""
    try:
        yield
    except (OSError, DatabaseError, sqlite3.Error) as error:
        if is_full_disk(error):
            raise DiskFull from error
        raise


def is_full_disk(error: BaseException) -> bool:
    # The words of one may be those of a file's name. Libraries raise some without a number.
    if isinstance(error, OSError) and error.errno:
        return error.errno in FULL
    # Django's errors of a database are caused by the database's own.
    names = [getattr(each, "sqlite_errorname", "") for each in (error, error.__cause__)]
    return any(name in SQLITE for name in names) or any(words in str(error) for words in SAID)
