import json

import pytest

from accounts.api_keys import create_api_key

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/answers"


@pytest.fixture
def key() -> dict[str, str]:
    return {"authorization": f"Bearer {create_api_key('test')[1]}"}


def ask(client, headers=None, **body):
    return client.post(URL, json.dumps(body), content_type="application/json", headers=headers)


def test_a_question_is_answered_with_citations(client, widget, model, key):
    model.will_say("Up to ten days [1].")

    answer = ask(client, key, question="How long does a refund take?").json()

    assert (answer["text"], answer["status"], answer["answered"]) == ("Up to ten days [1].", "complete", True)
    assert answer["citations"][0]["kind"] == "document"


def test_only_public_pages_are_searched(client, widget, model, key):
    asked = "How long do refunds take? And the discount floor against Tillwise, and credit of 15 percent?"
    ask(client, key, question=asked)

    prompt = str(model.requests[0].messages)
    assert "24 euros" not in prompt
    assert "15 percent." not in prompt


def test_history_reaches_the_model(client, widget, model, key):
    history = [{"role": "user", "text": "How long do plans run?"}, {"role": "assistant", "text": "A year."}]
    ask(client, key, question="And for refunds?", history=history)

    assert {"role": "user", "content": "How long do plans run?"} in model.requests[-1].messages


async def test_a_stream_has_the_sockets_events(async_client, widget, model, key):
    model.will_say("Up to ", "ten days [1].")

    response = await async_client.post(
        URL, json.dumps({"question": "Refund?", "stream": True}), content_type="application/json", headers=key
    )
    body = b"".join([part async for part in response.streaming_content]).decode()

    events = [json.loads(line.removeprefix("data: ")) for line in body.splitlines() if line.startswith("data: ")]
    text = "".join(event["text"] for event in events if event["type"] == "answer.delta")
    assert response["content-type"] == "text/event-stream"
    assert events[-1]["type"] == "answer.finished"
    assert events[-1]["text"] == text == "Up to ten days [1]."


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer sb_wrong"},
        {"authorization": "Bearer"},
        {"x-api-key": "sb_wrong"},
        {"cookie": "key=sb"},
    ],
)
def test_without_a_key_nothing_is_answered(client, headers):
    response = ask(client, headers, question="Refund?")

    assert response.status_code == 401
    assert set(response.json()["error"]) == {"code", "detail"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "question"),
        ({"question": "  "}, "question"),
        ({"question": "x" * 8001}, "question"),
        ({"question": "a\x00b"}, "question"),
        ({"question": "Hi", "history": [{"role": "system", "text": "x"}]}, "history.0.role"),
        ({"question": "Hi", "collections": ["staff"]}, "collections"),
    ],
)
def test_bad_input_is_refused_by_field(client, widget, key, body, field):
    response = ask(client, key, **body)

    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [field]


def test_a_body_that_is_not_json_is_refused(client, key):
    response = client.post(URL, "{", content_type="application/json", headers=key)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "parse_error"


def test_addresses_that_lead_nowhere_say_so_in_json(client):
    response = client.get("/api/v1/nope")

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_a_body_that_is_too_large_is_refused(client, key, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = ask(client, key, question="x" * 2000)

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"
