"""Whatever a command cannot write, it ends in one sentence."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

pytestmark = pytest.mark.django_db

FULL = "could not extend file: No space left on device"
COMMANDS = {
    "ingest": ["knowledge", "--collection", "docs"],
    "sync": ["--all"],
    "reindex": ["docs"],
    "copy_index": ["--from", "faiss://", "--to", "qdrant://:memory:"],
}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (FULL, "There is no space left on the disk. Free some and try again."),
        ("disk I/O error", "The disk of the database cannot be read or written. See whether it is full or damaged."),
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_database_that_cannot_be_written_ends_a_command_in_a_sentence(name, said, sentence):
    def fail(*_: Any) -> None:
        raise OperationalError(said)

    with pytest.raises(CommandError) as ending, connection.execute_wrapper(fail):
        call_command(name, *COMMANDS[name])

    assert (str(ending.value), ending.value.returncode) == (sentence, 1)
