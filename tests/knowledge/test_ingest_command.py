from errno import EACCES
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from knowledge.access import CUSTOMERS, PUBLIC
from knowledge.folders import page_url
from knowledge.models import Collection, Document, Source, SyncRun
from knowledge.search import search_passages
from knowledge.visits import visiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "docs"
    (root / "billing").mkdir(parents=True)
    (root / "billing" / "refunds.md").write_text("# Refunds\n\nRefunds take five days.")
    (root / "index.md").write_text("# Welcome\n\nStart here.")
    (root / "logo.png").write_bytes(b"\x89PNG")
    (root / ".git").mkdir()
    (root / ".git" / "notes.md").write_text("hidden")
    return root


def fails(path, *options):
    """What it says when it ends with 1."""
    out = StringIO()
    with pytest.raises(SystemExit) as exit:
        call_command("ingest", str(path), "--collection", "docs", *options, stdout=out, stderr=out)
    assert exit.value.code == 1
    return out.getvalue()


def run(path, *options):
    out = StringIO()
    call_command("ingest", str(path), "--collection", "docs", *options, stdout=out, stderr=out)
    return out.getvalue()


def test_a_folder_can_be_searched_without_any_worker(folder):
    assert "2 added, 0 changed, 0 unchanged, 0 removed, 0 failed" in run(folder, "--audience", "public")

    (passage,) = search_passages("refunds", PUBLIC, limit=1)
    assert passage.title == "Refunds"


def test_a_second_run_does_only_what_changed(folder):
    run(folder, "--audience", "public")
    (folder / "index.md").unlink()
    (folder / "billing" / "refunds.md").write_text("# Refunds\n\nRefunds take nine days.")
    (folder / "new.txt").write_text("A new page.")

    assert "1 added, 1 changed, 0 unchanged, 1 removed, 0 failed" in run(folder)
    assert "0 added, 0 changed, 2 unchanged, 0 removed, 0 failed" in run(folder)
    assert "nine days" in search_passages("refunds", PUBLIC)[0].text


def test_a_file_that_fails_is_named_with_its_reason_and_the_rest_is_read(folder):
    (folder / "broken.md").write_bytes(b"%PDF-1.7")
    out = StringIO()

    with pytest.raises(SystemExit) as exit:
        call_command("ingest", str(folder), "--collection", "docs", "--create", stdout=out, stderr=out)

    assert exit.value.code == 1
    assert "broken.md: This looks like a binary file" in out.getvalue()
    assert "1 failed" in out.getvalue()
    assert Document.objects.filter(status=Document.Status.READY).count() == 2


def test_a_folder_is_a_source_and_each_time_is_recorded(folder):
    run(folder, "--audience", "public", "--url-prefix", "https://docs.example")
    run(folder)

    source = Source.objects.get()
    assert (source.kind, source.location, source.url_prefix) == ("folder", str(folder), "")
    assert [visit.status for visit in source.runs.all()] == ["done", "done"]
    assert set(Document.objects.values_list("source", flat=True)) == {source.pk}


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(folder):
    said = run(folder, "--audience", "public", "--dry-run")

    assert "would be added: billing/refunds.md" in said
    assert "2 added, 0 changed, 0 unchanged, 0 removed, 0 failed (dry run: nothing was written)" in said
    assert not Collection.objects.exists()

    run(folder, "--audience", "public")
    (folder / "index.md").unlink()
    (folder / "billing" / "refunds.md").write_text("# Refunds\n\nRefunds take nine days.")

    said = run(folder, "--dry-run")
    assert "would be changed: billing/refunds.md" in said
    assert "would be removed: index.md" in said
    assert SyncRun.objects.count() == 1
    assert Document.objects.filter(publication="published").count() == 2


def test_a_folder_that_lost_more_than_half_is_not_believed_at_once(folder):
    for number in range(6):
        (folder / f"{number}.md").write_text(f"# Page {number}\n\nText.")
    run(folder, "--audience", "public")
    for number in range(6):
        (folder / f"{number}.md").unlink()
    out = StringIO()

    with pytest.raises(SystemExit) as exit:
        call_command("ingest", str(folder), "--collection", "docs", stdout=out, stderr=out)
    assert exit.value.code == 1
    assert "6 of 8 documents are no longer there." in out.getvalue()
    assert "--accept-loss" in out.getvalue()

    assert "6 removed" in run(folder, "--accept-loss")


def test_a_dry_run_tells_that_a_loss_would_be_asked_about(folder):
    for number in range(4):
        (folder / f"{number}.md").write_text(f"# Page {number}\n\nText.")
    run(folder, "--audience", "public")
    for number in range(4):
        (folder / f"{number}.md").unlink()

    said = fails(folder, "--dry-run")
    assert "4 of 6 documents are no longer there. Retire them?" in said
    assert "no longer there: 0.md" in said
    assert "0 added, 0 changed, 2 unchanged, 0 removed, 0 failed" in said
    assert "4 removed" in run(folder, "--dry-run", "--accept-loss")


def test_a_dry_run_names_what_could_not_be_read_before(folder):
    (folder / "broken.md").write_bytes(b"%PDF-1.7")
    fails(folder, "--create")

    said = fails(folder, "--dry-run")
    assert "broken.md: This looks like a binary file" in said
    assert "0 added, 0 changed, 3 unchanged, 0 removed, 1 failed" in said
    assert "0 added, 0 changed, 3 unchanged, 0 removed, 1 failed" in fails(folder)


def test_what_failed_in_processing_is_tried_again(folder):
    run(folder, "--audience", "public")
    Document.objects.filter(path="index.md").update(status="failed", error="The service was down.")

    assert "0 added, 0 changed, 2 unchanged, 0 removed, 0 failed" in run(folder)
    assert Document.objects.get(path="index.md").status == "ready"


def test_ctrl_c_ends_the_visit_for_good(folder, monkeypatch):
    monkeypatch.setattr(visiting.Visit, "take", interrupt)

    with pytest.raises(KeyboardInterrupt):
        run(folder, "--audience", "public")

    assert SyncRun.objects.get().status == "cancelled"


def interrupt(*args):
    raise KeyboardInterrupt


def test_a_single_file_is_a_document(folder):
    assert "1 added" in run(folder / "billing" / "refunds.md", "--audience", "customers")
    assert Document.objects.get().path == "refunds.md"
    assert not Source.objects.exists()
    assert search_passages("refunds", PUBLIC) == []
    assert search_passages("refunds", CUSTOMERS)


def test_a_collection_made_without_an_audience_is_for_staff(folder):
    run(folder, "--create")

    assert Collection.objects.get().audience == "staff"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "To create it, say who may read it: --audience"),
        (["--audience", "nobody"], "invalid choice"),
    ],
)
def test_arguments_that_make_no_sense_are_explained(folder, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(folder, *options)


def test_the_audience_of_a_collection_is_not_changed_in_passing(folder):
    run(folder, "--audience", "staff")

    with pytest.raises(CommandError, match="is for staff, not public") as error:
        run(folder, "--audience", "public")
    assert error.value.returncode == 2


@pytest.mark.parametrize("path", ["no-such-folder", "empty", "logo.png"])
def test_a_path_without_documents_is_an_error(tmp_path, path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")

    with pytest.raises(CommandError) as error:
        run(tmp_path / path, "--create")
    assert error.value.returncode == 2


@pytest.mark.parametrize("path", ["", " "])
def test_a_path_that_is_empty_is_not_the_working_directory(db, path):
    with pytest.raises(CommandError, match=r"empty.*write a dot") as error:
        run(path, "--create")
    assert error.value.returncode != 0
    assert not Collection.objects.exists()


@pytest.mark.parametrize("method", ["exists", "open"])
def test_a_file_this_user_may_not_read_is_named(folder, method, monkeypatch):
    def refused(*args, **options):
        raise PermissionError(EACCES, "Permission denied")

    monkeypatch.setattr(Path, method, refused)

    with pytest.raises(CommandError, match=r"index.md cannot be read: permission denied") as error:
        run(folder / "index.md", "--create")
    assert error.value.returncode == 2
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    ("path", "data", "url"),
    [
        ("billing/refunds.md", b"Text", "https://x.example/help/billing/refunds"),
        ("billing/index.md", b"Text", "https://x.example/help/billing"),
        ("index.html", b"Text", "https://x.example/help"),
        ("a/b.md", b"---\nslug: /start\n---\n", "https://x.example/help/start"),
        ("a/b.md", b"---\nslug: start\n---\n", "https://x.example/help/a/start"),
        ("a/b.md", b"---\nid: start\n---\n", "https://x.example/help/a/start"),
        ("a/big plans.md", b"Text", "https://x.example/help/a/big%20plans"),
    ],
)
def test_a_page_is_linked_where_it_is_published(path, data, url):
    assert page_url("https://x.example/help/", path, data) == url


def test_a_file_that_cannot_be_read_leaves_what_it_said_before(db, tmp_path):
    page = tmp_path / "a.md"
    page.write_text("Refunds take five days.")
    call_command("ingest", str(page), "--collection", "docs", "--create")
    page.write_bytes(b"\x00\x01")

    with pytest.raises(CommandError, match="What it said before stays"):
        call_command("ingest", str(page), "--collection", "docs")
    assert Document.objects.get().content == "Refunds take five days."
