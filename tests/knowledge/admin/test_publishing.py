"""Drafts, reviews, history: who may say what the documents say."""

import re
from functools import partial

import pytest

from knowledge import services
from knowledge.ingestion import ingest
from knowledge.models import Collection, Document, DocumentVersion
from knowledge.versions import State
from tests.knowledge.admin.people import LIST, REFUNDS, change, edit, ready, sign_in, write
from tests.knowledge.loaders.files import pdf

pytestmark = pytest.mark.django_db

REVIEWS = f"{LIST}reviews/"
GUIDE = pdf("A refund takes five days.")
LONGER = REFUNDS.replace("10 business", "14 business")


@pytest.fixture
def reviewed(help_centre) -> Collection:
    help_centre.needs_review = True
    help_centre.save()
    return help_centre


@pytest.fixture
def proposed(reviewed) -> DocumentVersion:
    document = ready(reviewed)
    services.save_document(collection=reviewed, path=document.path, content=LONGER, publish=False)
    return document.versions.get(state=State.REVIEW)


def at(version: DocumentVersion, what: str = "") -> str:
    return f"{LIST}{version.document_id}/versions/{version.number}/{what}"


def published(document: Document) -> str:
    document.refresh_from_db()
    return document.content


class TestProposing:
    def test_what_an_editor_saves_waits_where_it_has_to(self, client, editor, reviewed):
        document = ready(reviewed)

        html = edit(client, document, follow=True, content=LONGER).text

        assert "What you wrote waits for review" in html
        assert "successfully" not in html
        assert published(document) == REFUNDS
        assert document.versions.get(state=State.REVIEW).author == editor

    def test_what_a_publisher_saves_is_published(self, client, publisher, reviewed):
        document = ready(reviewed)

        edit(client, document, content=LONGER)

        assert published(document) == LONGER

    def test_a_publisher_may_leave_it_a_draft(self, client, publisher, reviewed):
        document = ready(reviewed)

        edit(client, document, content=LONGER, _draft="1")

        assert published(document) == REFUNDS

    def test_a_new_page_of_an_editor_is_a_draft(self, client, editor, reviewed):
        write(client, reviewed)

        document = Document.objects.get()
        assert document.publication == "draft"
        assert "until somebody publishes it" in client.get(change(document)).text

    def test_an_editor_goes_on_with_what_waits(self, client, editor, proposed):
        html = client.get(change(proposed.document)).text

        assert "14 business days" in html
        assert f"You are editing version {proposed.number}, which waits for review" in html
        assert f'href="{at(proposed)}"' in html

    def test_who_may_only_look_sees_what_is_published_and_that_more_waits(self, client, proposed):
        sign_in(client, "view")

        html = client.get(change(proposed.document)).text

        assert "14 business days" not in html
        assert f"Version {proposed.number} waits for review." in html
        assert "You are editing" not in html

    def test_without_a_proposal_the_form_holds_what_is_published(self, client, editor, reviewed):
        assert "You are editing" not in client.get(change(ready(reviewed))).text

    def test_a_publisher_who_saves_what_waits_says_yes_to_it(self, client, publisher, proposed):
        edit(client, proposed.document, content=LONGER)

        assert published(proposed.document) == LONGER
        assert not proposed.document.versions.filter(state=State.REVIEW).exists()

    def test_saving_what_is_published_says_nothing_about_what_waits(self, client, publisher, proposed):
        edit(client, proposed.document, content=REFUNDS)

        proposed.refresh_from_db()
        assert (proposed.state, published(proposed.document)) == (State.REVIEW, REFUNDS)


class TestReviewing:
    def test_what_waits_is_listed_and_counted_in_the_sidebar(self, client, publisher, proposed):
        html = client.get(REVIEWS).text

        assert at(proposed) in html
        assert re.search(r"To review.*?<span[^>]*>\s*1\s*</span>", html, re.DOTALL)

    def test_a_change_is_shown_word_by_word(self, client, publisher, proposed):
        html = client.get(at(proposed)).text

        assert "<mark>10</mark>" in html
        assert "<mark>14</mark>" in html

    def test_it_is_compared_with_what_is_published_where_the_history_is_younger(self, client, publisher, proposed):
        DocumentVersion.objects.exclude(pk=proposed.pk).delete()

        html = client.get(at(proposed)).text

        assert "Compared with what is published now" in html
        assert "<mark>10</mark>" in html

    def test_both_may_stand_side_by_side(self, client, publisher, proposed):
        html = client.get(at(proposed), {"view": "beside"}).text

        assert re.search(r'is-removed">[^<]*5 to <mark>10</mark>.*is-added">[^<]*5 to <mark>14</mark>', html, re.DOTALL)

    def test_a_yes_publishes_it(self, client, publisher, proposed):
        client.post(at(proposed, "approve/"))

        assert published(proposed.document) == LONGER

    def test_a_no_says_why(self, client, publisher, proposed):
        client.post(at(proposed, "reject/"), {"note": "It is ten."})

        assert published(proposed.document) == REFUNDS
        assert "It is ten." in client.get(f"{LIST}{proposed.document_id}/versions/").text

    def test_a_note_is_kept_on_one_line(self, client, publisher, proposed):
        client.post(at(proposed, "reject/"), {"note": " It\n is\x00 ten. "})

        proposed.refresh_from_db()
        assert proposed.note == "It is ten."

    def test_nobody_decides_twice(self, client, publisher, proposed):
        client.post(at(proposed, "reject/"))

        html = client.post(at(proposed, "approve/"), follow=True).text

        assert "Somebody has decided about this version already" in html
        assert published(proposed.document) == REFUNDS

    def test_without_anything_to_review_it_says_so(self, client, editor):
        assert "Nothing waits for review" in client.get(REVIEWS).text

    def test_a_long_list_takes_few_queries(self, client, editor, reviewed, django_assert_max_num_queries):
        for number in range(10):
            services.save_document(collection=reviewed, path=f"{number}.md", content="Text.", publish=False)

        with django_assert_max_num_queries(10):
            client.get(REVIEWS)


class TestHistory:
    def test_an_earlier_version_can_be_brought_back(self, client, editor, help_centre):
        document = ready(help_centre)
        edit(client, document, content=LONGER)
        first = document.versions.get(number=1)

        client.post(at(first, "restore/"))

        assert published(document) == REFUNDS
        assert "As in version 1." in client.get(f"{LIST}{document.pk}/versions/").text

    def test_bringing_back_waits_for_review_where_it_has_to(self, client, editor, reviewed):
        document = ready(reviewed)
        services.save_document(collection=reviewed, path=document.path, content=LONGER)

        client.post(at(document.versions.get(number=1), "restore/"))

        assert published(document) == LONGER
        assert document.versions.filter(state=State.REVIEW, content=REFUNDS).exists()

    def test_any_two_versions_can_be_compared(self, client, editor, help_centre):
        document = ready(help_centre)
        for text in ("# Refunds\n\nTwo.\n", "# Refunds\n\nThree.\n"):
            edit(client, document, content=text)

        html = client.get(at(document.versions.get(number=3)), {"with": 1}).text

        assert "Compared with version 1" in html
        assert "A refund takes 5 to 10 business days." in html

    def test_what_a_version_says_runs_nothing(self, client, editor, help_centre):
        document = ready(help_centre, text="# A\n\n<script>alert(1)</script> text\n")

        assert "<script>alert" not in client.get(at(document.versions.get())).text

    def test_one_link_leads_to_its_versions(self, client, editor, help_centre):
        html = client.get(change(ready(help_centre))).text

        assert re.findall(r'versions/"[^>]*>(.*?)</a>', html) == ["Versions"]
        assert "/history/" not in html

    def test_the_admins_own_history_leads_there(self, client, editor, help_centre):
        document = ready(help_centre)

        assert client.get(f"{LIST}{document.pk}/history/").url == f"{LIST}{document.pk}/versions/"


class TestUnreadable:
    """A file that is found out only when it is read."""

    @pytest.fixture
    def broken(self, help_centre) -> Document:
        """A damaged PDF in the place of one that could be read."""
        put = partial(services.save_document, collection=help_centre, path="guide.pdf")
        for data in (GUIDE, GUIDE[:60]):
            document, _ = put(data=data)
            ingest([document.pk])
        document.refresh_from_db()
        assert document.status == "failed"
        return document

    def test_the_version_before_is_brought_back_by_one_button(self, client, editor, broken):
        html = client.get(change(broken)).text
        assert re.search(r"Version 1</a> could be read", html)
        assert f'action="{LIST}{broken.pk}/versions/1/restore/"' in html
        assert "Correct the text" not in html

        client.post(f"{LIST}{broken.pk}/versions/1/restore/")
        ingest([broken.pk])

        broken.refresh_from_db()
        assert (broken.status, broken.file.open().read()) == ("ready", GUIDE)

    def test_it_is_the_last_that_could_be_read(self, client, editor, broken):
        services.save_document(collection=broken.collection, path=broken.path, data=GUIDE[:80])
        ingest([broken.pk])

        assert re.search(r"Version 1</a> could be read", client.get(change(broken)).text)

    def test_what_could_never_be_read_has_none(self, client, editor, help_centre):
        document, _ = services.save_document(collection=help_centre, path="guide.pdf", data=GUIDE[:60])
        ingest([document.pk])

        assert "could be read" not in client.get(change(document)).text

    def test_what_could_be_read_and_no_longer_can_is_no_earlier_version(self, client, editor, help_centre):
        document = ready(help_centre)
        Document.objects.update(status="failed", error="The service refused it.")

        assert "could be read" not in client.get(change(document)).text

    def test_what_is_read_has_no_need_of_it(self, client, editor, help_centre):
        document = ready(help_centre)
        edit(client, document, content=LONGER)
        ingest([document.pk])

        assert "could be read" not in client.get(change(document)).text

    def test_who_may_only_look_restores_nothing(self, client, broken):
        sign_in(client, "view", "publish")

        assert "/restore/" not in client.get(change(broken)).text


class TestPermissions:
    @pytest.mark.parametrize("what", ["approve/", "reject/"])
    def test_editors_do_not_decide(self, client, editor, proposed, what):
        assert client.post(at(proposed, what)).status_code == 403
        assert "Do not accept" not in client.get(at(proposed)).text

    def test_editors_do_not_go_round_a_review(self, client, editor, proposed):
        collection, document = proposed.document.collection, proposed.document
        settings = {"name": "Help", "slug": "help", "language": "english", "audience": "public", "needs_review": ""}

        client.post(f"/admin/knowledge/collection/{collection.pk}/change/", settings)
        client.post(f"{LIST}{document.pk}/delete/", {"post": "yes"})
        client.post(LIST, {"action": "delete_selected", "_selected_action": [document.pk], "post": "yes"})

        collection.refresh_from_db()
        assert (collection.name, collection.needs_review) == ("Help", True)
        assert published(document) == REFUNDS

    @pytest.mark.parametrize("what", ["approve/", "reject/", "restore/"])
    def test_who_may_only_look_changes_nothing(self, client, proposed, what):
        sign_in(client, "view", "publish")

        assert client.post(at(proposed, what)).status_code == 403

    @pytest.mark.parametrize("what", ["", "approve/", "reject/", "restore/"])
    def test_versions_of_other_groups_are_out_of_sight(self, client, publisher, minutes, what):
        services.save_document(collection=minutes, path="a.md", content="# Merger\n\nText.", publish=False)
        version = DocumentVersion.objects.get()
        ask = client.post if what else client.get

        assert ask(at(version, what)).status_code == 404
        assert "Merger" not in client.get(REVIEWS).text

    @pytest.mark.parametrize("what", ["approve/", "reject/", "restore/"])
    def test_a_link_alone_decides_nothing(self, client, publisher, proposed, what):
        assert client.get(at(proposed, what)).status_code == 405

    def test_staff_without_permission_see_no_reviews(self, client, proposed):
        sign_in(client)

        assert client.get(REVIEWS).status_code == 403
        assert client.get(at(proposed)).status_code == 403
