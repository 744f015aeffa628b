import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from knowledge import services
from knowledge.access import PUBLIC
from knowledge.errors import SourceError
from knowledge.ingestion import NOT_PROCESSED, build_index
from knowledge.models import Collection, Document, Source, SyncRun
from knowledge.search import search_passages
from knowledge.visits import runs, syncing, tasks, visiting
from knowledge.visits.previews import preview
from knowledge.visits.visiting import process_here, visit
from tests.knowledge.loaders.files import pdf

pytestmark = [pytest.mark.django_db, pytest.mark.both]
Status = SyncRun.Status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    root.mkdir()
    for number in range(6):
        (root / f"page{number}.md").write_text(f"# Page {number}\n\nWhat page {number} says.")
    return root


@pytest.fixture
def source(docs: Collection, folder: Path) -> Source:
    return Source.objects.create(collection=docs, kind=Source.Kind.FOLDER, location=str(folder))


def sync(source: Source, **options) -> SyncRun:
    run = visit(runs.begin(source).pk, process_here, **options)
    assert run is not None
    return run


def counted(run: SyncRun) -> tuple[int, ...]:
    return run.added, run.changed, run.unchanged, run.removed, run.failed


def missing(run: SyncRun) -> set[str]:
    return set(Document.objects.filter(pk__in=run.missing).values_list("path", flat=True))


def texts(*words: str) -> list[str]:
    build_index(Collection.objects.get().pk)
    return [passage.text for passage in search_passages(" ".join(words), PUBLIC)]


def test_a_visit_brings_what_is_there_and_is_recorded(source):
    run = sync(source)

    assert (run.status, counted(run)) == (Status.DONE, (6, 0, 0, 0, 0))
    assert (run.seen, run.expected, run.lease_expires_at) == (6, 6, None)
    assert Document.objects.filter(source=source, status="ready").count() == 6
    assert texts("page")


def test_only_what_changed_is_written_again(source, folder, monkeypatch):
    sync(source)
    (folder / "page0.md").write_text("# Page 0\n\nSomething else.")
    (folder / "page1.md").unlink()
    written = []
    put = services.put_document

    def remembering(**given):
        written.append(given["path"])
        return put(**given)

    monkeypatch.setattr(services, "put_document", remembering)

    assert counted(sync(source)) == (0, 1, 4, 1, 0)
    assert written == ["page0.md"]


def test_what_is_gone_is_retired_and_comes_back_when_it_returns(source, folder):
    sync(source)
    text = (folder / "page3.md").read_text()
    (folder / "page3.md").unlink()
    sync(source)

    gone = Document.objects.get(path="page3.md")
    assert (gone.publication, gone.retired_by) == ("retired", "source")
    assert "What page 3 says." not in texts("page", "3")

    (folder / "page3.md").write_text(text)
    assert counted(sync(source)) == (1, 0, 5, 0, 0)
    assert "What page 3 says." in texts("page", "3")


def test_what_an_editor_retired_is_not_brought_back(source, folder):
    sync(source)
    services.retire(Document.objects.filter(path="page3.md"))
    (folder / "page3.md").write_text("Changed.")

    assert counted(sync(source)) == (0, 0, 6, 0, 0)
    assert Document.objects.get(path="page3.md").publication == "retired"


def test_a_source_that_lost_more_than_half_asks_first(source, folder):
    sync(source)
    for number in range(4):
        (folder / f"page{number}.md").unlink()

    run = sync(source)
    assert (run.status, run.removed) == (Status.ASKING, 0)
    assert missing(run) == {f"page{number}.md" for number in range(4)}
    assert run.error == "4 of 6 documents are no longer there. Retire them?"
    assert Document.objects.filter(publication="published").count() == 6

    syncing.approve_removal(run, None)
    visit(run.pk, process_here)
    run.refresh_from_db()
    assert (run.status, run.removed, run.missing) == (Status.DONE, 4, [])
    assert Document.objects.filter(publication="published").count() == 2


@pytest.mark.parametrize("came_back", [False, True])
def test_a_yes_is_for_the_documents_that_were_shown(source, folder, came_back):
    sync(source)
    text = (folder / "page0.md").read_text()
    for number in range(4):
        (folder / f"page{number}.md").unlink()
    run = syncing.approve_removal(sync(source), None)
    (folder / "page4.md").unlink()
    if came_back:
        (folder / "page0.md").write_text(text)

    visit(run.pk, process_here)
    run.refresh_from_db()
    assert (run.status, run.removed) == (Status.ASKING, 0)
    assert "page4.md" in missing(run)


def test_a_no_leaves_everything_as_it_is(source, folder):
    sync(source)
    for number in range(5):
        (folder / f"page{number}.md").unlink()
    run = sync(source)

    syncing.cancel(run)

    run.refresh_from_db()
    assert run.status == Status.CANCELLED
    assert Document.objects.filter(publication="published").count() == 6


def test_a_later_visit_answers_the_question_itself(source, folder):
    sync(source)
    for number in range(5):
        (folder / f"page{number}.md").rename(folder / f"page{number}.txt.away")
    asked = sync(source)
    for number in range(5):
        (folder / f"page{number}.txt.away").rename(folder / f"page{number}.md")

    assert sync(source).status == Status.DONE
    asked.refresh_from_db()
    assert asked.status == Status.CANCELLED


@pytest.mark.parametrize(("before", "lost", "asks"), [(2, 1, False), (3, 2, True), (4, 3, True), (4, 2, False)])
def test_a_single_page_may_go_without_asking_and_most_may_not(source, folder, before, lost, asks):
    for number in range(before, 6):
        (folder / f"page{number}.md").unlink()
    sync(source)
    for number in range(lost):
        (folder / f"page{number}.md").unlink()

    assert (sync(source).status == Status.ASKING) is asks


@pytest.mark.parametrize("missing", ["the folder", "its documents"])
def test_a_source_that_cannot_be_listed_loses_nothing(source, folder, missing):
    sync(source)
    for path in folder.iterdir():
        path.unlink()
    if missing == "the folder":
        folder.rmdir()

    run = sync(source)
    assert run.status == Status.FAILED
    assert run.error.startswith("There ")
    assert Document.objects.filter(publication="published").count() == 6


def test_a_document_that_cannot_be_read_is_named_and_the_rest_is_done(source, folder):
    (folder / "broken.md").write_bytes(b"%PDF-1.7")

    run = sync(source)
    assert (run.status, counted(run)) == (Status.PARTIAL, (7, 0, 0, 0, 1))
    assert run.failures[0]["path"] == "broken.md"
    assert "binary file" in run.failures[0]["reason"]


def test_it_fails_again_while_it_is_the_same(source, folder):
    (folder / "broken.md").write_bytes(b"%PDF-1.7")
    sync(source)

    assert counted(sync(source)) == (0, 0, 7, 0, 1)


def test_failures_are_counted_beyond_those_that_are_kept(source, folder, monkeypatch):
    monkeypatch.setattr(visiting, "KEPT_FAILURES", 2)
    for number in range(4):
        (folder / f"broken{number}.md").write_bytes(b"%PDF-1.7")

    run = sync(source)
    assert (run.failed, len(run.failures)) == (4, 2)


def test_the_document_of_another_source_is_left_alone(source, folder, tmp_path):
    sync(source)
    other = tmp_path / "other"
    other.mkdir()
    (other / "page0.md").write_text("Another page of this name.")
    second = Source.objects.create(collection=source.collection, kind="folder", location=str(other))

    run = sync(second)
    assert run.failures == [{"path": "page0.md", "reason": run.failures[0]["reason"]}]
    assert "Another source" in run.failures[0]["reason"]
    assert Document.objects.get(path="page0.md").source == source


def test_what_a_source_brings_may_wait_for_an_editor(source, folder):
    source.publishes = False
    source.save()

    assert counted(sync(source)) == (6, 0, 0, 0, 0)
    assert set(Document.objects.values_list("publication", flat=True)) == {"draft"}
    assert counted(sync(source)) == (0, 0, 6, 0, 0)


def test_early_pages_are_handed_over_while_later_ones_are_read(source, monkeypatch):
    monkeypatch.setattr(visiting, "HANDED_OVER_AT_ONCE", 2)
    handed_over: list[list[int]] = []

    def process(document_ids):
        handed_over.append(document_ids)
        return ()

    visit(runs.begin(source).pk, process)

    assert list(map(len, handed_over)) == [2, 2, 2]


def test_one_visit_at_a_time(source):
    first = runs.begin(source)

    assert runs.begin(source) == first
    assert runs.claim(first.pk)
    assert runs.claim(first.pk) is None


def test_a_run_that_waits_is_cancelled_at_once(source):
    run = runs.begin(source)

    syncing.cancel(run)

    assert visit(run.pk, process_here) is None
    run.refresh_from_db()
    assert run.status == Status.CANCELLED


def test_a_visit_can_be_cancelled_on_its_way(source, monkeypatch):
    monkeypatch.setattr(visiting, "BEAT_SECONDS", 0)
    run = runs.begin(source)

    done = visit(run.pk, process_here, on_progress=syncing.cancel)

    assert done is not None
    assert (done.status, done.seen, done.removed) == (Status.CANCELLED, 1, 0)


def test_a_killed_worker_is_replaced_and_what_it_did_stays_done(source, monkeypatch):
    run = runs.begin(source)

    def killed(self, found):
        if self.run.seen == 3:
            raise KeyboardInterrupt
        take(self, found)

    take = visiting.Visit.take
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(visiting.Visit, "take", killed)
        patch.setattr(runs, "release", lambda run: None)
        visit(run.pk, process_here)
    assert visit(run.pk, process_here) is None, "the lease of the first still holds"

    SyncRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert runs.begin_due() == [run.pk]
    done = visit(run.pk, process_here)

    assert done is not None
    assert (done.status, done.seen, done.attempts) == (Status.DONE, 6, 2)
    assert Document.objects.filter(publication="published").count() == 6


def test_a_worker_that_lost_its_run_writes_nothing_more(source, monkeypatch):
    run = runs.begin(source)

    def paused_for_long(found_run):
        SyncRun.objects.filter(attempts=1).update(attempts=2)

    visit(run.pk, process_here, on_progress=paused_for_long)

    run.refresh_from_db()
    assert (run.status, Document.objects.count()) == (Status.RUNNING, 1)


def test_a_run_that_kills_its_worker_is_given_up(source):
    run = runs.begin(source)
    SyncRun.objects.update(attempts=runs.MOST_ATTEMPTS)

    assert visit(run.pk, process_here) is None

    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "again and again" in run.error


def test_a_bug_ends_the_run_and_not_the_worker(source, monkeypatch):
    monkeypatch.setattr(visiting.Visit, "take", lambda self, found: 1 / 0)

    run = sync(source)

    assert run.status == Status.FAILED
    assert "ZeroDivision" not in run.error


def test_a_bug_with_one_document_costs_only_that(source, monkeypatch, caplog):
    def put(self, found):
        return 1 / 0 if found.path == "page2.md" else original(self, found)

    original = visiting.Visit.put
    monkeypatch.setattr(visiting.Visit, "put", put)

    run = sync(source)
    assert (run.status, counted(run)) == (Status.PARTIAL, (5, 0, 0, 0, 1))
    assert run.failures == [{"path": "page2.md", "reason": NOT_PROCESSED}]
    assert "document_not_written" in caplog.text


@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_no_fault_of_a_document(source, monkeypatch, trouble):
    def put(self, found):
        raise trouble

    monkeypatch.setattr(visiting.Visit, "put", put)

    run = sync(source)
    assert (run.status, counted(run)) == (Status.FAILED, (0, 0, 0, 0, 0))


def test_a_full_disk_ends_the_visit_in_words(source, folder, no_room):
    (folder / "page0.pdf").write_bytes(pdf("The first page."))

    run = sync(source)

    assert (run.status, run.error) == (Status.FAILED, "There is no space left on the disk. Free some and try again.")
    assert not Document.objects.filter(path="page0.pdf").exists()


def test_the_schedule_starts_what_is_due(source, monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(tasks.sync_source, "delay", rung.append)
    source.sync_every = Source.Interval.HOUR
    source.next_sync_at = timezone.now() - timedelta(seconds=1)
    source.save()

    tasks.start_due_syncs()
    tasks.start_due_syncs()

    assert len(rung) == 1
    source.refresh_from_db()
    assert timedelta(minutes=59) < source.next_sync_at - timezone.now() <= timedelta(minutes=60)


def test_a_new_schedule_begins_now_and_what_is_brought_to_us_has_none(source):
    Source.objects.update(sync_every=Source.Interval.DAY)
    Source.objects.create(collection=source.collection, kind="push", sync_every=Source.Interval.DAY)

    runs.begin_due()
    assert list(SyncRun.objects.values_list("source", flat=True)) == [source.pk]


def test_only_so_many_visits_are_remembered(source, monkeypatch):
    monkeypatch.setattr(runs, "KEPT_RUNS", 2)

    kept = [sync(source).pk for _ in range(4)][2:]
    assert list(SyncRun.objects.order_by("pk").values_list("pk", flat=True)) == kept


def test_a_source_that_is_deleted_ends_its_visit_and_leaves_its_documents(source):
    sync(source)
    run = runs.begin(source)

    assert visit(run.pk, process_here, on_progress=lambda _: source.delete() if source.pk else None) is None
    assert Document.objects.filter(source=None, publication="published").count() == 6


def test_a_request_is_heard_by_a_worker(source, monkeypatch, django_capture_on_commit_callbacks):
    rung: list[int] = []
    monkeypatch.setattr(tasks.sync_source, "apply_async", lambda args, **_: rung.extend(args))

    with django_capture_on_commit_callbacks(execute=True):
        run = syncing.request_sync(source)

    assert rung == [run.pk]


def test_what_is_brought_cannot_be_visited(docs):
    with pytest.raises(SourceError, match="brought to us"):
        syncing.request_sync(Source.objects.create(collection=docs, kind=Source.Kind.PUSH, name="Handbook"))


def test_the_schedule_names_the_task():
    assert tasks.start_due_syncs.name == "knowledge.visits.tasks.start_due_syncs"


@pytest.mark.slow
def test_an_unchanged_source_of_a_thousand_documents_is_done_in_seconds(source, folder):
    for number in range(1000):
        (folder / f"more{number}.md").write_text(f"# More {number}\n\n" + f"Text of page {number}. " * 100)
    visit(runs.begin(source).pk, lambda ids: ())
    Document.objects.update(status=Document.Status.READY)

    started = timezone.now()
    run = sync(source)

    assert run.unchanged == 1006
    assert timezone.now() - started < timedelta(seconds=3)


def test_a_file_that_cannot_be_taken_costs_only_itself(source, folder):
    (folder / os.fsdecode(b"caf\xe9.md")).write_text("# Coffee\n\nHow it is made.")
    (folder / "deep.md").write_text("---\nslug: " + "[" * 20_000 + "\n---\n# Deep\n\nStill read.")
    source.url_prefix = "https://docs.example"
    source.save()
    run = sync(source)

    assert counted(run) == (7, 0, 0, 0, 1)
    assert run.failures == [{"path": "caf\ufffd.md", "reason": run.failures[0]["reason"]}]
    assert "Rename it" in run.failures[0]["reason"]
    assert preview(source).failed == [("caf\ufffd.md", run.failures[0]["reason"])]


def test_a_page_of_a_charset_that_is_none_is_read_all_the_same(source, folder):
    (folder / "coffee.html").write_bytes(b"<meta charset=undefined><h1>Coffee</h1><p>Served in the caf\xe9.")

    assert "coffee.html" in preview(source).added
    assert counted(sync(source)) == (7, 0, 0, 0, 0)
    assert "Served in the café." in Document.objects.get(path="coffee.html").markdown
