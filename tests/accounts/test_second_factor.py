"""A second factor: set up, asked for, replaced by a recovery code, and demanded where the company demands it."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests import factories, totp

pytestmark = [pytest.mark.django_db, pytest.mark.both]

PASSWORD = "a long enough password"
SET_UP = "/console/second-factor/totp/activate/"
SHOW = "/console/second-factor/reauthenticate/"
CODES = "/console/second-factor/recovery-codes/"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def agent(db) -> User:
    return factories.agent("ines", password=PASSWORD)


def sign_in(client: Client, name: str = "ines"):
    return client.post("/console/login/", {"login": name, "password": PASSWORD})


def set_up(client: Client) -> str:
    """Turns it on in a browser that is signed in. Returns the key that the app has now."""
    page = client.get(SET_UP).content.decode()
    (secret,) = re.findall(r'class="secret">([A-Z2-7]+)<', page)
    response = client.post(SET_UP, {"code": totp.code(secret)})
    assert response["Location"] == CODES
    return secret


def another_moment() -> None:
    """In which the app shows a code that was not used yet."""
    cache.clear()


@pytest.fixture
def secret(agent) -> str:
    client = Client()
    sign_in(client)
    return set_up(client)


def give_code(client: Client, code: str):
    return client.post("/console/second-factor/authenticate/", {"code": code})


# --- One's own choice ------------------------------------------------------------------------


def test_without_one_the_password_is_enough(client: Client, agent):
    assert sign_in(client)["Location"] == "/console/"


def test_with_one_the_password_alone_opens_nothing(client: Client, secret):
    response = sign_in(client)

    assert response["Location"] == "/console/second-factor/authenticate/"
    assert client.get("/console/").status_code == 302
    assert give_code(client, totp.code(secret))["Location"] == "/console/"
    assert client.get("/console/").status_code == 200


def test_a_wrong_code_opens_nothing_and_is_said_calmly(client: Client, secret):
    sign_in(client)

    response = give_code(client, "000000")

    assert "not the right one" in response.content.decode()
    assert client.get("/console/").status_code == 302


def test_a_code_works_once(client: Client, secret):
    code = totp.code(secret)
    sign_in(client)
    give_code(client, code)
    other = Client()
    sign_in(other)

    assert "used already" in give_code(other, code).content.decode()


def test_after_five_wrong_codes_even_the_right_one_has_to_wait_in_any_browser(secret):
    for _ in range(5):
        client = Client()
        sign_in(client)
        give_code(client, "000000")
    client = Client()
    sign_in(client)

    response = give_code(client, totp.code(secret))

    assert "wait five minutes" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_recovery_code_stands_in_for_the_phone_once(client: Client, agent):
    sign_in(client)
    set_up(client)
    codes = re.findall(r"<code>(\d{8})</code>", client.get(CODES).content.decode())
    assert len(codes) == 10

    for expected in (302, 200):
        other = Client()
        sign_in(other)
        assert give_code(other, codes[0]).status_code == expected


def test_nothing_of_it_is_readable_in_the_database(secret):
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))

    assert len(re.findall("gAAAA", stored)) == 2
    assert secret not in stored


def test_it_can_be_turned_off_again(client: Client, agent):
    sign_in(client)
    set_up(client)

    client.post("/console/second-factor/totp/deactivate/")

    assert not Authenticator.objects.exists()
    assert sign_in(Client())["Location"] == "/console/"


def test_an_old_session_gives_the_password_again_before_anything_changes(client: Client, agent, time_machine):
    time_machine.move_to("2026-11-26 12:00:00")
    sign_in(client)
    time_machine.move_to("2026-11-26 12:10:00")

    assert client.get(SET_UP)["Location"].startswith("/console/reauthenticate/?next=")


# --- Demanded ------------------------------------------------------------------------------


@pytest.fixture
def required(settings):
    settings.STAFF_MFA = "required"


CLOSED = ["/console/", "/console/list/", "/console/password/change/", "/admin/", "/admin/accounts/user/", "/docs/"]


@pytest.mark.parametrize("page", CLOSED)
def test_who_has_none_is_sent_to_set_it_up_before_any_page(client: Client, agent, required, page: str):
    sign_in(client)

    response = client.get(page)

    assert response["Location"].startswith(f"{SET_UP}?next=")


def test_and_once_it_is_set_up_everything_opens(client: Client, agent, required):
    sign_in(client)
    set_up(client)

    assert client.get(CODES).status_code == 200
    assert client.get("/console/").status_code == 200


def test_a_session_from_before_is_no_exception(client: Client, agent, secret, settings):
    client.force_login(agent)
    assert client.get("/console/").status_code == 200

    settings.STAFF_MFA = "required"
    another_moment()

    assert client.get("/console/?folder=mine")["Location"] == f"{SHOW}?next=%2Fconsole%2F%3Ffolder%3Dmine"
    assert client.post(f"{SHOW}?next=/console/", {"code": totp.code(secret)})["Location"] == "/console/"
    assert client.get("/console/").status_code == 200


def test_nothing_is_done_in_between_either(client: Client, agent, required):
    client.force_login(agent)

    assert client.post("/console/conversations/1/take-over/").status_code == 302
    assert client.post("/admin/accounts/customer/", {}).status_code == 302


def test_a_fragment_takes_its_whole_page_there(client: Client, agent, required):
    client.force_login(agent)

    response = client.get("/console/list/", headers={"HX-Request": "true"})

    assert response["HX-Redirect"].startswith(SET_UP)


def test_it_cannot_be_turned_off(client: Client, agent, required):
    sign_in(client)
    set_up(client)

    response = client.post("/console/second-factor/totp/deactivate/")

    assert "stays on" in response.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_who_loses_it_is_out_at_once(client: Client, agent, required):
    sign_in(client)
    set_up(client)

    Authenticator.objects.all().delete()

    assert client.get("/console/")["Location"].startswith(SET_UP)


def test_a_superuser_is_no_exception(client: Client, required):
    client.force_login(factories.staff_member("root", is_superuser=True))

    assert client.get("/admin/")["Location"].startswith(SET_UP)


def test_programs_with_a_key_go_on(client: Client, agent, required):
    client.force_login(agent)

    assert client.get("/api/v1/schema/").status_code == 200
    assert client.post("/api/v1/answers", {}).status_code == 401


def test_visitors_and_the_ways_out_stay_open(client: Client, agent, required):
    assert client.get("/console/login/").status_code == 200
    sign_in(client)
    assert client.post("/console/logout/").status_code == 302
