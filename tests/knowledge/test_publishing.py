import pytest

from knowledge import publishing, services
from knowledge.access import PUBLIC
from knowledge.building import build_index
from knowledge.errors import PublishingError
from knowledge.ingestion import ingest
from knowledge.models import Document
from knowledge.search import search_passages
from knowledge.versions import Origin, State
from tests.factories import collection, staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return staff_member("editor")


@pytest.fixture
def proposed(publish, put):
    publish("a.md", "Refunds take five days.")
    document = put("a.md", "Refunds take ten days.", publish=False)
    return document.versions.get(state=State.REVIEW)


def answers(query):
    return [passage.text for passage in search_passages(query, PUBLIC)]


def process(document):
    ingest([document.pk])
    build_index(document.collection_id)


def test_a_yes_makes_it_what_is_answered(proposed, editor):
    document = publishing.publish(proposed, editor)
    process(document)

    assert answers("refunds") == ["Refunds take ten days."]
    proposed.refresh_from_db()
    assert (proposed.state, proposed.published_by) == (State.PUBLISHED, editor)


def test_a_no_keeps_the_reason_and_changes_nothing(proposed, editor):
    publishing.reject(proposed, editor, "It is five.")

    proposed.refresh_from_db()
    assert (proposed.state, proposed.note) == (State.REJECTED, "It is five.")
    assert answers("refunds") == ["Refunds take five days."]


@pytest.mark.parametrize("decide", [publishing.publish, publishing.reject])
def test_nobody_decides_twice(proposed, editor, decide):
    publishing.reject(proposed, editor)

    with pytest.raises(PublishingError, match="already"):
        decide(proposed, editor)


def test_a_draft_that_is_published_is_read_and_found(docs, put, editor):
    document = put("a.md", "Invoices come by mail.", publish=False)
    assert answers("invoices") == []

    process(publishing.publish(document.versions.get(), editor))
    assert answers("invoices") == ["Invoices come by mail."]


def test_an_earlier_version_is_restored_as_a_new_one(publish, editor):
    publish("a.md", "Refunds take five days.")
    document = publish("a.md", "Refunds take ten days.")

    process(publishing.restore(document.versions.get(number=1), editor))

    assert answers("refunds") == ["Refunds take five days."]
    newest = document.versions.first()
    assert (newest.number, newest.origin, newest.note, newest.author) == (
        3,
        Origin.RESTORE,
        "As in version 1.",
        editor,
    )


def test_whoever_may_not_publish_proposes_to_restore(publish, editor):
    publish("a.md", "Refunds take five days.")
    document = publish("a.md", "Refunds take ten days.")

    publishing.restore(document.versions.get(number=1), editor, publish=False)

    assert Document.objects.get().content == "Refunds take ten days."
    assert document.versions.first().state == State.REVIEW


@pytest.mark.parametrize(
    ("needs_review", "permissions", "allowed"),
    [(False, [], True), (True, [], False), (True, ["knowledge.publish_document"], True)],
)
def test_review_is_asked_for_by_the_collection(needs_review, permissions, allowed):
    reviewed = collection(slug="reviewed", needs_review=needs_review)

    assert publishing.may_publish(staff_member("ines", *permissions), reviewed) is allowed


def test_the_address_is_published_with_its_text(put, editor):
    put("a.md", "One.", url="https://example.com/old")
    document = put("a.md", "Two.", url="https://example.com/new", publish=False)

    assert publishing.publish(document.versions.first(), editor).url == "https://example.com/new"


def test_a_file_can_be_given_again_after_an_earlier_one_was_restored(put, editor):
    put("a.pdf", b"%PDF-1.7 one", origin=Origin.UPLOAD)
    document = put("a.pdf", b"%PDF-1.7 two", origin=Origin.UPLOAD)
    publishing.restore(document.versions.get(number=1), editor)

    assert put("a.pdf", b"%PDF-1.7 two", origin=Origin.UPLOAD).file.open().read() == b"%PDF-1.7 two"


def test_what_was_retired_is_found_again_when_it_is_restored(publish, editor):
    document = publish("a.md", "Refunds take five days.")
    services.retire([document])
    build_index(document.collection_id)

    process(publishing.restore(document.versions.get(), editor))

    assert answers("refunds") == ["Refunds take five days."]
