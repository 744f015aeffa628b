from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from knowledge.access import PUBLIC
from knowledge.models import Collection, Document, Source, SyncRun
from knowledge.search import search_passages
from knowledge.visits import runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(docs: Collection, tmp_path: Path) -> Source:
    root = tmp_path / "help"
    root.mkdir()
    (root / "refunds.md").write_text("# Refunds\n\nRefunds take five days.")
    return Source.objects.create(collection=docs, kind="folder", location=str(root), name="Help pages")


def run(*arguments: str, code: int = 0) -> str:
    out = StringIO()
    if code:
        with pytest.raises(SystemExit) as exit:
            call_command("sync", *arguments, stdout=out, stderr=out)
        assert exit.value.code == code
    else:
        call_command("sync", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_without_arguments_the_sources_are_listed(source):
    assert "never" in run()

    runs.begin(source)
    listed = run()
    assert "Help pages" in listed
    assert "waiting" in listed


def test_there_may_be_none(db):
    assert "no sources yet" in run()


@pytest.mark.parametrize("by", ["pk", "name", "location"])
def test_a_source_is_visited_without_any_worker(source, by):
    assert "1 added, 0 changed, 0 unchanged, 0 removed, 0 failed" in run(str(getattr(source, by)))

    assert search_passages("refunds", PUBLIC)


def test_all_are_visited_and_one_in_trouble_stops_nobody(source):
    Source.objects.create(collection=source.collection, kind="folder", location="/no/such/folder")
    Source.objects.create(collection=source.collection, kind="upload", name="Uploads")

    said = run("--all", code=1)
    assert "There is no folder /no/such/folder" in said
    assert "1 added" in said


def test_those_whose_time_has_come(source):
    other = Source.objects.create(collection=source.collection, kind="folder", location="/no/such/folder")
    Source.objects.filter(pk=source.pk).update(sync_every=60, next_sync_at=timezone.now() - timedelta(minutes=1))
    Source.objects.filter(pk=other.pk).update(sync_every=60, next_sync_at=timezone.now() + timedelta(minutes=1))

    run("--due")
    assert SyncRun.objects.get().source == source


def test_a_dry_run_writes_nothing(source):
    said = run("--all", "--dry-run")

    assert "would be added: refunds.md" in said
    assert not SyncRun.objects.exists()
    assert not Document.objects.exists()


def test_it_can_be_left_to_the_workers(source):
    run("--all", "--queue")

    assert SyncRun.objects.get().status == "waiting"


def test_a_visit_that_is_going_on_is_not_disturbed(source):
    runs.claim(runs.begin(source).pk)

    assert "Another visit" in run("--all", code=1)


@pytest.mark.parametrize("arguments", [["no such source"], ["99"], ["--all", "--dry-run", "--queue"]])
def test_arguments_that_make_no_sense_are_explained(source, arguments):
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert error.value.returncode == 2


def test_what_waits_for_a_yes_is_named(source):
    for name in ("a", "b", "c"):
        Path(source.location, f"{name}.md").write_text(f"# {name}\n\nText of {name}.")
    run("--all")
    for name in ("a", "b", "c"):
        Path(source.location, f"{name}.md").unlink()

    said = run("--all", code=1)

    assert all(f"no longer there: {name}.md" in said for name in ("a", "b", "c"))
    assert "1 unchanged, 0 removed" in said
