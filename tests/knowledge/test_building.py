import pytest
import time_machine
from django.utils import timezone

from knowledge import building, indexes, services
from knowledge.access import PUBLIC
from knowledge.building import build_index, stale_collections
from knowledge.content import DatabaseContent
from knowledge.embedders.hashing import HashingEmbedder
from knowledge.embedders.minilm import MiniLMEmbedder
from knowledge.errors import EmbeddingError, IndexUnusable
from knowledge.indexes import snapshots
from knowledge.ingestion import ingest
from knowledge.models import Chunk, Document, Embedding, IndexVersion
from knowledge.recipes import Recipe
from knowledge.search import search_passages
from knowledge.text.chunking import CHUNKER

pytestmark = pytest.mark.django_db
Status = IndexVersion.Status
HASHING, MINILM = (str(Recipe(model, 220, CHUNKER)) for model in ("hashing", "minilm"))


def served() -> IndexVersion:
    return IndexVersion.objects.get(status=Status.SERVING)


def test_an_index_that_holds_the_current_content_is_not_built_again(docs, publish):
    publish("a.md", "Refunds take five days.")

    assert build_index(docs.pk) is None


def test_two_builders_at_once_end_with_the_newer_content(docs, put, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    ingest([put("b.md", "Invoices come by mail.").pk])
    publish_version = snapshots.publish

    def overtaken(*args):
        monkeypatch.setattr(snapshots, "publish", publish_version)
        ingest([put("c.md", "Passwords can be reset.").pk])
        build_index(docs.pk)
        publish_version(*args)

    monkeypatch.setattr(snapshots, "publish", overtaken)

    assert build_index(docs.pk) is None
    assert served().content_version == 3
    assert served().chunk_count == 3
    assert not IndexVersion.objects.filter(status=Status.BUILDING).exists()


def test_a_build_that_fails_leaves_the_old_index_and_says_why(docs, put, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    before = served()
    ingest([put("b.md", "Invoices come by mail.").pk])

    def no_space(*args):
        raise IndexUnusable("No space left on the disk.")

    monkeypatch.setattr(snapshots, "publish", no_space)
    with pytest.raises(IndexUnusable):
        build_index(docs.pk)

    assert served() == before
    assert IndexVersion.objects.get(status=Status.FAILED).error == "No space left on the disk."


def test_only_the_last_versions_are_kept(publish, settings):
    for number in range(5):
        publish("a.md", f"Refunds take {number} days.")

    assert [version.status for version in IndexVersion.objects.all()] == [
        Status.SERVING,
        Status.RETIRED,
        Status.RETIRED,
    ]
    assert len(list(settings.INDEX_ROOT.iterdir())) == building.KEPT_VERSIONS


def found(docs, query):
    (snapshot,) = indexes.serving([docs.pk])
    return bool(snapshot.search_text(query, 5))


def process_waiting():
    return ingest(Document.objects.filter(status=Document.Status.PENDING).values_list("pk", flat=True))


class TestAnotherRecipe:
    """A new model or another size of passages: made beside what is served, and switched to when all is done."""

    @pytest.fixture(autouse=True)
    def two_documents(self, publish, settings):
        publish("a.md", "Refunds take five days.")
        publish("b.md", "Invoices come by mail.")
        settings.EMBEDDING_MODEL = "minilm"
        building.queue_outdated_documents()

    def test_what_is_served_goes_on_until_every_document_is_done(self, docs):
        first, second = Document.objects.order_by("path")
        ingest([first.pk])
        build_index(docs.pk)

        assert served().recipe == HASHING
        assert search_passages("refunds", PUBLIC)[0].similarity > 0

        ingest([second.pk])
        build_index(docs.pk)

        assert served().recipe == MINILM
        assert indexes.serving([docs.pk])[0].embedding_model == "minilm"
        assert found(docs, "refunds")
        assert found(docs, "invoices")

    def test_an_edit_meanwhile_is_answered_at_once(self, docs, put):
        ingest([put("a.md", "Refunds take nine days.").pk])
        build_index(docs.pk)

        assert served().recipe == HASHING
        assert search_passages("refunds", PUBLIC)[0].text == "Refunds take nine days."

    def test_a_model_that_is_gone_keeps_nobody_from_leaving_it(self, docs, put, monkeypatch):
        def gone(self, texts):
            raise EmbeddingError("The embedding service does not answer.", retryable=True)

        monkeypatch.setattr(HashingEmbedder, "embed", gone)
        put("a.md", "Refunds take nine days.")
        process_waiting()
        build_index(docs.pk)

        assert served().recipe == MINILM
        assert set(Chunk.objects.filter(recipe=MINILM).values_list("text", flat=True)) == {
            "Refunds take nine days.",
            "Invoices come by mail.",
        }

    @pytest.mark.parametrize("is_damaged", [False, True])
    def test_documents_the_new_model_cannot_take_are_not_lost(self, docs, monkeypatch, is_damaged):
        def refused(self, texts):
            raise EmbeddingError("The key is wrong.")

        if is_damaged:
            IndexVersion.objects.filter(status=Status.SERVING).update(status=Status.FAILED)
        monkeypatch.setattr(MiniLMEmbedder, "embed", refused)
        process_waiting()
        assert set(Document.objects.values_list("status", flat=True)) == {Document.Status.FAILED}
        building.rebuild_index(docs.pk)

        assert (served().recipe, served().chunk_count) == (HASHING, 2)

    def test_the_old_passages_go_with_the_last_version_made_of_them(self, docs, publish):
        process_waiting()
        build_index(docs.pk)
        assert Chunk.objects.filter(recipe=HASHING).count() == 2

        for number in range(building.KEPT_VERSIONS):
            publish("c.md", f"Parcels are sent from hall {number}.")

        assert set(Chunk.objects.values_list("recipe", flat=True)) == {MINILM}

    def test_one_can_go_back_to_the_version_before(self, docs):
        process_waiting()
        build_index(docs.pk)
        before = IndexVersion.objects.get(status=Status.RETIRED, recipe=HASHING, chunk_count=2)

        building.roll_back(before)

        assert served() == before
        assert search_passages("refunds", PUBLIC)[0].text == "Refunds take five days."

    def test_the_sweep_finds_it_out_by_itself(self, docs):
        assert not Document.objects.filter(status=Document.Status.READY).exists()
        assert stale_collections() == []
        process_waiting()
        assert stale_collections() == [docs.pk]


class TestRollBack:
    @pytest.fixture(autouse=True)
    def two_versions(self, publish):
        publish("a.md", "Refunds take five days.")
        publish("b.md", "Invoices come by mail.")

    def test_the_version_before_answers_at_once_and_stays(self, docs, put):
        before = IndexVersion.objects.get(status=Status.RETIRED)

        assert building.roll_back(before)
        assert not found(docs, "invoices")

        ingest([put("c.md", "Parcels travel two days.").pk])
        assert stale_collections() == []
        assert build_index(docs.pk) is None
        assert served() == before

    def test_after_its_release_newer_versions_take_over(self, docs):
        building.roll_back(IndexVersion.objects.get(status=Status.RETIRED))
        building.release(docs.pk)

        assert stale_collections() == [docs.pk]
        build_index(docs.pk)
        assert found(docs, "invoices")

    def test_what_was_deleted_since_is_not_found_again(self, docs):
        services.delete([Document.objects.get(path="a.md")])
        building.roll_back(IndexVersion.objects.get(status=Status.RETIRED))

        assert search_passages("refunds", PUBLIC) == []

    def test_only_a_kept_version_can_be_gone_back_to(self):
        assert not building.roll_back(IndexVersion(pk=99, collection=served().collection))
        assert not served().collection.index_held


def test_a_build_can_be_cancelled(docs, put, monkeypatch):
    ingest([put("a.md", "Refunds take five days.").pk])
    monkeypatch.setattr(building, "BEAT_SECONDS", 0)
    publish = snapshots.publish

    def cancelled(version, content, previous, beat, merged):
        services.cancel_build(version)
        beat()
        publish(version, content, previous, beat, merged)

    monkeypatch.setattr(snapshots, "publish", cancelled)

    assert build_index(docs.pk) is None
    assert IndexVersion.objects.get().status == Status.CANCELLED


def test_a_rebuild_starts_from_scratch(docs, publish):
    publish("a.md", "Refunds take five days.")
    before = served()

    assert building.rebuild_index(docs.pk)
    assert served().pk > before.pk
    assert found(docs, "refunds")


def test_retired_and_draft_documents_are_in_no_index(docs, publish):
    publish("a.md", "Refunds take five days.")
    Document.objects.update(publication=Document.Publication.RETIRED)

    building.rebuild_index(docs.pk)

    assert served().chunk_count == 0


def test_a_collection_somebody_is_building_is_left_to_them(docs, put):
    ingest([put("a.md", "Refunds take five days.").pk])
    version = IndexVersion.objects.create(
        collection=docs, content_version=1, lease_expires_at=timezone.now() + building.LEASE
    )
    assert stale_collections() == []

    version.lease_expires_at = timezone.now()
    version.save()
    assert stale_collections() == [docs.pk]


def test_a_collection_that_lost_its_last_document_serves_an_empty_index(docs, publish):
    services.delete([publish("a.md", "Refunds take five days.")])
    build_index(docs.pk)

    assert served().chunk_count == 0
    assert indexes.serving([docs.pk])[0].search_text("refunds", 5) == []


def test_what_is_deleted_while_an_index_is_built_stops_nobody(docs, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    gone = publish("b.md", "Invoices come by mail.")
    listed = DatabaseContent.__init__

    def then_deleted(self, *args):
        listed(self, *args)
        Document.objects.filter(pk=gone.pk).delete()
        Embedding.objects.all().delete()

    monkeypatch.setattr(DatabaseContent, "__init__", then_deleted)

    assert building.rebuild_index(docs.pk)
    assert [passage.text for passage in search_passages("refunds invoices", PUBLIC)] == ["Refunds take five days."]


def test_a_build_that_breaks_is_over_and_says_so(docs, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    monkeypatch.setattr(snapshots, "publish", lambda *_: 1 / 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            building.rebuild_index(docs.pk)

    failed = IndexVersion.objects.get(status=Status.FAILED)
    assert "The log has the reason" in failed.error


def test_a_build_that_failed_is_tried_again_after_a_pause(docs, put, monkeypatch):
    ingest([put("a.md", "Refunds take five days.").pk])
    monkeypatch.setattr(snapshots, "publish", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build_index(docs.pk)

    assert stale_collections() == []
    with time_machine.travel(timezone.now() + building.PAUSE_AFTER_FAILURE):
        assert stale_collections() == [docs.pk]


def test_a_failed_copy_into_another_store_holds_up_nothing_here(docs, put):
    ingest([put("a.md", "Refunds take five days.").pk])
    IndexVersion.objects.create(
        collection=docs, status=Status.FAILED, engine="pgvector", content_version=1,
        lease_expires_at=timezone.now() + building.PAUSE_AFTER_FAILURE,
    )  # fmt: skip

    assert stale_collections() == [docs.pk]


def test_a_build_that_was_stopped_is_begun_again_by_the_next_change_only(docs, publish):
    publish("a.md", "Refunds take five days.")
    services.delete([publish("b.md", "Invoices come by mail.")])
    docs.refresh_from_db()
    IndexVersion.objects.create(
        collection=docs, status=Status.CANCELLED, cancel_requested=True, content_version=docs.content_version,
        recipe=served().recipe,
    )  # fmt: skip
    assert stale_collections() == []

    services.retire([Document.objects.get()])
    assert stale_collections() == [docs.pk]


def test_a_page_that_announces_itself_like_another_keeps_its_vector(publish):
    publish("a.md", "---\ndescription: All about refunds.\ntitle: Refunds\n---\nFive days.")
    services.delete([publish("b.md", "---\ndescription: All about refunds.\ntitle: Refunds\n---\nNine days.")])

    assert Embedding.objects.filter(content_hash=Document.objects.get().page_hash).exists()
