"""How a full disk shows itself, and how it is said in words."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from supportbot.errors import DiskFull

FULL = (errno.ENOSPC, errno.EDQUOT)
# Text indexes, vector indexes and PostgreSQL hand on what the system says.
SAID = tuple(map(os.strerror, FULL))
# No room for a page, for the memory its readers share, or within a quota.
SQLITE = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_WRITE")

RAISED = (OSError, DatabaseError, sqlite3.Error)

log = structlog.get_logger(__name__)


@contextmanager
def full_disk_named() -> Iterator[None]:
    """Raises ``DiskFull`` for what files and the database raise then."""
    try:
        yield
    except RAISED as error:
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


class FullDiskSaid(MiddlewareMixin):
    """Whatever somebody was about to save. A page, or the sentence alone for a part of one."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not (isinstance(error, DiskFull) or (isinstance(error, RAISED) and is_full_disk(error))):
            return None
        log.error("disk_full", exc_info=error)
        # A page may have said that something was done before the database refused it. What is read is not shown again.
        list(messages.get_messages(request))
        said = DiskFull.user_message
        if getattr(request, "htmx", False):
            return HttpResponse(said, content_type="text/plain; charset=utf-8", status=503)
        return HttpResponse(render_to_string("disk_full.html", {"sentence": said}), status=503)
