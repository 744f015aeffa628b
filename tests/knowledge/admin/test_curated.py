from typing import Any

import pytest

from knowledge import curating
from knowledge.access import PUBLIC
from knowledge.building import build_index, roll_back
from knowledge.ingestion import ingest
from knowledge.models import Collection, CuratedAnswer, Document
from knowledge.search import search_passages
from tests import factories
from tests.knowledge.admin.people import ready, sign_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/knowledge/curatedanswer/"


def given(**fields: Any) -> dict[str, Any]:
    return {"question": "How do I pay?", "variants": "", "answer": "By card.", "is_active": "on", **fields}


def add(client, collection: Collection, **fields: Any):
    return client.post(f"{PAGE}add/", given(collection=collection.pk, **fields))


def answer_in(collection: Collection, **fields: Any) -> CuratedAnswer:
    answer = CuratedAnswer(collection=collection, **{"question": "How do I pay?", "answer": "By card.", **fields})
    curating.save(answer)
    return answer


def change(client, written: CuratedAnswer, **fields: Any):
    return client.post(f"{PAGE}{written.pk}/change/", given(**fields))


def answers(question: str) -> list[str]:
    for document in Document.objects.filter(status="pending"):
        ingest([document.pk])
        build_index(document.collection_id)
    return [passage.text for passage in search_passages(question, PUBLIC)]


def test_it_is_found_by_its_question_and_every_variant(client, editor, help_centre):
    add(client, help_centre, variants="What payment methods are there\n\nCan I use my card")

    assert answers("payment methods") == ["By card."]
    assert CuratedAnswer.objects.get().author == editor


def test_it_can_be_changed(client, editor, help_centre):
    answer = answer_in(help_centre)

    change(client, answer, answer="By card or transfer.")

    assert answers("How do I pay?") == ["By card or transfer."]


def test_it_can_be_switched_off(client, editor, help_centre):
    answer = answer_in(help_centre)

    change(client, answer, is_active="")

    assert answers("How do I pay?") == []


def test_it_can_be_removed(client, editor, help_centre):
    answer = answer_in(help_centre)

    client.post(f"{PAGE}{answer.pk}/delete/", {"post": "yes"})

    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("field", "reason"), [("answer", "There is no answer yet"), ("question", "This field is required")]
)
def test_what_is_missing_is_named(client, editor, help_centre, field, reason):
    assert reason in add(client, help_centre, **{field: "  \n"}).text


def test_one_question_has_one_answer(client, editor, help_centre):
    answer_in(help_centre)

    assert "has an answer in this collection already" in add(client, help_centre).text


def test_the_preview_shows_the_answer(client, editor):
    html = client.post("/admin/knowledge/document/preview/", {"answer": "By **card**.", "path": "answer.md"}).text

    assert "<strong>card</strong>" in html


def test_its_document_is_edited_here_and_nowhere_else(client, editor, help_centre):
    document = answer_in(help_centre).document
    assert document
    address = f"/admin/knowledge/document/{document.pk}"

    assert "Edit the answer" in client.get(f"{address}/change/").text
    assert client.post(f"{address}/retire/").status_code == 403


def test_one_that_the_index_does_not_have_yet_says_so(client, editor, help_centre):
    ready(help_centre)
    answer = answer_in(help_centre)
    answers("How do I pay?")
    before = help_centre.index_versions.exclude(status="serving").first()
    assert before
    assert roll_back(before)

    assert "The index is held at version" in client.get(f"{PAGE}{answer.pk}/change/").text
    assert "Held back" in client.get(PAGE).text


class TestAmongDocuments:
    """Each is a document as well, and has another page for that."""

    DOCUMENTS = "/admin/knowledge/document/"

    def test_it_is_not_listed(self, client, editor, help_centre):
        answer_in(help_centre)

        html = client.get(self.DOCUMENTS).text

        assert "How do I pay?" not in html
        assert "format=curated" not in html

    @pytest.mark.parametrize("action", ["reindex", "verify", "retire", "delete_selected"])
    def test_what_is_done_to_many_leaves_it_alone(self, client, publisher, help_centre, action):
        answer_in(help_centre)
        before = list(Document.objects.values())
        everything = {"select_across": "1", "_selected_action": [before[0]["id"]], "post": "yes"}

        client.post(self.DOCUMENTS, {"action": action, **everything})

        assert list(Document.objects.values()) == before

    def test_it_is_not_put_back_while_it_is_off(self, client, publisher, help_centre):
        document = answer_in(help_centre, is_active=False).document
        assert document

        client.post(self.DOCUMENTS, {"action": "put_back", "_selected_action": [document.pk]})

        document.refresh_from_db()
        assert document.publication == "retired"

    def test_it_is_not_deleted_there(self, client, publisher, help_centre):
        document = answer_in(help_centre).document
        assert document

        assert client.post(f"{self.DOCUMENTS}{document.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_it_does_not_count_as_a_document_that_is_read(self, client, editor, help_centre):
        answer_in(help_centre)

        assert "Reading documents" not in client.get(f"{self.DOCUMENTS}reading/").text


def test_a_long_list_takes_few_queries(client, editor, django_assert_max_num_queries):
    for _ in range(10):
        answer_in(factories.collection())

    with django_assert_max_num_queries(12):
        client.get(PAGE)


class TestPermissions:
    def test_editors_do_not_go_round_a_review(self, client, editor, help_centre):
        answer = answer_in(help_centre)
        Collection.objects.update(needs_review=True)

        assert "only those who may publish write answers" in change(client, answer, answer="Mine.").text
        assert "only those who may publish write answers" in add(client, help_centre, question="Why?").text
        client.post(f"{PAGE}{answer.pk}/delete/", {"post": "yes"})
        client.post(PAGE, {"action": "delete_selected", "_selected_action": [answer.pk], "post": "yes"})
        assert list(CuratedAnswer.objects.values_list("answer", flat=True)) == ["By card."]

    def test_who_may_only_look_changes_nothing(self, client, help_centre):
        answer = answer_in(help_centre)
        sign_in(client, "view", "publish")

        assert change(client, answer, answer="Mine.").status_code == 403
        assert add(client, help_centre).status_code == 403

    def test_answers_of_other_groups_are_out_of_sight(self, client, publisher, minutes):
        answer = answer_in(minutes, question="When is the merger?")

        assert "merger" not in client.get(PAGE).text
        assert change(client, answer, answer="Mine.").status_code == 302
        assert add(client, minutes).status_code == 200
        assert list(CuratedAnswer.objects.values_list("answer", flat=True)) == ["By card."]

    def test_staff_without_permission_see_nothing(self, client):
        sign_in(client)

        assert client.get(PAGE).status_code == 403
