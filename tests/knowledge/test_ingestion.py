from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from knowledge import ingestion, leases, services, vectors
from knowledge.access import PUBLIC
from knowledge.embedders.hashing import HashingEmbedder
from knowledge.errors import EmbeddingError
from knowledge.ingestion import build_index, ingest
from knowledge.models import Chunk, Collection, Document, Embedding
from knowledge.search import search_passages
from knowledge.text.chunking import chunk
from tests.knowledge.loaders import files

pytestmark = pytest.mark.django_db
Status = Document.Status

PAGE = "---\ndescription: When money comes back.\n---\n# Billing\n\n## Refunds\n\nRefunds take five days."


@pytest.fixture
def embedded(monkeypatch):
    """The texts of every call of the embedder."""
    calls: list[list[str]] = []
    embed = HashingEmbedder.embed

    def remembering(self, texts):
        calls.append(list(texts))
        return embed(self, texts)

    monkeypatch.setattr(HashingEmbedder, "embed", remembering)
    return calls


def test_a_document_becomes_chunks_with_vectors(docs, put):
    document = put("billing.md", PAGE)

    assert ingest([document.pk]) == {docs.pk}

    document.refresh_from_db()
    assert (document.status, document.title, document.description) == (
        Status.READY,
        "Billing",
        "When money comes back.",
    )
    assert document.indexed_at is not None
    hashes = set(Chunk.objects.filter(document=document, revision=1).values_list("content_hash", flat=True))
    hashes.add(document.page_hash)
    assert hashes == set(Embedding.objects.filter(model="hashing").values_list("content_hash", flat=True))
    assert Collection.objects.get().content_version == 1


def test_a_file_becomes_chunks_that_know_their_pages(put):
    guide = files.pdf(f"Refunds\n{'Refunds take five days. ' * 30}", f"Invoices\n{'Invoices come by mail. ' * 30}")
    document = put("guide.pdf", guide)

    ingest([document.pk])

    pages = list(Chunk.objects.order_by("position").values_list("page", flat=True))
    assert (pages[0], pages[-1]) == (1, 2)


def test_a_document_that_says_when_it_was_changed_is_believed(put):
    document = put("a.md", "---\nlast_updated: 2024-05-01\n---\nRefunds take five days.")

    ingest([document.pk])

    assert Document.objects.get().updated_at == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("empty.html", b"<script>only()</script>", "no text in this document"),
        ("headings.md", b"# Only\n\n## Headings", "headings but no text"),
    ],
)
def test_a_document_that_fails_says_why_and_holds_up_nobody(put, path, data, sentence):
    bad, good = put(path, data), put("good.md", PAGE)

    ingest([bad.pk, good.pk])

    assert sentence in Document.objects.get(pk=bad.pk).error
    assert Document.objects.get(pk=good.pk).status == Status.READY


def test_a_fault_of_ours_fails_one_document_and_no_other(put, monkeypatch):
    bad, good = put("bad.md", "# bad\n\nText"), put("good.md", PAGE)

    def broken(title, *args):
        if title == "bad":
            raise RecursionError
        return chunk(title, *args)

    monkeypatch.setattr(ingestion, "chunk", broken)
    ingest([bad.pk, good.pk])

    assert [document.status for document in Document.objects.order_by("path")] == [Status.FAILED, Status.READY]


def test_only_what_is_new_is_embedded(put, embedded):
    ingest([put("a.md", f"{PAGE}\n\n## Invoices\n\nInvoices come by mail on the first day of the month, always.").pk])
    ingest([put("a.md", f"{PAGE}\n\n## Invoices\n\nInvoices are in your account from the first of the month on.").pk])

    (text,) = embedded[-1]
    assert "in your account" in text


def test_a_passage_that_says_the_same_keeps_its_row(put):
    invoices = "## Invoices\n\nInvoices come by mail on the first day of every month, to the address of your account."
    ingest([put("a.md", f"# Billing\n\n{invoices}").pk])
    before = Chunk.objects.get()

    ingest([put("a.md", f"# Billing\n\n## Refunds\n\n{'Refunds take five days. ' * 9}\n\n{invoices}").pk])

    after = Chunk.objects.get(pk=before.pk)
    assert (after.revision, after.position, after.text) == (2, 1, before.text)


def test_processing_again_changes_nothing(docs, put):
    document = put("a.md", PAGE)
    ingest([document.pk])
    services.make_pending([document.pk])

    assert ingest([document.pk]) == set()
    assert Collection.objects.get().content_version == 1


def test_what_is_no_longer_said_leaves_no_vector(put):
    ingest([put("a.md", PAGE).pk])
    ingest([put("a.md", "Something else entirely.").pk])

    assert Chunk.objects.count() == 1
    assert Embedding.objects.count() == 1, "the passage announces its page"


def test_a_result_for_an_older_revision_is_refused(put, monkeypatch):
    document = put("a.md", PAGE)
    receive = ingestion.receive

    def edited_meanwhile(*args):
        receive(*args)
        put("a.md", "Edited while the old text was embedded.")

    monkeypatch.setattr(ingestion, "receive", edited_meanwhile)
    assert ingest([document.pk]) == set()

    document.refresh_from_db()
    assert (document.status, document.revision, document.chunks.count()) == (Status.PENDING, 2, 0)


def test_a_worker_that_was_killed_is_replaced_and_its_vectors_are_used(put, monkeypatch):
    document = put("a.md", PAGE)

    def killed(prepared):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ingestion, "store", killed)
        patch.setattr(leases, "release", lambda documents, tried: None)
        ingest([document.pk])
    Document.objects.update(lease_expires_at=timezone.now())
    monkeypatch.setattr(HashingEmbedder, "embed", None)

    ingest(leases.take_unfinished())
    assert Document.objects.get().status == Status.READY


def test_a_worker_that_is_told_to_stop_leaves_its_documents_to_the_next(put, monkeypatch):
    document = put("a.md", PAGE)

    def interrupted(self, texts):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(HashingEmbedder, "embed", interrupted)
        ingest([document.pk])

    ingest([document.pk])
    assert Document.objects.get().status == Status.READY


def test_a_document_that_kills_its_worker_is_given_up(put):
    document = put("a.md", PAGE)
    Document.objects.update(attempts=leases.MOST_ATTEMPTS)

    ingest([document.pk])

    assert "again and again" in Document.objects.get().error


@pytest.mark.parametrize(("retryable", "status"), [(True, Status.PENDING), (False, Status.FAILED)])
def test_an_embedder_that_fails_is_tried_again_if_that_may_help(put, monkeypatch, retryable, status):
    document = put("a.md", PAGE)

    def down(self, texts):
        raise EmbeddingError("The embedding service does not answer.", retryable=retryable)

    monkeypatch.setattr(HashingEmbedder, "embed", down)
    ingest([document.pk])

    document.refresh_from_db()
    assert document.status == status
    assert document.lease_expires_at is None or document.lease_expires_at > timezone.now()


def test_a_processed_document_that_is_broken_by_an_edit_is_silent(docs, put):
    ingest([put("a.md", PAGE).pk])

    assert ingest([put("a.md", "<!-- nothing but a comment -->").pk]) == {docs.pk}
    assert Chunk.objects.count() == 0


def test_progress_is_told_for_every_document(put):
    documents = [put(f"{number}.md", f"Text number {number}") for number in range(3)]
    told: list[Document] = []

    ingest([document.pk for document in documents], on_progress=told.append)

    assert told == documents


def test_what_waits_for_its_turn_is_not_taken_by_another(put, monkeypatch):
    documents = [put(f"{number}.md", f"Text number {number}") for number in range(3)]
    claim, keep_vectors = leases.claim, vectors.keep_vectors
    processing = Document.objects.filter(status=Status.PROCESSING)

    def slowly(document_id):
        processing.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        return claim(document_id)

    def keeping(*args):
        assert processing.count() == 3
        assert not processing.filter(lease_expires_at__lt=timezone.now()).exists()
        keep_vectors(*args)

    monkeypatch.setattr(ingestion, "RENEW_EVERY", 0)
    monkeypatch.setattr(leases, "claim", slowly)
    monkeypatch.setattr(ingestion, "keep_vectors", keeping)
    ingest([document.pk for document in documents])

    assert set(Document.objects.values_list("status", flat=True)) == {Status.READY}


def test_what_is_read_for_long_stays_ours(put, monkeypatch):
    documents = [put(f"{number}.md", f"Text number {number}") for number in range(3)]
    renewed: list[set[int]] = []
    monkeypatch.setattr(ingestion, "RENEW_EVERY", 0)
    monkeypatch.setattr(leases, "renew", lambda held: renewed.append({each.pk for each in held}))
    before_each = {"claims": 3, "readings": 3, "vectors": 1}

    ingest([document.pk for document in documents])

    assert len(renewed) >= sum(before_each.values())


def test_documents_are_read_and_embedded_while_others_are_stored(put, embedded, monkeypatch):
    documents = [put(f"{number}.md", f"Text number {number}") for number in range(6)]
    finished: list[Document] = []
    begun: list[tuple[int, int]] = []
    receive = ingestion.receive

    def receiving(group, orders, run):
        receive(group, orders, run)
        begun.append((len(run.claimed), len(finished)))

    monkeypatch.setattr(ingestion, "READ_AHEAD", 2)
    monkeypatch.setattr(ingestion, "TEXTS_AT_ONCE", 1)
    monkeypatch.setattr(ingestion, "receive", receiving)
    ingest([document.pk for document in documents], on_progress=finished.append)

    assert begun[0] == (4, 0), "one is there, one is embedded, two are read"
    assert finished == documents
    assert len(embedded) == 6


@pytest.mark.parametrize(("error", "attempts"), [(KeyboardInterrupt, 0), (SystemExit, 0), (RuntimeError, 1)])
def test_a_run_that_breaks_off_gives_back_what_it_claimed(put, monkeypatch, error, attempts):
    documents = [put(f"{number}.md", f"Text number {number}") for number in range(3)]

    def broken(*args):
        raise error

    monkeypatch.setattr(ingestion, "receive", broken)
    with pytest.raises(error):
        ingest([document.pk for document in documents])

    assert set(Document.objects.values_list("status", "attempts")) == {(Status.PENDING, attempts)}


def test_a_document_that_kills_its_worker_again_and_again_takes_no_other_with_it(put, monkeypatch):
    documents = [put(f"{number}.md", f"Text number {number}") for number in range(4)]
    store, release = ingestion.store, leases.release

    def killed(prepared):
        if prepared.document == documents[0]:
            raise SystemExit
        return store(prepared)

    monkeypatch.setattr(ingestion, "store", killed)
    monkeypatch.setattr(leases, "release", lambda claimed, tried: release(claimed, tried=True))
    for _ in range(leases.MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            ingest([document.pk for document in documents])
    ingest([document.pk for document in documents])

    assert [each.status for each in Document.objects.order_by("path")] == [Status.FAILED, *[Status.READY] * 3]


def test_what_the_group_before_no_longer_says_is_embedded_for_the_next(put, monkeypatch):
    text = "Refunds take five days."
    ingest([put("a.md", f"# Refunds\n\n{text}").pk])
    monkeypatch.setattr(ingestion, "TEXTS_AT_ONCE", 1)

    ingest([put("a.md", "# Refunds\n\nSee there.").pk, put("b.md", f"# Refunds\n\n{text}").pk])

    said = set(Chunk.objects.values_list("content_hash", flat=True))
    assert said == set(Embedding.objects.values_list("content_hash", flat=True))


def test_documents_are_embedded_together(put, embedded):
    documents = [put(f"{number}.md", f"---\ndescription: The {number}.\n---\nText {number}") for number in range(20)]

    ingest([document.pk for document in documents])

    assert [len(texts) for texts in embedded] == [40], "each as a passage and as a page"


def test_passages_that_an_index_went_without_come_back_to_it(docs, publish, put):
    publish("a.md", "Refunds take five days.")
    publish("b.md", "Invoices come by mail.")
    edited = put("a.md", "Refunds take five days.\n\n")
    services.delete([Document.objects.get(path="b.md")])
    build_index(docs.pk)

    assert ingest([edited.pk]) == {docs.pk}
    build_index(docs.pk)
    assert [passage.text for passage in search_passages("refunds", PUBLIC)] == ["Refunds take five days."]


def test_a_document_the_database_does_not_take_fails_alone(put, monkeypatch):
    poison, good = put("a.md", "# Poison\n\nText."), put("b.md", "Refunds take five days.")
    store = ingestion.store

    def refused(prepared):
        if prepared.document == poison:
            raise ValueError("a text the database does not take")
        return store(prepared)

    monkeypatch.setattr(ingestion, "store", refused)
    ingest([poison.pk, good.pk])

    assert {document.path: document.status for document in Document.objects.all()} == {
        "a.md": Status.FAILED,
        "b.md": Status.READY,
    }


def test_an_embedding_service_may_be_down_for_as_long_as_it_likes(put, monkeypatch):
    document = put("a.md", "Refunds take five days.")

    def down(self, texts):
        raise EmbeddingError("The embedding service does not answer.", retryable=True)

    with monkeypatch.context() as patched:
        patched.setattr(HashingEmbedder, "embed", down)
        for _ in range(3 * leases.MOST_ATTEMPTS):
            ingest([document.pk])
    ingest([document.pk])

    document.refresh_from_db()
    assert document.status == Status.READY
