import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import messages
from django.db import OperationalError, connection
from django.db.utils import DatabaseErrorWrapper
from django.http import HttpRequest, HttpResponse
from django.test import Client

from knowledge.admin.collections import CollectionAdmin
from supportbot.errors import DiskFull
from supportbot.full_disk import full_disk_named, is_full_disk

COLLECTION = {"name": "Help", "slug": "help", "audience": "public", "language": "english"}


def test_a_file_that_has_no_room_is_named():
    with pytest.raises(DiskFull, match="no space left on the disk") as failure, full_disk_named():
        Path("/dev/full").write_bytes(b"x")

    assert failure.value.retryable


def test_a_database_that_has_no_room_is_named(tmp_path):
    database = sqlite3.connect(tmp_path / "db.sqlite3")
    database.execute("CREATE TABLE crowded (line)")
    database.execute("PRAGMA max_page_count = 2")

    with pytest.raises(DiskFull), full_disk_named(), DatabaseErrorWrapper(connection):
        database.execute("INSERT INTO crowded VALUES (randomblob(100000))")


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (RuntimeError("write error in vectors.faiss: No space left on device"), True),
        (OperationalError("could not extend file: No space left on device"), True),
        (PermissionError(errno.EACCES, "Permission denied"), False),
        (FileNotFoundError(errno.ENOENT, "No such file", "No space left on device.md"), False),
        (sqlite3.OperationalError("database is locked"), False),
        (sqlite3.OperationalError("disk I/O error"), False),
    ],
)
def test_it_is_told_from_other_failures(error, is_full):
    assert is_full_disk(error) == is_full


def test_other_failures_stay_what_they_are():
    with pytest.raises(FileNotFoundError), full_disk_named():
        Path("/no/such/file").read_bytes()


@pytest.fixture
def no_space(admin_client) -> Iterator[Client]:
    """An administrator whose database takes nothing any more."""

    def refuse(execute: Any, sql: str, *given: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            raise OperationalError("could not extend file: No space left on device")
        return execute(sql, *given)

    with connection.execute_wrapper(refuse):
        yield admin_client


def test_whoever_saves_is_told_in_a_page_that_nothing_was_saved(no_space):
    response = no_space.post("/admin/knowledge/collection/add/", COLLECTION)

    assert response.status_code == 503
    assert DiskFull.user_message in response.text
    assert "Nothing was saved" in response.text


def test_what_was_said_to_be_done_before_it_failed_is_not_said(admin_client, monkeypatch):
    def say_and_fail(admin: CollectionAdmin, request: HttpRequest, *given: Any) -> HttpResponse:
        messages.success(request, "It was added.")
        raise OperationalError("could not extend file: No space left on device")

    monkeypatch.setattr(CollectionAdmin, "response_add", say_and_fail)
    assert admin_client.post("/admin/knowledge/collection/add/", COLLECTION).status_code == 503

    assert "It was added." not in admin_client.get("/admin/knowledge/document/").text


def test_a_part_of_a_page_is_told_in_a_sentence(no_space):
    response = no_space.post("/admin/knowledge/document/reading/stop/", headers={"HX-Request": "true"})

    assert (response.status_code, response.text) == (503, DiskFull.user_message)
    assert response.headers["Content-Type"].startswith("text/plain")
