import json
from typing import Any

import pytest
from django.db import DatabaseError

from accounts.api_keys import create_api_key
from knowledge import services, tasks, versions
from knowledge.access import PUBLIC
from knowledge.ingestion import build_index, ingest
from knowledge.models import Document, DocumentVersion, Source
from knowledge.search import search_passages
from tests.factories import collection

pytestmark = [pytest.mark.django_db, pytest.mark.both]

URL = "/api/v1/collections/docs/documents"
REFUNDS = {"content": "# Refunds\n\nRefunds take five days."}


class Api:
    """A program with a key."""

    def __init__(self, client, scope: str = "documents", **key: Any) -> None:
        self.client = client
        self.headers = {"authorization": f"Bearer {create_api_key('test', scope, **key)[1]}"}

    def put(self, own_id: str, at: str = URL, **body: Any):
        return self.send("put", f"{at}/{own_id}", body)

    def post(self, *rows: Any, at: str = URL):
        return self.send("post", at, {"documents": list(rows)})

    def get(self, own_id: str):
        return self.client.get(f"{URL}/{own_id}", headers=self.headers)

    def delete(self, own_id: str):
        return self.client.delete(f"{URL}/{own_id}", headers=self.headers)

    def send(self, method: str, url: str, body: object):
        send = getattr(self.client, method)
        return send(url, json.dumps(body), content_type="application/json", headers=self.headers)


@pytest.fixture
def api(client, docs) -> Api:
    return Api(client)


def answers(text: str) -> list[str]:
    ingest(Document.objects.values_list("pk", flat=True))
    build_index(Document.objects.all()[0].collection_id)
    return [passage.text for passage in search_passages(text, PUBLIC)]


def test_a_document_is_brought_and_answers(api):
    response = api.put("billing/refunds", **REFUNDS, url="https://docs.example/refunds")

    assert response.status_code == 201
    assert response.json()["result"] == "added"
    assert response.json()["status"] == "pending"
    assert answers("refunds") == ["Refunds take five days."]
    state = api.get("billing/refunds").json()
    assert (state["id"], state["title"], state["status"]) == ("billing/refunds", "Refunds", "ready")


def test_the_same_again_changes_nothing(api):
    api.put("a", **REFUNDS)

    response = api.put("a", **REFUNDS)
    assert (response.status_code, response.json()["result"]) == (200, "unchanged")
    assert Document.objects.get().revision == 1


def test_another_text_takes_its_place(api):
    api.put("a", **REFUNDS)

    response = api.put("a", content="Refunds take nine days.", title="Refunds and more")
    assert (response.status_code, response.json()["result"]) == (200, "changed")
    assert answers("refunds") == ["Refunds take nine days."]
    assert Document.objects.get().title == "Refunds and more"


def test_it_may_be_html_or_plain_text_and_say_when_it_was_written(api):
    api.put("a", content="<h1>Refunds</h1><p>Five days.</p>", format="html", updated_at="2026-01-02T03:04:05Z")
    api.put("b.md", content="# no heading", format="text")

    assert answers("refunds")
    assert [document.format for document in Document.objects.all()] == ["html", "text"]
    assert api.get("a").json()["updated_at"] == "2026-01-02T03:04:05Z"


def test_what_is_withdrawn_answers_no_more_and_comes_back(api):
    api.put("a", **REFUNDS)
    assert answers("refunds")

    assert api.delete("a").status_code == 204
    assert api.delete("a").status_code == 204
    assert answers("refunds") == []
    assert api.get("a").json()["publication"] == "retired"

    assert api.put("a", **REFUNDS).json()["publication"] == "published"
    assert answers("refunds")


def test_a_collection_that_needs_review_waits_for_an_editor(api, docs):
    docs.needs_review = True
    docs.save()

    assert api.put("a", **REFUNDS).json()["publication"] == "draft"
    assert answers("refunds") == []


def test_a_change_that_waits_for_review_is_a_version(api, docs):
    api.put("a", **REFUNDS)
    docs.needs_review = True
    docs.save()

    assert api.put("a", content="Refunds take nine days.").json()["result"] == "changed"
    assert api.put("a", content="Refunds take nine days.").json()["result"] == "unchanged"
    assert answers("refunds") == ["Refunds take five days."]
    assert DocumentVersion.objects.filter(state="review", origin="push").count() == 1


def test_the_documents_of_others_are_left_alone(api, docs):
    source = Source.objects.create(collection=docs, kind="folder", location="/srv/docs")
    services.put_document(collection=docs, path="a.md", given="From a folder.", source=source)

    response = api.put("a.md", **REFUNDS)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "belongs_elsewhere"
    assert api.get("a.md").status_code == api.delete("a.md").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"content": "   "}, "content"),
        ({"content": "x" * 1_048_577}, "content"),
        ({"content": "a\x00b"}, "content"),
        ({"content": "a", "format": "pdf"}, "format"),
        ({"content": "a", "title": "x" * 301}, "title"),
        ({"content": "a", "url": "javascript:alert(1)"}, "url"),
        ({"content": "a", "url": "ftp://docs.example/a"}, "url"),
        ({"content": "a", "updated_at": "yesterday"}, "updated_at"),
    ],
)
def test_bad_input_is_refused_by_field(api, settings, body, field):
    settings.MAX_DOCUMENT_BYTES = 1024 * 1024

    response = api.put("a", **body)
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [field]
    assert not Document.objects.exists()


@pytest.mark.parametrize("own_id", ["x" * 301, "a%00b", "a%5Cb", "a//b", "a/", "%E2%80%AE"])
def test_an_id_that_is_none_is_refused(api, own_id):
    response = api.put(own_id, **REFUNDS)

    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == ["id"]
    assert api.get(own_id).status_code == 404


@pytest.mark.parametrize("body", [None, [], "text", {"documents": {}}, {"documents": []}, {"documents": [{}] * 501}])
def test_a_body_that_is_no_list_of_documents_is_refused(api, body):
    assert api.send("post", URL, body).status_code == 400


def test_a_body_that_is_too_large_is_refused(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert api.put("a", content="x" * 2000).status_code == 413


def test_many_are_brought_at_once_and_each_row_has_its_own_answer(api):
    api.put("a", **REFUNDS)

    response = api.post(
        {"id": "a", **REFUNDS},
        {"id": "b", "content": "Text of b."},
        {"id": "c"},
        {"id": "..", "content": "a", "url": "nowhere"},
        {"content": "Nameless."},
        "no row at all",
        {"id": "a", "content": "Another text."},
    )

    assert response.status_code == 200
    results = response.json()["documents"]
    assert [row["result"] for row in results] == [
        *("unchanged", "added", "failed", "failed", "failed", "failed", "changed"),
    ]
    assert list(results[2]["error"]["fields"]) == ["content"]
    assert {name: response.json()[name] for name in ("added", "changed", "unchanged", "failed")} == {
        "added": 1,
        "changed": 1,
        "unchanged": 1,
        "failed": 4,
    }
    assert sorted(Document.objects.values_list("path", flat=True)) == ["a", "b"]


def test_they_are_processed_soon(api, monkeypatch, django_capture_on_commit_callbacks):
    rung: list[list[int]] = []
    monkeypatch.setattr(tasks.ingest_documents, "apply_async", lambda args, **_: rung.extend(args))

    with django_capture_on_commit_callbacks(execute=True):
        api.post({"id": "a", "content": "Text of a."}, {"id": "b", "content": "Text of b."})

    assert [len(ids) for ids in rung] == [2]


@pytest.mark.parametrize("method", ["put", "get", "delete", "post"])
def test_without_a_key_nothing_can_be_done(client, docs, method):
    url = URL if method == "post" else f"{URL}/a"
    for headers in ({}, {"authorization": "Bearer sb_wrong"}):
        response = client.generic(method.upper(), url, "{}", content_type="application/json", headers=headers)
        assert response.status_code == 401
        assert set(response.json()["error"]) == {"code", "detail"}


def test_a_key_for_questions_brings_nothing_and_the_other_asks_nothing(client, docs, api):
    assert Api(client, "answers").put("a", **REFUNDS).status_code == 403
    asked = api.send("post", "/api/v1/answers", {"question": "Refunds?"})
    assert asked.status_code == 403


def test_a_collection_that_is_not_there_and_one_that_is_not_for_this_key_look_the_same(client, docs):
    collection(slug="staff", audience="staff")
    api = Api(client, collections=["docs"])

    assert api.put("a", **REFUNDS).status_code == 201
    closed = api.put("a", at="/api/v1/collections/staff/documents", **REFUNDS)
    missing = api.put("a", at="/api/v1/collections/none/documents", **REFUNDS)
    assert (closed.status_code, closed.json()) == (missing.status_code, missing.json())
    assert closed.status_code == 404
    assert api.post({"id": "a", **REFUNDS}, at="/api/v1/collections/staff/documents").status_code == 404


def test_it_is_in_the_schema(client):
    schema = client.get("/api/v1/schema/?format=json").json()

    path = "/api/v1/collections/{collection}/documents/{own_id}"
    assert set(schema["paths"][path]) == {"put", "get", "delete"}


@pytest.mark.parametrize("path", ["edited.md", "answers/7.curated"])
def test_what_editors_wrote_is_left_alone_as_well(api, docs, path):
    services.put_document(collection=docs, path="edited.md", given="From an editor.")

    assert api.put(path, **REFUNDS).json()["error"]["code"] == "belongs_elsewhere"


def test_what_cannot_be_read_takes_nothing_away(api, docs):
    api.put("a", **REFUNDS)
    ingest(Document.objects.values_list("pk", flat=True))

    response = api.put("a", content="   ", format="html")
    assert response.status_code == 400
    build_index(docs.pk)
    assert answers("refunds")


@pytest.fixture
def full_disk(monkeypatch) -> None:
    def full(*args: Any) -> None:
        raise DatabaseError("could not extend file: No space left on device")

    monkeypatch.setattr(versions, "record", full)


def test_a_full_disk_is_a_reason_to_come_back_later(api, full_disk):
    response = api.put("refunds", **REFUNDS)

    assert response.status_code == 503
    assert response.json() == {
        "error": {
            "code": "disk_full",
            "detail": "There is no space left on the disk. Free some and try again.",
        }
    }
    assert not Document.objects.exists()


def test_a_full_disk_is_said_of_each_row_that_was_not_written(api, full_disk):
    response = api.post({"id": "refunds", **REFUNDS})

    (row,) = response.json()["documents"]
    assert (row["result"], row["error"]["code"]) == ("failed", "disk_full")
