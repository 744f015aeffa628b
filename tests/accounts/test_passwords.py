"""A new password: who gets a mail, what it says, and what nobody is told or sent."""

import re

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from kombu.exceptions import OperationalError

from accounts import passwords, tasks
from accounts.models import User
from supportbot.celery import app
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_at_once")]

RESET = "/console/password/reset/"
NEW = "quite another password"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def ines(db, settings) -> User:
    settings.PUBLIC_URL = "https://support.shop.example"
    return factories.agent("ines", password="a long enough password")


def ask(address: str) -> str:
    """The page without what is different each time."""
    page = Client().post(RESET, {"email": address}, follow=True)
    assert page.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())


def link_in(text: str) -> str:
    (link,) = re.findall(r"https://support\.shop\.example(/console/password/reset/key/\S+)", text)
    return link


def choose(client: Client, link: str):
    form = client.get(link, follow=True)
    return client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True)


def test_a_stranger_gets_no_mail_and_is_shown_the_same_page(ines, mailoutbox):
    assert ask("ines@example.com") == ask("nobody@example.com")
    assert [sent.to for sent in mailoutbox] == [["ines@example.com"]]


def test_the_mail_says_who_asked_how_long_it_is_good_and_what_to_do_if_it_was_not_you(ines, mailoutbox):
    ask("ines@example.com")

    (sent,) = mailoutbox
    assert sent.subject == "A new password for support.shop.example"
    assert sent.body.replace(link_in(sent.body), "/LINK") == (
        "Somebody asked for a new password for ines, your staff account at support.shop.example.\n\n"
        "If it was you, choose one here:\nhttps://support.shop.example/LINK\n\n"
        "The link is good once, for 3 days.\n\n"
        "If it was not you, there is nothing to do: your password stays as it is, "
        "and nobody else was sent the link."
    )
    assert not sent.alternatives


def test_it_goes_to_the_address_in_the_account_whatever_was_typed(ines, mailoutbox):
    ask("INES@example.com")

    assert mailoutbox[0].to == ["ines@example.com"]


def test_a_new_password_comes_by_mail_and_ends_every_session(ines, mailoutbox):
    elsewhere = Client()
    elsewhere.force_login(ines)

    ask("ines@example.com")
    link = link_in(mailoutbox[0].body)
    choose(Client(), link)

    assert elsewhere.get("/console/").status_code == 302
    assert Client().post("/console/login/", {"login": "ines", "password": NEW})["Location"] == "/console/"
    assert "no longer works" in Client().get(link, follow=True).content.decode()


def test_that_it_is_set_is_said_once(ines, mailoutbox):
    ask("ines@example.com")

    done = choose(Client(), link_in(mailoutbox[0].body)).content.decode()

    assert done.count("Your new password is set") == 1
    assert "Password successfully changed" not in done


def test_a_closed_account_gets_none(ines, mailoutbox):
    User.objects.update(is_active=False)

    ask("ines@example.com")
    tasks.mail_password_link(ines.pk)

    assert mailoutbox == []


def test_nobody_is_flooded_with_such_mail(ines, mailoutbox):
    for _ in range(10):
        Client().post(RESET, {"email": "ines@example.com"})

    assert len(mailoutbox) == 3


def test_the_worker_is_called_for_strangers_too_as_that_takes_as_long(ines):
    app.conf.task_always_eager = False
    with app.connection_for_write() as link, link.SimpleQueue("celery") as queue:
        queue.clear()
        ask("ines@example.com")
        ask("nobody@example.com")

        assert [queue.get(timeout=5).payload[0] for _ in range(2)] == [[ines.pk], [0]]


# --- No other mail ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["login/code/", "login/code/confirm/", "signup/", "email/", "confirm-email/"])
def test_no_other_page_mails_anybody(ines, mailoutbox, path: str):
    desk = Client()
    desk.force_login(ines)
    typed = {"email": "nobody@example.com", "login": "nobody@example.com", "username": "nobody", "action_add": ""}

    for client in (Client(), desk):
        client.post(f"/console/{path}", {**typed, "password1": NEW, "password2": NEW})

    assert mailoutbox == []


def test_nothing_is_mailed_when_a_password_is_changed(ines, mailoutbox):
    desk = Client()
    desk.force_login(ines)

    old = {"oldpassword": "a long enough password"}
    said = desk.post("/console/password/change/", {**old, "password1": NEW, "password2": NEW}, follow=True)

    assert "Your new password is set." in said.content.decode()
    ines.refresh_from_db()
    assert ines.check_password(NEW)
    assert mailoutbox == []


@pytest.mark.parametrize("template", ["unknown_account", "account_already_exists", "login_code", "email_confirmation"])
def test_none_of_the_librarys_own_mail_leaves_whoever_asks_for_it(ines, mailoutbox, template: str):
    with context.request_context(RequestFactory().get("/")):
        get_adapter().send_mail(f"account/email/{template}", "nobody@example.com", {})

    assert mailoutbox == []


def test_a_mail_server_that_is_away_is_tried_again(ines, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1

    with pytest.raises(OSError):
        passwords.mail_link(ines.pk)
    assert mail.outbox == []


@pytest.mark.parametrize("address", ["ines@example.com", "nobody@example.com"])
def test_whoever_asks_while_no_worker_can_be_told_is_told_so(ines, monkeypatch, address):
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("the broker is away")

    monkeypatch.setattr(tasks.mail_password_link, "apply_async", refuse)

    assert "No mail can be sent at the moment." in ask(address)
