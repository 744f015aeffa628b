"""Images over HTTP: who may bring one, who may see it, and what becomes of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.actors import VISITOR
from chat import attaching, pictures, services, tasks
from chat.attaching import MOST_UNSENT
from chat.models import Attachment, Conversation, Widget
from tests import factories
from tests.chat.test_pictures import SVG, huge_png
from tests.images import brief, opened, photo, png, saved

ORIGIN = "https://shop.example"
pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def widget() -> Widget:
    return factories.widget(name="Help", origins=[ORIGIN])


@pytest.fixture
def session(widget: Widget) -> services.Session:
    return services.start_conversation(widget, VISITOR, {})


Upload = Callable[..., Any]


@pytest.fixture
def upload(client: Client, widget: Widget, session: services.Session) -> Upload:
    def post(data: bytes = b"", *, key: str = widget.public_key, secret: str = session.secret, **headers: Any) -> Any:
        headers = {"authorization": f"Session {secret}", "origin": ORIGIN, **headers}
        return client.post(
            f"/api/v1/attachments?widget={key}",
            data or png(),
            content_type="image/png",
            headers={name: value for name, value in headers.items() if value is not None},
        )

    return post


def files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def code(response: Any) -> tuple[int, str]:
    assert set(response.json()) == {"error"}
    return response.status_code, response.json()["error"]["code"]


def test_an_image_is_kept_for_the_conversation_under_a_name_of_ours(upload, session):
    response = upload()

    kept = Attachment.objects.get()
    assert response.status_code == 201
    assert response.json() | {"url": ""} == {"id": str(kept.public_id), "url": "", "width": 640, "height": 400}
    assert (kept.conversation, kept.message) == (session.conversation, None)
    assert kept.size == len(files()[0].read_bytes())
    assert files()[0].suffix == ".png"


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (SVG, (415, "not_an_image")),
        (b"\x89PNG\r\n\x1a\n", (400, "image_damaged")),
        (png()[:-200], (400, "image_damaged")),
        (huge_png(9000, 9000), (413, "too_many_pixels")),
        (png() + bytes(5 * 1024**2), (413, "too_large")),
    ],
    ids=brief,
)
def test_what_is_no_image_for_us_is_refused_and_leaves_nothing(upload, data, answer):
    assert code(upload(data)) == answer
    assert not files()
    assert not Attachment.objects.exists()


def test_an_empty_body_is_no_image(client, widget, session):
    headers = {"authorization": f"Session {session.secret}", "origin": ORIGIN}

    response = client.generic("POST", f"/api/v1/attachments?widget={widget.public_key}", headers=headers)

    assert code(response) == (415, "not_an_image")


def test_how_large_one_may_be_is_a_setting(upload, settings):
    settings.MAX_IMAGE_BYTES = 100

    assert code(upload()) == (413, "too_large")


@pytest.mark.parametrize(
    "wrong",
    [
        {"authorization": None},
        {"authorization": "Session"},
        {"authorization": "Session  "},
        {"secret": "guessed"},
        {"secret": "x" * 5000},
        {"authorization": "Bearer {secret}"},
        {"key": "unknown"},
        {"key": "%00"},
        {"origin": "https://evil.example"},
        {"origin": "https://shop.example.evil.example"},
        {"origin": "null"},
        {"origin": None},
    ],
    ids=str,
)
def test_whoever_has_no_session_here_gets_one_and_the_same_answer(upload, session, wrong):
    wrong = {name: value and value.replace("{secret}", session.secret) for name, value in wrong.items()}

    response = upload(**wrong)

    assert code(response) == (404, "not_found")
    assert response.json()["error"]["detail"].startswith("There is no such conversation here.")
    assert not Attachment.objects.exists()


def test_a_session_of_another_widget_is_none_of_this_one(upload):
    other = services.start_conversation(factories.widget(origins=[ORIGIN]), VISITOR, {})

    assert code(upload(secret=other.secret)) == (404, "not_found")


def test_no_cookie_stands_in_for_the_session(upload, client, django_user_model):
    client.force_login(django_user_model.objects.create(username="ines", is_staff=True, is_superuser=True))

    assert code(upload(authorization=None)) == (404, "not_found")


def test_where_images_are_switched_off_there_is_nobody_to_take_them(upload, settings):
    settings.MAX_IMAGE_BYTES = 0

    assert code(upload()) == (404, "not_found")


def test_a_resolved_conversation_takes_no_more(upload, session):
    services.resolve(session.conversation.pk)

    assert code(upload()) == (409, "conversation_resolved")


def test_only_so_many_wait_to_be_sent(upload, settings):
    settings.CHAT_IMAGES_VISITOR = 0
    for _ in range(MOST_UNSENT):
        assert upload().status_code == 201

    assert code(upload()) == (429, "too_many_images")
    with time_machine.travel(timezone.now() + attaching.COUNTED_FOR + timedelta(minutes=1)):
        assert upload().status_code == 201


@pytest.mark.parametrize("limit", ["CHAT_IMAGES_VISITOR", "CHAT_IMAGES_IP"])
def test_a_flood_is_refused_before_anything_is_read(upload, settings, limit):
    setattr(settings, limit, 2)

    assert [upload(SVG).status_code for _ in range(3)] == [415, 415, 429]


def test_while_others_are_drawn_it_is_said_that_one_may_try_again(upload, monkeypatch):
    monkeypatch.setattr(attaching, "PATIENCE", 0.01)
    for _ in range(attaching.MOST_AT_ONCE):
        attaching._places.acquire()
    try:
        assert code(upload()) == (503, "busy")
    finally:
        attaching._places.release(attaching.MOST_AT_ONCE)


def test_a_conversation_that_went_meanwhile_leaves_no_file(upload, monkeypatch, session):
    def drawn_slowly(data: bytes) -> Any:
        Conversation.objects.filter(pk=session.conversation.pk).update(mode="resolved")
        return drawn(data)

    drawn = pictures.redrawn
    monkeypatch.setattr(pictures, "redrawn", drawn_slowly)

    assert code(upload()) == (409, "conversation_resolved")
    assert not files()


# --- Pages of other sites --------------------------------------------------------------------


def test_a_page_on_the_list_may_ask_first_and_read_the_answer(client, upload, widget):
    url = f"/api/v1/attachments?widget={widget.public_key}"
    asked = client.options(url, headers={"origin": ORIGIN, "access-control-request-method": "POST"})

    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Headers"] == "authorization, content-type"
    for response in (asked, upload(), upload(SVG), upload(secret="guessed")):
        assert response["Access-Control-Allow-Origin"] == ORIGIN
        assert "Access-Control-Allow-Credentials" not in response
        assert "Origin" in response["Vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://shop.example", f"{ORIGIN}:444"])
def test_no_other_page_may(client, upload, widget, origin):
    asked = client.options(f"/api/v1/attachments?widget={widget.public_key}", headers={"origin": origin})

    for response in (asked, upload(origin=origin)):
        assert not [name for name in response.headers if name.startswith("Access-Control")]


# --- Looking at one --------------------------------------------------------------------------


def path_of(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8000")


def test_it_is_served_as_an_image_and_nothing_else(client, upload):
    response = client.get(path_of(upload(saved(photo(), "JPEG")).json()["url"]))

    assert opened(response.content).size == (300, 200)
    assert dict(response.headers) | {
        "Content-Type": "image/jpeg",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline; filename=image.jpg",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=3600",
        "Cross-Origin-Resource-Policy": "cross-origin",
    } == dict(response.headers)


def test_a_link_opens_one_image_for_an_hour(client, upload):
    one, other = (path_of(upload().json()["url"]) for _ in range(2))
    path, _, access = one.partition("?")

    assert client.get(path).status_code == 404
    assert client.get(f"{path}?access=forged").status_code == 404
    assert client.get(f"{other.partition('?')[0]}?{access}").status_code == 404
    assert client.get(one).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert client.get(one).status_code == 404


def test_a_link_to_a_document_opens_no_image(client, upload, session):
    kept = Attachment.objects.get(public_id=upload().json()["id"])
    access = signing.dumps(str(kept.public_id), salt="knowledge.signed-link")

    assert client.get(f"/attachments/{kept.public_id}?access={access}").status_code == 404


def test_an_image_whose_file_is_lost_is_not_there(client, upload):
    url = upload().json()["url"]
    files()[0].unlink()

    assert client.get(path_of(url)).status_code == 404


# --- Forgetting ------------------------------------------------------------------------------


@pytest.mark.parametrize("gone", ["conversation", "widget"])
def test_the_file_goes_with_whatever_it_belongs_to(upload, session, widget, gone, django_capture_on_commit_callbacks):
    upload()
    with django_capture_on_commit_callbacks(execute=True):
        (session.conversation if gone == "conversation" else widget).delete()

    assert not files()
    assert not Attachment.objects.exists()


def test_what_was_never_sent_is_gone_after_a_day(upload, session, django_capture_on_commit_callbacks):
    old, sent, young = (Attachment.objects.get(public_id=upload().json()["id"]) for _ in range(3))
    message = services.post_message(session.conversation.pk, "q1", "Look").message
    yesterday = timezone.now() - timedelta(days=1, minutes=1)
    Attachment.objects.filter(pk__in=[old.pk, sent.pk]).update(created_at=yesterday)
    Attachment.objects.filter(pk=sent.pk).update(message=message)

    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.forget()["Images that were not sent"] == 1

    assert list(Attachment.objects.all()) == [sent, young]
    assert len(files()) == 2
