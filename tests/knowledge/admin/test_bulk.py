"""Many documents at once, and how far that is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from knowledge import leases, services
from knowledge.admin.filters import STALE_AFTER
from knowledge.ingestion import ingest
from knowledge.models import Document
from tests.knowledge.admin.people import LIST, REFUNDS, ready, sign_in

pytestmark = pytest.mark.django_db


def run(client, action: str, *documents: Document, **options):
    return client.post(LIST, {"action": action, "_selected_action": [each.pk for each in documents]}, **options)


@pytest.fixture
def two(help_centre) -> list[Document]:
    return [ready(help_centre, "a.md"), ready(help_centre, "b.md")]


@pytest.fixture
def unreadable(help_centre) -> Document:
    document, _ = services.save_document(collection=help_centre, path="bad.md", data=b"%PDF-1.7")
    return document


def statuses() -> set[str]:
    return set(Document.objects.values_list("status", flat=True))


def fail(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(status=Document.Status.FAILED, error="It is broken.")


def publications() -> set[str]:
    return set(Document.objects.values_list("publication", flat=True))


class TestActions:
    def test_many_are_read_again(self, client, editor, two):
        run(client, "reindex", *two)

        assert statuses() == {"pending"}

    def test_many_are_verified_today(self, client, editor, two):
        run(client, "verify", *two)

        assert {(document.verified_by, bool(document.verified_at)) for document in Document.objects.all()} == {
            (editor, True)
        }

    def test_what_could_not_be_read_is_not_verified_with_them(self, client, editor, two, unreadable):
        html = run(client, "verify", *two, unreadable, follow=True).text

        assert "2 documents are marked as verified today" in html
        assert "1 was left as it is: it cannot be read, so there is nothing in it to verify." in html
        unreadable.refresh_from_db()
        assert unreadable.verified_at is None

    def test_many_are_retired_and_put_back(self, client, editor, two):
        html = run(client, "retire", *two, follow=True).text
        assert publications() == {"retired"}
        assert "2 documents are retired" in html

        run(client, "put_back", *two)
        assert publications() == {"published"}

    def test_what_waits_in_many_is_published(self, client, publisher, two):
        for document in two:
            services.save_document(collection=document.collection, path=document.path, content="Other.", publish=False)

        run(client, "publish", *two)

        assert set(Document.objects.values_list("content", flat=True)) == {"Other."}

    @pytest.mark.parametrize("action", ["retire", "publish"])
    def test_where_publishers_decide_editors_do_not(self, client, editor, two, action):
        document = two[0]
        services.save_document(collection=document.collection, path=document.path, content="Other.", publish=False)
        type(document.collection).objects.update(needs_review=True)

        html = run(client, action, *two, follow=True).text

        assert "2 were left as they are" in html
        document.refresh_from_db()
        assert (document.publication, document.content) == ("published", REFUNDS)

    @pytest.mark.parametrize("action", ["reindex", "verify", "publish", "retire", "put_back"])
    def test_who_may_only_look_changes_nothing(self, client, two, action):
        sign_in(client, "view", "publish")
        before = list(Document.objects.order_by("pk").values())

        run(client, action, *two)

        assert list(Document.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize("action", ["reindex", "verify", "retire"])
    def test_documents_of_other_groups_are_left_alone(self, client, publisher, minutes, action):
        document = ready(minutes)
        before = list(Document.objects.values())

        run(client, action, document)

        assert list(Document.objects.values()) == before


class TestOneDocument:
    def test_what_could_not_be_read_is_not_verified(self, client, editor, unreadable):
        page = f"{LIST}{unreadable.pk}/"
        assert "Verified today" not in client.get(f"{page}change/").text

        html = client.post(f"{page}verify/", follow=True).text

        assert "It cannot be read, so there is nothing in it to verify." in html
        unreadable.refresh_from_db()
        assert unreadable.verified_at is None

    @pytest.mark.parametrize("what", ["verify", "retire", "put-back"])
    def test_each_has_its_button(self, client, editor, two, what):
        services.retire(two if what == "put-back" else [])

        client.post(f"{LIST}{two[0].pk}/{what}/")

        two[0].refresh_from_db()
        assert {
            "verify": two[0].verified_by == editor,
            "retire": two[0].publication == "retired",
            "put-back": two[0].publication == "published",
        }[what]

    @pytest.mark.parametrize("what", ["verify", "retire", "put-back", "reindex"])
    def test_who_may_only_look_has_none(self, client, two, what):
        sign_in(client, "view", "publish")

        assert client.post(f"{LIST}{two[0].pk}/{what}/").status_code == 403

    @pytest.mark.parametrize("what", ["retire", "put-back"])
    def test_where_publishers_decide_editors_do_not(self, client, editor, two, what):
        type(two[0].collection).objects.update(needs_review=True)

        assert client.post(f"{LIST}{two[0].pk}/{what}/").status_code == 403

    @pytest.mark.parametrize("what", ["verify", "retire", "put-back", "reindex"])
    def test_those_of_other_groups_are_out_of_sight(self, client, publisher, minutes, what):
        assert client.post(f"{LIST}{ready(minutes).pk}/{what}/").status_code == 404

    def test_a_file_is_handed_out_as_a_file(self, client, editor, help_centre):
        document = ready(help_centre)

        response = client.get(f"{LIST}{document.pk}/file/")

        assert response["Content-Disposition"] == 'attachment; filename="refunds.md"'
        assert b"".join(response.streaming_content) == REFUNDS.encode()

    def test_a_file_of_another_group_is_not(self, client, editor, minutes):
        assert client.get(f"{LIST}{ready(minutes).pk}/file/").status_code == 404


class TestProgress:
    def test_the_list_says_how_far_the_reading_is(self, client, editor, two):
        services.reindex(two)
        first = client.get(LIST).text
        assert "0 of 2 done" in first
        assert "reading/stop/" in first
        ingest([two[0].pk])

        html = client.get(f"{LIST}reading/?total=2").text

        assert "1 of 2 done" in html
        assert f'hx-get="{LIST}reading/?total=2&amp;failed_before=0"' in html

    def test_it_is_not_asked_again_when_all_is_done(self, client, editor, two):
        html = client.get(f"{LIST}reading/?total=2").text

        assert "All 2 documents are read." in html
        assert "hx-get" not in html

    def test_what_failed_before_is_not_counted(self, client, editor, two):
        fail(two[0])
        services.reindex(two[1:])
        first = client.get(LIST).text
        ingest([two[1].pk])

        html = client.get(f"{LIST}reading/?total=1&failed_before=1").text

        assert "reading/?total=1&amp;failed_before=1" in first
        assert "The document is read." in html
        assert "cannot be read" not in first + html

    def test_what_failed_meanwhile_is_counted_and_not_said_to_be_read(self, client, editor, two):
        services.reindex(two)
        fail(two[0])
        ingest([two[1].pk])

        html = client.get(f"{LIST}reading/?total=2&failed_before=0").text

        assert "1 of 2 documents are read." in html
        assert "1 cannot be read" in html

    def test_what_failed_before_and_again_is_counted(self, client, editor, two):
        fail(two[0])
        services.reindex(two)
        followed = client.get(f"{LIST}reading/?total=1&failed_before=1").text
        fail(two[0])

        assert "total=2&amp;failed_before=0" in followed
        assert "1 cannot be read" in client.get(f"{LIST}reading/?total=2&failed_before=0").text

    @pytest.mark.parametrize(
        ("silent", "fields", "is_said"),
        [
            (timedelta(0), {"status": "pending", "lease_expires_at": None}, True),
            (timedelta(0), {"status": "processing"}, False),
            (2 * leases.SILENCE, {"status": "processing"}, True),
            (timedelta(0), {"status": "pending", "attempts": 1}, False),
        ],
        ids=["nobody began", "a worker is at it", "a worker fell silent", "it is tried again later"],
    )
    def test_it_says_when_a_worker_is_missing(self, client, editor, two, silent, fields, is_said):
        services.reindex(two)
        until = timezone.now() + leases.LEASE - silent
        Document.objects.update(**{"lease_expires_at": until} | fields)

        html = client.get(LIST).text

        assert ("It begins as soon as a worker is free. If that takes more than a minute" in html) is is_said
        assert ("The next one is at" in html.partition('id="result_list"')[0]) is ("attempts" in fields)

    def test_one_under_way_goes_on_when_a_worker_is_free(self, client, editor, two):
        services.reindex(two)

        assert "It goes on as soon as a worker is free" in client.get(f"{LIST}reading/?total=5").text

    def test_reading_again_can_be_stopped(self, client, editor, two):
        services.reindex(two)

        client.post(f"{LIST}reading/stop/")

        assert statuses() == {"ready"}

    def test_what_was_changed_is_read_all_the_same(self, client, editor, help_centre, two):
        services.save_document(collection=help_centre, path="a.md", content="Other.")

        client.post(f"{LIST}reading/stop/")

        assert Document.objects.get(path="a.md").status == "pending"

    def test_who_may_only_look_stops_nothing(self, client, two):
        sign_in(client, "view")

        assert client.post(f"{LIST}reading/stop/").status_code == 403

    def test_documents_of_other_groups_are_neither_counted_nor_stopped(self, client, editor, minutes):
        document = ready(minutes)
        services.reindex([document])

        client.post(f"{LIST}reading/stop/")

        document.refresh_from_db()
        assert document.status == "pending"
        assert "0 of 1" not in client.get(LIST).text


class TestFilters:
    def test_what_nobody_verified_for_half_a_year_can_be_found(self, client, editor, two):
        Document.objects.update(updated_at=timezone.now() - 2 * STALE_AFTER)
        services.verify([two[0]], editor)

        html = client.get(LIST, {"stale": "1"}).text

        assert "b.md" in html
        assert "a.md" not in html

    def test_what_waits_for_review_can_be_found(self, client, editor, help_centre, two):
        services.save_document(collection=help_centre, path="a.md", content="Other.", publish=False)

        html = client.get(LIST, {"waits": "1"}).text

        assert "a.md" in html
        assert "b.md" not in html

    def test_those_of_one_format_can_be_found(self, client, editor, help_centre, two):
        services.save_document(collection=help_centre, path="c.html", content="<h1>C</h1>")

        html = client.get(LIST, {"format": "html"}).text

        assert "c.html" in html
        assert "a.md" not in html

    def test_sources_and_collections_of_other_groups_are_no_filters(self, client, editor, minutes, two):
        source = minutes.sources.create(kind="folder", location="/board")
        document, _ = services.save_document(collection=minutes, path="m.md", content="Text.", source=source)

        assert document
        assert "/board" not in client.get(LIST).text
