import pytest
from django.utils import timezone

from knowledge import building, indexes, services
from knowledge.building import build_index, stale_collections
from knowledge.errors import IndexUnusable
from knowledge.indexes import snapshots
from knowledge.ingestion import ingest
from knowledge.models import Embedding, IndexVersion

pytestmark = pytest.mark.django_db
Status = IndexVersion.Status


def served() -> IndexVersion:
    return IndexVersion.objects.get(status=Status.SERVING)


def test_an_index_that_holds_the_current_content_is_not_built_again(docs, publish):
    publish("a.md", "Refunds take five days.")

    assert build_index(docs.pk) is None


def test_two_builders_at_once_end_with_the_newer_content(docs, put, publish, monkeypatch):
    publish("a.md", "Refunds take five days.")
    ingest([put("b.md", "Invoices come by mail.").pk])
    write = snapshots.write

    def overtaken(*args):
        monkeypatch.setattr(snapshots, "write", write)
        ingest([put("c.md", "Passwords can be reset.").pk])
        build_index(docs.pk)
        write(*args)

    monkeypatch.setattr(snapshots, "write", overtaken)

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

    monkeypatch.setattr(snapshots, "write", no_space)
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


def test_a_new_model_is_embedded_before_it_is_served(docs, publish, settings):
    publish("a.md", "Refunds take five days.")
    settings.EMBEDDING_MODEL = "minilm"

    assert stale_collections() == [docs.pk]
    assert indexes.serving([docs.pk])[0].embedding_model == "hashing"

    build_index(docs.pk)
    assert indexes.serving([docs.pk])[0].embedding_model == "minilm"
    assert sorted(Embedding.objects.values_list("model", flat=True)) == ["hashing", "minilm"]


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
