import errno
import sqlite3
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.utils import DatabaseErrorWrapper

from supportbot.errors import DiskFull
from supportbot.full_disk import full_disk_named, is_full_disk


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
