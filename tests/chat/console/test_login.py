import prometheus_client
import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.chat.console.conftest import PASSWORD


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, password: str, name: str = "ines"):
    return client.post("/console/login/", {"login": name, "password": password})


def failures() -> float:
    return prometheus_client.REGISTRY.get_sample_value("supportbot_logins_failed_total") or 0


@pytest.mark.parametrize("name", ["ines", "ines@shop.example"])
def test_an_agent_signs_in_by_name_or_address(client: Client, agent, name: str):
    assert sign_in(client, PASSWORD, name)["Location"] == "/console/"


def test_a_wrong_password_is_said_calmly_and_counted(client: Client, agent):
    before = failures()

    response = sign_in(client, "wrong")

    assert "User name and password do not match." in response.content.decode()
    assert failures() == before + 1


def test_an_unknown_name_reads_the_same(client: Client, agent):
    known, unknown = sign_in(client, "wrong"), sign_in(client, "wrong", "nobody")

    assert "User name and password do not match." in known.content.decode()
    assert "User name and password do not match." in unknown.content.decode()


def test_after_five_failures_even_the_right_password_has_to_wait(client: Client, agent):
    for _ in range(5):
        sign_in(client, "wrong")

    response = sign_in(client, PASSWORD)

    assert response.status_code == 200
    assert "signing in is paused for five minutes" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_others_are_not_locked_out_with_them(client: Client, agent, colleague):
    for _ in range(5):
        sign_in(client, "wrong")

    assert sign_in(client, PASSWORD, "oskar").status_code == 302


def test_the_admin_shares_the_door(client: Client):
    assert client.get("/admin/login/")["Location"].startswith("/console/login/")


@pytest.mark.parametrize(
    "path", ["login/", "password/reset/", "password/reset/done/", "password/reset/key/1-set-password/", "signup/"]
)
def test_pages_around_signing_in_have_the_look_of_the_console(client: Client, db, path: str):
    page = client.get(f"/console/{path}").content.decode()

    assert "entrance.css" in page
    assert " style=" not in page


@pytest.mark.parametrize("path", ["logout/", "password/change/"])
def test_pages_of_an_account_have_it_too(desk: Client, path: str):
    assert "entrance.css" in desk.get(f"/console/{path}").content.decode()


def test_no_other_site_is_led_to_after_signing_in(client: Client, agent):
    response = client.post("/console/login/?next=https://evil.example/", {"login": "ines", "password": PASSWORD})

    assert response["Location"] == "/console/"


def test_a_page_that_is_not_there_says_so(desk: Client):
    response = desk.get("/console/nowhere/")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_no_name_or_address_adds_a_line_to_the_one_mail_there_is(
    client: Client, agent, mail_at_once, mailoutbox, end: str
):
    User.objects.update(username=f"ines{end}Bcc: a@evil.example", first_name=f"Ines{end}Bcc: b@evil.example")

    client.post("/console/password/reset/", {"email": f"ines@shop.example{end}Bcc: c@evil.example"})
    client.post("/console/password/reset/", {"email": "ines@shop.example"})

    (mail,) = mailoutbox
    assert mail.recipients() == ["ines@shop.example"]
    assert "Bcc" not in mail.message()
    assert "\n" not in mail.subject
