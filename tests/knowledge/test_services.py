import pytest
from django.db import DatabaseError
from kombu.exceptions import OperationalError

from knowledge import services, tasks, versions
from knowledge.errors import DocumentError
from knowledge.ingestion import ingest
from knowledge.models import Chunk, Collection, Document, Embedding, Source
from supportbot.errors import DiskFull

pytestmark = pytest.mark.django_db
Status = Document.Status


@pytest.fixture
def rung(monkeypatch):
    """The bells that were rung, as (task, argument)."""
    bells = []
    for task in (tasks.ingest_documents, tasks.build_index):
        name = task.name.rpartition(".")[2]
        monkeypatch.setattr(task, "apply_async", lambda args, retry, name=name: bells.append((name, *args)))
    return bells


@pytest.fixture
def save(docs, django_capture_on_commit_callbacks):
    def save(path="a.md", **fields):
        with django_capture_on_commit_callbacks(execute=True):
            return services.save_document(collection=docs, path=path, **fields)

    return save


def test_a_new_document_waits_and_rings_for_a_worker(save, rung):
    document, changed = save("billing/refunds.md", data=b"Refunds take five days.")

    assert changed
    assert (document.slug, document.status, document.revision) == ("billing-refunds", Status.PENDING, 1)
    assert rung == [("ingest_documents", [document.pk])]


def test_the_same_content_changes_nothing(save, rung):
    document, _ = save(content="Refunds take five days.")
    ingest([document.pk])
    rung.clear()

    assert save(data=b"Refunds take five days.\r\n".replace(b"\r\n", b"")) == (document, False)
    assert rung == []


@pytest.mark.parametrize("change", [{"content": "New text."}, {"content": "Text.", "title": "New title"}])
def test_a_change_is_a_new_revision_under_the_same_address(save, rung, change):
    document, _ = save(content="Text.")
    slug = document.slug
    document, changed = save(**change)

    assert changed
    assert (document.revision, document.slug, document.status) == (2, slug, Status.PENDING)
    assert len(rung) == 2


def test_a_new_address_of_the_page_needs_no_processing(save, rung):
    save(content="Text.")
    rung.clear()

    document, changed = save(content="Text.", url="https://example.com/new")

    assert (document.url, changed, rung) == ("https://example.com/new", False, [])


def test_paths_that_would_have_the_same_slug_get_different_ones(save, rung):
    assert [save(path, content="Text.")[0].slug for path in ("a/b.md", "a-b.md", "a/b.html")] == [
        "a-b",
        "a-b-2",
        "a-b-3",
    ]


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("a.md", b"\x89PNG\r\n\x00\x00", "binary file"),
        ("a.md", b"   ", "is empty"),
        ("a.exe", b"Text", "Use one of"),
        ("a.md", b"x" * 50_000_000, "larger than 10 MB"),
    ],
    ids=["binary", "empty", "unknown format", "too large"],
)
def test_what_cannot_be_read_becomes_a_document_that_says_why(save, rung, path, data, sentence):
    document, _ = save(path, data=data)

    assert document.status == Status.FAILED
    assert sentence in document.error
    assert rung == []


def test_what_cannot_be_read_takes_no_readable_documents_place(save, rung):
    document, _ = save(data=b"Refunds take five days.")
    ingest([document.pk])
    with pytest.raises(DocumentError):
        save(data=b"\x00\x01")

    document.refresh_from_db()
    assert (document.status, document.content) == (Status.READY, "Refunds take five days.")
    assert Chunk.objects.count() == 1


def test_a_broker_that_is_down_loses_nothing(save, monkeypatch):
    def down(*args, **options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.ingest_documents, "apply_async", down)
    document, _ = save(content="Text.")

    assert Document.objects.get() == document


def test_deleting_leaves_neither_text_nor_vector(docs, save, rung, django_capture_on_commit_callbacks):
    document, _ = save(content="Refunds take five days.")
    ingest([document.pk])
    with django_capture_on_commit_callbacks(execute=True):
        services.delete([document])

    assert [model.objects.count() for model in (Document, Chunk, Embedding)] == [0, 0, 0]
    assert Collection.objects.get().content_version == 2
    assert rung[-1] == ("build_index", docs.pk)


def test_a_vector_two_documents_share_outlives_one_of_them(save, rung):
    documents = [save(path, content="# A\n\nRefunds take five days.")[0] for path in ("a.md", "b.md")]
    ingest([document.pk for document in documents])
    services.delete(documents[:1])

    kept = set(Embedding.objects.values_list("content_hash", flat=True))
    assert kept == {Chunk.objects.get().content_hash}


def test_many_documents_are_handed_over_in_batches(docs, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.enqueue(list(range(120)))

    assert [len(ids) for _, ids in rung] == [50, 50, 20]


def test_reindexing_starts_over_without_a_new_revision(save, rung, django_capture_on_commit_callbacks):
    document, _ = save(content="Text.")
    ingest([document.pk])
    with django_capture_on_commit_callbacks(execute=True):
        services.reindex(Document.objects.all())

    document.refresh_from_db()
    assert (document.status, document.revision) == (Status.PENDING, 1)
    assert rung[-1] == ("ingest_documents", [document.pk])


def test_a_document_remembers_its_source(docs, save, rung):
    source = Source.objects.create(collection=docs, kind=Source.Kind.FOLDER, location="/docs")

    assert save(content="Text.", source=source)[0].source == source


def test_what_finds_no_room_on_the_disk_leaves_nothing_there(put, settings, no_room):
    with pytest.raises(DiskFull):
        put("a.pdf", b"%PDF-1.7 one")

    assert not Document.objects.exists()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_what_the_database_has_no_room_for_is_named(put, monkeypatch):
    def full(*args):
        raise DatabaseError("could not extend file: No space left on device")

    monkeypatch.setattr(versions, "record", full)

    with pytest.raises(DiskFull):
        put("a.md", "Refunds take five days.")
    assert not Document.objects.exists()


def test_what_was_refused_is_not_read_again_and_keeps_its_reason(save):
    document, _ = save("a.md", data=b"\x00\x01\x02")
    reason = document.error
    services.make_pending([document.pk])

    document.refresh_from_db()
    assert (document.status, document.error) == (Status.FAILED, reason)
