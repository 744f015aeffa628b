"""What every engine has to do alike, whatever it keeps its versions in."""

import numpy as np
import pytest

from knowledge import indexes
from knowledge.access import PUBLIC
from knowledge.building import build_index, rebuild_index, release, roll_back, stale_collections
from knowledge.embedders import get_embedder
from knowledge.ingestion import ingest
from knowledge.models import Chunk, Collection, Document, Embedding, IndexVersion
from knowledge.search import search_passages
from knowledge.services import delete
from tests.factories import collection

pytestmark = pytest.mark.django_db
Status = IndexVersion.Status


@pytest.fixture(autouse=True)
def every_engine(engine) -> None:
    """Before anything is published."""


def serving(*collections):
    (snapshot,) = indexes.serving([each.pk for each in collections])
    return snapshot


def ids(hits):
    return [entry_id for entry_id, _ in hits]


def chunk_of(document: Document) -> int:
    return Chunk.objects.get(document=document, revision=document.revision).pk


def vector_of(text: str):
    return get_embedder("hashing").embed_query(text)


def served() -> IndexVersion:
    return IndexVersion.objects.get(status=Status.SERVING)


@pytest.fixture
def refunds(publish) -> Document:
    return publish("refunds.md", "# Refunds\n\nRefunded payments arrive within five days.")


@pytest.fixture
def invoices(publish, refunds) -> Document:
    return publish("invoices.md", "# Invoices\n\nInvoices come by mail; invalid_grant means an old token.")


class TestFinding:
    @pytest.fixture(autouse=True)
    def both(self, refunds, invoices):
        self.refunds, self.invoices = refunds, invoices

    def test_the_nearest_by_vector_come_first_under_the_ids_of_the_database(self, docs):
        hits = serving(docs).search_vectors(vector_of("refunded payments within days"), 5)

        assert ids(hits) == [chunk_of(self.refunds), chunk_of(self.invoices)]
        assert hits[0][1] > hits[1][1]

    def test_it_knows_how_many_chunks_it_holds(self, docs):
        assert serving(docs).chunks == 2

    @pytest.mark.parametrize("query", ["refund", "payment arrives", "REFUNDS"])
    def test_words_are_found_in_any_of_their_forms(self, docs, query):
        assert ids(serving(docs).search_text(query, 5)) == [chunk_of(self.refunds)]

    def test_identifiers_are_found_as_they_are_written(self, docs):
        assert ids(serving(docs).search_text("invalid_grant", 5))[0] == chunk_of(self.invoices)

    def test_an_identifier_is_found_by_itself(self, docs):
        snapshot = serving(docs)

        assert ids(snapshot.search_name("invalid_grant", 5)) == [chunk_of(self.invoices)]
        assert snapshot.search_name("invalid", 5) == snapshot.search_name("", 5) == []

    def test_rare_words_count_for_more_than_common_ones(self, docs, publish):
        for number in range(5):
            publish(f"{number}.md", f"# Number {number}\n\nPayments and more payments of kind {number}.")

        assert ids(serving(docs).search_text("payments mail", 5))[0] == chunk_of(self.invoices)

    def test_pages_are_found_by_any_of_their_words(self, docs):
        assert ids(serving(docs).search_pages("mail", 5)) == [self.invoices.pk]

    def test_no_more_than_asked_for(self, docs):
        snapshot = serving(docs)

        assert len(snapshot.search_vectors(vector_of("days"), 1)) == 1
        assert len(snapshot.search_text("refunds invoices", 1)) == 1

    @pytest.mark.parametrize(
        "query", ["", "the of and", "xylophone", '"', "title:(", "' OR 1=1 --", "\x00", "%", "a" * 10_000]
    )
    def test_a_query_without_known_words_finds_nothing(self, docs, query):
        snapshot = serving(docs)

        assert snapshot.search_text(query, 5) == []
        assert snapshot.search_pages(query, 5) == []

    @pytest.mark.parametrize("vector", [np.full(256, np.nan), np.full(256, np.inf), np.ones(3), np.ones((1, 256))])
    def test_a_vector_that_makes_no_sense_finds_nothing(self, docs, vector):
        snapshot, given = serving(docs), vector.astype(np.float32)

        assert snapshot.search_vectors(given, 5) == []
        assert snapshot.similarities(given, [chunk_of(self.refunds)]) == {}
        assert snapshot.page_similarities(given, [self.refunds.pk]) == {}

    def test_similarities_are_the_cosines_of_those_that_are_there(self, docs):
        chunk, other = chunk_of(self.refunds), chunk_of(self.invoices)
        vector = stored_vector(chunk)
        found = serving(docs).similarities(vector, [other, chunk, 999_999])

        assert found == {
            chunk: pytest.approx(1.0, abs=0.01),
            other: pytest.approx(float(vector @ stored_vector(other)), abs=0.01),
        }
        assert serving(docs).similarities(vector, []) == {}

    def test_pages_have_a_similarity_of_their_own(self, docs):
        found = serving(docs).page_similarities(vector_of("Refunds"), [self.refunds.pk, self.invoices.pk, 999_999])

        assert found.keys() == {self.refunds.pk, self.invoices.pk}
        assert found[self.refunds.pk] > found[self.invoices.pk]

    def test_each_chunk_knows_its_document(self, docs):
        chunk = chunk_of(self.refunds)

        assert serving(docs).documents_of([chunk, 999_999]) == {chunk: self.refunds.pk}
        assert serving(docs).documents_of([]) == {}

    def test_words_help_with_spelling(self, docs):
        snapshot = serving(docs)

        assert all(map(snapshot.knows, ["refunded", "refunds", "invoice"]))
        assert not snapshot.knows("rofund")
        assert dict(snapshot.words_beginning_with("r")) == {"refunded": 1, "refunds": 1}
        assert snapshot.words_beginning_with("%") == []

    def test_it_says_what_it_was_made_of(self, docs):
        assert serving(docs).embedding_model == "hashing"
        assert serving(docs).collection_ids == {docs.pk}

    def test_a_whole_search_finds_it(self):
        assert search_passages("When do refunds arrive?", PUBLIC)[0].document_id == self.refunds.pk


def stored_vector(chunk_id: int):
    content_hash = Chunk.objects.get(pk=chunk_id).content_hash
    return np.frombuffer(bytes(Embedding.objects.get(content_hash=content_hash).vector), dtype="<f4")


class TestVersions:
    def test_a_new_version_does_not_disturb_an_open_snapshot(self, docs, refunds, publish):
        before = serving(docs)
        chunk = chunk_of(refunds)
        publish("refunds.md", "# Vouchers\n\nVouchers are valid for a year.")

        assert ids(before.search_text("refunds", 5)) == [chunk]
        assert ids(before.search_pages("refunds", 5)) == [refunds.pk]
        assert ids(before.search_vectors(vector_of("refunds"), 5)) == [chunk]
        assert before.search_text("vouchers", 5) == []
        assert ids(serving(docs).search_text("vouchers refunds", 5)) == [chunk_of(Document.objects.get())]
        assert serving(docs).search_text("refunds", 5) == []

    def test_looking_again_costs_one_query_and_opens_nothing(self, docs, refunds, django_assert_num_queries):
        first = serving(docs)

        with django_assert_num_queries(1):
            assert serving(docs) is first

    def test_what_is_deleted_is_not_found(self, docs, refunds, invoices):
        chunk = chunk_of(refunds)
        delete([refunds])
        build_index(docs.pk)
        snapshot = serving(docs)

        assert chunk not in ids(snapshot.search_vectors(vector_of("refunds"), 5))
        assert snapshot.search_text("refunds", 5) == snapshot.search_pages("refunds", 5) == []
        assert snapshot.similarities(vector_of("refunds"), [chunk]) == {}
        assert snapshot.documents_of([chunk]) == {}
        assert not snapshot.knows("refunds")
        assert dict(snapshot.words_beginning_with("r")) == {}

    def test_a_collection_without_documents_has_an_index_without_hits(self, docs, refunds):
        delete([refunds])
        build_index(docs.pk)
        snapshot = serving(docs)

        assert served().chunk_count == 0
        assert snapshot.search_text("refunds", 5) == snapshot.search_pages("refunds", 5) == []
        assert snapshot.search_vectors(vector_of("refunds"), 5) == []
        assert not snapshot.knows("refunds")

    def test_one_can_go_back_to_the_version_before(self, docs, refunds, invoices, put):
        roll_back(IndexVersion.objects.get(status=Status.RETIRED))
        assert serving(docs).search_text("mail", 5) == []
        assert ids(serving(docs).search_text("refunds", 5)) == [chunk_of(refunds)]

        release(docs.pk)
        ingest([put("vouchers.md", "Vouchers are valid for a year.").pk])
        build_index(docs.pk)
        snapshot = serving(docs)
        assert ids(snapshot.search_text("mail", 5)) == [chunk_of(invoices)]
        assert len(snapshot.search_vectors(vector_of("refunds"), 10)) == 3
        assert len(snapshot.search_pages("refunds mail vouchers", 10)) == 3
        assert dict(snapshot.words_beginning_with("r")) == {"refunded": 1, "refunds": 1}

    def test_a_document_that_changed_and_changed_back_is_there_once(self, docs, refunds, publish):
        publish("refunds.md", "# Refunds\n\nRefunds take a week.")
        publish("refunds.md", "# Refunds\n\nRefunded payments arrive within five days.")

        assert len(serving(docs).search_vectors(vector_of("refunds"), 10)) == 1
        assert len(serving(docs).search_text("refunds", 10)) == 1
        assert len(serving(docs).search_pages("refunds", 10)) == 1

    def test_only_the_last_versions_are_kept(self, docs, publish):
        for number in range(5):
            publish("a.md", f"Refunds take {number} days.")
        kept = list(IndexVersion.objects.all())

        assert [version.status for version in kept] == [Status.SERVING, Status.RETIRED, Status.RETIRED]
        assert all(indexes.get_engine().serve([[version]]) for version in kept)
        roll_back(kept[-1])
        assert serving(docs).search_text("refunds", 5)

    def test_a_lost_version_is_built_again(self, docs, refunds, lose_everything):
        lost = served()
        lose_everything()

        assert indexes.serving([docs.pk]) == []
        assert IndexVersion.objects.get(pk=lost.pk).status == Status.FAILED
        assert stale_collections() == [docs.pk]
        build_index(docs.pk)
        assert serving(docs).search_text("refunds", 5)

    def test_a_rebuild_needs_no_embedding_and_finds_the_same(self, docs, refunds, invoices, monkeypatch):
        before = serving(docs).search_vectors(vector_of("refunds"), 5)
        monkeypatch.setattr("knowledge.embedders.hashing.HashingEmbedder.embed", None)
        rebuild_index(docs.pk)

        after = serving(docs).search_vectors(vector_of("refunds"), 5)
        assert ids(after) == ids(before)
        assert [score for _, score in after] == pytest.approx([score for _, score in before])
        assert dict(serving(docs).words_beginning_with("r")) == {"refunded": 1, "refunds": 1}


class TestCollections:
    @pytest.fixture
    def other(self, publish) -> Collection:
        other = collection(audience="staff", slug="other")
        publish("secret.md", "# Refunds\n\nRefunded payments of staff arrive today.", other)
        return other

    def test_what_is_in_others_never_leaks_in(self, docs, refunds, other):
        snapshot, secret = serving(docs), Document.objects.get(collection=other)

        assert ids(snapshot.search_vectors(vector_of("refunded payments of staff"), 10)) == [chunk_of(refunds)]
        assert ids(snapshot.search_text("refunds staff today", 10)) == [chunk_of(refunds)]
        assert ids(snapshot.search_pages("refunds staff today", 10)) == [refunds.pk]
        assert snapshot.similarities(vector_of("refunds"), [chunk_of(secret)]) == {}
        assert snapshot.page_similarities(vector_of("refunds"), [secret.pk]) == {}
        assert snapshot.documents_of([chunk_of(secret)]) == {}
        assert not snapshot.knows("staff")
        assert "staff" not in dict(snapshot.words_beginning_with("s"))

    def test_several_are_searched_together(self, docs, refunds, other):
        found = indexes.serving([docs.pk, other.pk])

        assert {pk for snapshot in found for pk in snapshot.collection_ids} == {docs.pk, other.pk}
        assert sum(len(snapshot.search_text("refunds", 5)) for snapshot in found) == 2

    def test_each_is_stemmed_by_its_language(self, docs, publish, refunds):
        german = collection(slug="german", language="german")
        page = publish("haus.md", "# Häuser\n\nDie Häuser werden geliefert.", german)

        assert ids(serving(german).search_text("Haus lieferung", 5)) == [chunk_of(page)]
        assert serving(german).knows("häusern")
        assert serving(german).knows("werden")
        assert {snapshot.embedding_model for snapshot in indexes.serving([docs.pk, german.pk])} == {"hashing"}

    def test_one_that_is_gone_leaves_nothing_behind(self, docs, refunds, other, restart):
        version = IndexVersion.objects.get(collection=other)
        other.delete()
        indexes.get_engine().forget([version])

        restart()
        assert indexes.get_engine().serve([[version]]) == []
        assert serving(docs).search_text("refunds", 5)
