import pytest
from django.core.files.storage import default_storage

from knowledge import services, versions
from knowledge.ingestion import ingest
from knowledge.models import Document, DocumentVersion, Source
from knowledge.versions import Origin, State

pytestmark = pytest.mark.django_db
Publication = Document.Publication


def told(document):
    return [(version.number, version.state, version.content) for version in document.versions.all()]


@pytest.fixture
def folder(docs):
    return Source.objects.create(collection=docs, kind=Source.Kind.FOLDER, location="/docs")


def test_every_change_is_a_version(put):
    put("a.md", "One.")
    put("a.md", "One.")
    document = put("a.md", "Two.")

    assert told(document) == [(2, State.PUBLISHED, "Two."), (1, State.PUBLISHED, "One.")]


def test_a_proposal_changes_nothing_that_is_published(publish, put):
    publish("a.md", "Refunds take five days.")
    document = put("a.md", "Refunds take ten days.", publish=False)

    assert (document.content, document.publication, document.revision) == (
        "Refunds take five days.",
        Publication.PUBLISHED,
        1,
    )
    assert told(document)[0] == (2, State.REVIEW, "Refunds take ten days.")


def test_a_proposal_takes_the_place_of_an_earlier_one(put):
    put("a.md", "One.")
    put("a.md", "Two.", publish=False)
    put("a.md", "Two.", publish=False)
    document = put("a.md", "Three.", publish=False)

    assert [state for _, state, _ in told(document)] == [State.REVIEW, State.REJECTED, State.PUBLISHED]


def test_a_new_document_that_is_only_proposed_is_a_draft_nobody_reads(put):
    document = put("a.md", "One.", publish=False)
    ingest([document.pk])
    document.refresh_from_db()

    assert (document.publication, document.status) == (Publication.DRAFT, Document.Status.PENDING)
    assert not document.chunks.exists()


@pytest.mark.parametrize("text", ["One.", "Two."])
def test_a_draft_that_is_saved_by_somebody_who_may_publish_is_published(put, text):
    put("a.md", "One.", publish=False)
    document = put("a.md", text)

    assert (document.publication, document.content) == (Publication.PUBLISHED, text)
    assert [state for _, state, _ in told(document)] == [State.PUBLISHED, State.REJECTED]


def test_an_editors_change_stays_until_the_source_says_something_new(put, folder):
    put("a.md", b"From the source.", source=folder, origin=Origin.SYNC)
    put("a.md", "Edited.", source=folder)
    kept = put("a.md", b"From the source.", source=folder, origin=Origin.SYNC)
    assert kept.content == "Edited."

    replaced = put("a.md", b"News from the source.", source=folder, origin=Origin.SYNC)
    assert replaced.content == "News from the source."


def test_what_its_source_lost_comes_back_with_it(publish, put, folder):
    document = publish("a.md", b"Text.", source=folder, origin=Origin.SYNC)
    services.retire([document], Document.RetiredBy.SOURCE)

    assert put("a.md", b"Text.", source=folder, origin=Origin.SYNC).publication == Publication.PUBLISHED


def test_what_an_editor_retired_stays_so_whatever_its_source_says(put, folder):
    document = put("a.md", b"Text.", source=folder, origin=Origin.SYNC)
    services.retire([document])

    assert put("a.md", b"New text.", source=folder, origin=Origin.SYNC).publication == Publication.RETIRED


def test_only_the_newest_versions_are_kept_and_every_proposal(put, monkeypatch):
    monkeypatch.setattr(versions, "KEPT_VERSIONS", 3)
    for text in ("One.", "Two.", "Three.", "Four.", "Five."):
        document = put("a.md", text)
    put("a.md", "Six.", publish=False)
    document = put("a.md", "Seven.")

    assert [(number, state) for number, state, _ in told(document)] == [
        (7, State.PUBLISHED),
        (6, State.REVIEW),
        (5, State.PUBLISHED),
        (4, State.PUBLISHED),
    ]


def test_a_file_is_kept_under_a_name_that_says_nothing_and_goes_with_its_document(
    put, django_capture_on_commit_callbacks
):
    document = put("salaries.pdf", b"%PDF-1.7 one")
    stored = document.file.name
    assert default_storage.open(stored).read() == b"%PDF-1.7 one"
    assert "salaries" not in stored
    assert document.content == ""

    with django_capture_on_commit_callbacks(execute=True):
        services.delete([document])
    assert not default_storage.exists(stored)


def test_the_file_of_an_earlier_version_stays(put):
    first = put("a.pdf", b"%PDF-1.7 one").file.name
    document = put("a.pdf", b"%PDF-1.7 two")

    assert default_storage.exists(first)
    assert document.file.name != first
    assert list(DocumentVersion.objects.values_list("file", flat=True)) == [document.file.name, first]


def test_the_same_file_again_is_no_change(put):
    document = put("a.pdf", b"%PDF-1.7 one")

    assert put("a.pdf", b"%PDF-1.7 one").revision == document.revision == 1
    assert document.versions.count() == 1


def test_a_proposed_address_waits_with_its_text(put):
    put("a.md", "One.", url="https://example.com/a")
    document = put("a.md", "One.", url="https://evil.example/", publish=False)

    assert document.url == "https://example.com/a"
    assert (document.versions.first().state, document.versions.first().url) == (State.REVIEW, "https://evil.example/")


def test_a_source_that_only_proposes_takes_no_document_over(put, folder):
    document = put("a.md", "Approved.")
    proposed = put("a.md", b"Proposed.", source=folder, origin=Origin.SYNC, publish=False)

    assert (proposed.source, proposed.content) == (None, document.content)


def test_what_came_back_with_another_text_waits_for_a_yes(publish, put, folder):
    document = publish("a.md", b"Old.", source=folder, origin=Origin.SYNC)
    services.retire([document], Document.RetiredBy.SOURCE)

    proposed = put("a.md", b"New.", source=folder, origin=Origin.SYNC, publish=False)

    assert (proposed.publication, proposed.content) == (Publication.RETIRED, "Old.")
    assert proposed.versions.first().state == State.REVIEW


def test_a_file_that_was_refused_as_a_proposal_may_be_uploaded(put):
    put("a.pdf", b"%PDF-1.7 one", origin=Origin.UPLOAD)
    put("a.pdf", b"%PDF-1.7 two", origin=Origin.UPLOAD, publish=False)
    document = put("a.pdf", b"%PDF-1.7 two", origin=Origin.UPLOAD)

    assert (document.revision, document.file.open().read()) == (2, b"%PDF-1.7 two")


def test_an_upload_keeps_the_address_and_the_source_a_document_has(put, folder):
    put("a.md", b"One.", source=folder, url="https://example.com/a", origin=Origin.SYNC)
    document = put("a.md", b"Two.", origin=Origin.UPLOAD)

    assert (document.url, document.source) == ("https://example.com/a", folder)
