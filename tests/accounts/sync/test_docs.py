"""What the page on the record tells programs to do is done as it says."""

from argparse import ArgumentParser
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from accounts.models import Customer
from tests.accounts.readme import commands, examples

pytestmark = pytest.mark.django_db


def send(program, words: list[str]):
    curl = ArgumentParser()
    for option in ("-X", "-H", "-d", "--data-binary"):
        curl.add_argument(option, action="append", default=[])
    curl.add_argument("url")
    said = curl.parse_args(words[1:])
    headers = dict(line.split(": ", 1) for line in said.H)
    assert headers["Authorization"].startswith("Bearer sb_")
    body = examples("Push", "jsonl")[0] if said.data_binary else "".join(said.d)
    kind = headers.get("Content-Type", "application/json")
    return program.send(said.X[0], urlsplit(said.url).path, body, content_type=kind)


def test_every_push_is_taken(program):
    statuses = [send(program, words).status_code for words in commands("Push")]

    assert statuses == [201] * 6 + [204, 200]


def test_they_are_one_customers_record(program):
    *single, bulk = commands("Push")
    for words in single:
        send(program, words)
    answer = send(program, bulk).json()

    maya = Customer.objects.get(external_id="cus_maya")
    assert maya.subscriptions.get().seats == 2
    assert maya.orders.get().total_minor == 22900
    assert maya.tickets.get().comments.get().is_public
    assert (answer["created"], answer["changed"], answer["failed"]) == (1, 1, 0)


def test_the_import_reads_the_file_that_is_shown(tmp_path, capsys):
    file = tmp_path / "customers.csv"
    file.write_text(examples("Import", "csv")[0])
    (words,) = commands("Import")
    name, *options = words[2:]
    arguments = [str(file) if word == file.name else word for word in options if word != "--dry-run"]

    call_command(name, *arguments, "--dry-run")
    assert "2 created" in capsys.readouterr().out
    assert not Customer.objects.exists()

    call_command(name, *arguments)
    assert Customer.objects.get(external_id="cus_tom").attributes == {"tier": "silver"}
