import json
import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Customer, ImportRun, Order
from accounts.sync import batches
from tests.accounts.sync.programs import ORDER

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def run(path: Path, *options: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("import_customers", str(path), *options, stdout=out)
    except SystemExit as error:
        return out.getvalue().strip(), int(error.code or 0)
    return out.getvalue().strip(), 0


def written(folder: Path, text: str | bytes, name: str = "customers.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def json_lines(folder: Path, *rows: object) -> Path:
    return written(folder, "\n".join(map(json.dumps, rows)), "customers.jsonl")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_is_read_by_its_header_whatever_parts_its_columns(tmp_path, delimiter):
    rows = [["external_id", "Name", "E-Mail", "attributes.Tier"], ["42", '"Love|lace, A;da"', "a@example.com", "gold"]]
    path = written(tmp_path, "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows))

    assert run(path, "--map", "E-Mail=email") == ("1 created, 0 changed, 0 unchanged, 0 older, 0 failed", 0)
    customer = Customer.objects.get()
    assert (customer.name, customer.email, customer.attributes) == (
        "Love|lace, A;da",
        "a@example.com",
        {"Tier": "gold"},
    )


def test_attributes_nested_too_deep_fail_on_their_line(tmp_path):
    deep: object = "x"
    for _ in range(600):
        deep = [deep]
    path = json_lines(tmp_path, {"external_id": "a", "attributes": {"n": deep}}, {"external_id": "b"})

    assert run(path) == ("1 created, 0 changed, 0 unchanged, 0 older, 1 failed", 1)
    assert Customer.objects.get().external_id == "b"


def test_a_row_that_is_later_than_now_fails_on_its_line(tmp_path, capsys):
    path = written(tmp_path, "external_id,updated_at\n42,2070-01-01 08:00\n7,2026-01-01 08:00\n")

    assert run(path) == ("1 created, 0 changed, 0 unchanged, 0 older, 1 failed", 1)
    assert capsys.readouterr().err.startswith("Line 2 (42): updated_at: This is later than now")


def test_columns_are_mapped_in_both_ways_and_left_out(tmp_path):
    path = written(tmp_path, "Id,Level,Notes\n42,gold,secret\n")

    run(path, "--map", "Id=external_id", "--map", "attributes.tier=Level", "--map", "Notes=")
    assert Customer.objects.get().attributes == {"tier": "gold"}


def test_an_empty_cell_says_nothing(tmp_path):
    run(written(tmp_path, "external_id,name,phone\n42,Ada,+4930901820\n"))

    assert run(written(tmp_path, "external_id,name,phone\n42,Ada King,\n"))[0].startswith("0 created, 1 changed")
    assert Customer.objects.get().phone == "+4930901820"


def test_json_lines_bring_the_whole_record(tmp_path):
    path = json_lines(tmp_path, {"external_id": "42", "name": "Ada", "orders": [{"number": "BR-1", **ORDER}]})

    assert run(path) == ("1 created, 0 changed, 0 unchanged, 0 older, 0 failed", 0)
    assert Order.objects.get().customer.external_id == "42"
    assert run(path) == ("0 created, 0 changed, 1 unchanged, 0 older, 0 failed", 0)


def test_refused_rows_are_said_by_their_line_and_the_others_written(tmp_path, capsys):
    path = written(tmp_path, 'external_id,name,email\n42,"A\nda",nobody\n7,Charles,c@example.com\n7,Eve,\n8,a,b,c\n')

    assert run(path) == ("1 created, 0 changed, 0 unchanged, 0 older, 3 failed", 1)
    assert capsys.readouterr().err.strip().splitlines() == [
        "Line 3 (42): email: This is no e-mail address.",
        "Line 5 (7): external_id: Line 4 is of the same customer.",
        "Line 6: non_field_errors: It has 4 cells for 3 columns.",
    ]
    assert Customer.objects.get().name == "Charles"


def test_refused_rows_go_into_a_file_if_wanted(tmp_path, capsys):
    errors = tmp_path / "errors.jsonl"

    run(json_lines(tmp_path, {"external_id": "42", "tenant": 1}), "--errors", str(errors))
    assert json.loads(errors.read_text()) == {
        "line": 1,
        "external_id": "42",
        "fields": {"tenant": ["There is no such field."]},
    }
    assert not capsys.readouterr().err.strip()


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(tmp_path):
    run(json_lines(tmp_path, {"external_id": "7", "name": "Charles"}))
    path = json_lines(
        tmp_path, {"external_id": "42"}, {"external_id": "7", "name": "Eve"}, {"external_id": "8", "x": 1}
    )
    before = ImportRun.objects.count()

    said = "1 created, 1 changed, 0 unchanged, 0 older, 1 failed (dry run: nothing was written)"
    assert run(path, "--dry-run") == (said, 1)
    assert Customer.objects.get().name == "Charles"
    assert ImportRun.objects.count() == before


def test_a_dry_run_knows_the_numbers_of_rows_long_before(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 2)
    order = {"number": "BR-1", **ORDER}
    rows = [{"external_id": "a", "orders": [order | {"total_minor": -1}]}, {"external_id": "b", "orders": [order]}]
    path = json_lines(tmp_path, *rows, {"external_id": "c"}, {"external_id": "d", "orders": [order]})

    dry, real = (run(path, *options)[0] for options in (["--dry-run"], []))

    assert real == "2 created, 0 changed, 0 unchanged, 0 older, 2 failed"
    assert dry.removesuffix(" (dry run: nothing was written)") == real


@pytest.mark.parametrize(
    ("text", "name", "options", "said"),
    [
        ("external_id,naem\n", "a.csv", (), "No field is named naem"),
        ("external_id,name\n", "a.csv", ("--map", "Nmae=name"), "There is no column Nmae"),
        ("external_id,nick\n", "a.csv", ("--map", "nick=nickname"), "names no field"),
        ("name\n", "a.csv", (), "No column is external_id"),
        ("", "a.csv", (), "No column is external_id"),
        ("external_id,name,Name\n", "a.csv", (), "More than one column is name"),
        ("external_id,name,name\n", "a.csv", (), "More than one column"),
        ("{}", "a.jsonl", ("--map", "a=name"), "--map is for the columns of CSV"),
        ("{}", "a.xlsx", (), "neither CSV nor JSON lines"),
        ("external_id\n42\n", "a.csv", ("--encoding", "klingon"), "There is no encoding klingon"),
        ("external_id,name\n42,Zoë\n".encode("cp1252"), "a.csv", (), "Line 2 is not UTF-8"),
        ("external_id,name\n42,Zoë\n".encode("utf-16"), "a.csv", (), "Line 1 is not UTF-8"),
        ("external_id\n42\n", "a.csv", ("--errors", "/nowhere/errors"), "cannot be used: No such file"),
    ],
)
def test_a_file_that_cannot_be_imported_is_said_why(tmp_path, text, name, options, said):
    with pytest.raises(CommandError, match=said) as refused:
        run(written(tmp_path, text, name), *options)

    assert refused.value.returncode == 2
    assert not Customer.objects.exists()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="cannot be used: No such file") as refused:
        run(tmp_path / "none.csv")
    assert refused.value.returncode == 2


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding_can_be_named(tmp_path, encoding):
    run(written(tmp_path, "external_id;name\n42;Zoë\n".encode(encoding)), "--encoding", encoding)

    assert Customer.objects.get().name == "Zoë"


def test_a_file_that_is_in_is_not_read_in_again(tmp_path):
    path = json_lines(tmp_path, {"external_id": "42", "name": "Ada"}, {"external_id": "7", "x": 1})
    run(path)
    Customer.objects.update(name="Changed since")
    finished_at = ImportRun.objects.get().finished_at

    assert run(path, "--resume") == (
        "All 2 lines were imported already; nothing was written. At the time:\n"
        "1 created, 0 changed, 0 unchanged, 0 older, 1 failed",
        1,
    )
    assert Customer.objects.get().name == "Changed since"
    assert ImportRun.objects.get().finished_at == finished_at


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_goes_on_where_it_was(tmp_path):
    rows = [{"external_id": str(number), "orders": [{"number": str(number), **ORDER}]} for number in range(3000)]
    path = json_lines(tmp_path, *rows, {"external_id": "5"})

    import_and_kill(path)
    done = ImportRun.objects.get()
    assert 0 < done.line < 3000
    assert Customer.objects.count() == Order.objects.count() == done.line
    Customer.objects.filter(external_id="0").update(name="Not read again")

    said, code = run(path, "--resume")
    assert said.splitlines()[-1] == "3000 created, 0 changed, 0 unchanged, 0 older, 1 failed"
    assert code == 1
    assert Customer.objects.count() == Order.objects.count() == 3000
    assert Customer.objects.filter(name="Not read again").exists()
    assert ImportRun.objects.get().finished_at


def import_and_kill(path: Path) -> None:
    command = [sys.executable, "manage.py", "import_customers", str(path)]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, **this_database()})
    deadline = time.monotonic() + 60
    while not ImportRun.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()


def this_database() -> dict[str, str]:
    """The one of the tests, for another process."""
    of = connection.settings_dict
    url = f"sqlite:///{of['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
    return {"DATABASE_URL": url, "SECRET_KEY": "only-for-tests"}
