"""Who guesses passwords, or whether somebody has an account: told nothing, and stopped everywhere at once."""

import re
import statistics
import subprocess
import sys
from time import process_time

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"
LOGIN, RESET = "/console/login/", "/console/password/reset/"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def ines(db) -> User:
    return factories.agent("ines", password=PASSWORD)


def guess(name: str, password: str = "wrong", **headers: str):
    return Client().post(LOGIN, {"login": name, "password": password}, headers=headers)


def same(response) -> str:
    """The page without what is different each time, or what was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return re.sub(r'name="login" type="text" value="[^"]*"', "", page)


# --- Guessing ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ines", "ines@example.com", "nobody", "nobody@example.com"])
def test_after_five_tries_a_name_is_locked_whether_it_exists_or_not(ines, name: str):
    answers = [guess(name) for _ in range(6)]

    assert "do not match" in answers[4].content.decode()
    assert "paused for five minutes" in answers[5].content.decode()


def test_no_other_host_or_port_begins_to_count_anew(ines):
    for port in range(5):
        guess("ines", Host=f"localhost:{port + 1}")

    assert "paused for five minutes" in guess("INES", PASSWORD, Host="127.0.0.1").content.decode()


def test_what_is_said_of_a_known_and_an_unknown_name_is_the_same(ines):
    for _ in range(6):
        known, unknown = guess("ines"), guess("nobody")
        assert (known.status_code, same(known)) == (unknown.status_code, same(unknown))


def test_an_account_that_is_closed_reads_like_a_wrong_password(ines):
    User.objects.filter(pk=ines.pk).update(is_active=False)

    assert same(guess("ines")) == same(guess("nobody"))


def test_after_twenty_tries_an_address_is_locked_whatever_it_tries_and_says(ines):
    for number in range(20):
        guess(f"name{number}", X_Forwarded_For=f"192.0.2.{number}")

    assert "paused for five minutes" in guess("ines", PASSWORD, X_Forwarded_For="192.0.2.99").content.decode()


@pytest.mark.both
def test_other_processes_count_along(ines):
    if not django_settings.REDIS_URL:
        return  # Without Redis there is one process.
    count = (
        "import django; django.setup()\n"
        "from django.test import RequestFactory\n"
        "from allauth.core import ratelimit\n"
        "for _ in range(5): ratelimit.consume(RequestFactory().post('/'), action='login_failed', key='ines')\n"
    )

    subprocess.run([sys.executable, "-c", count], check=True, cwd=django_settings.BASE_DIR, timeout=60)

    assert "paused for five minutes" in guess("ines", PASSWORD).content.decode()


def test_unknown_names_take_as_long_as_known_ones(ines, settings):
    """With the real hash, which is most of it: whoever hears of no such name at once knows that there is none."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    ines.set_password(PASSWORD)
    ines.save()
    times: dict[str, list[float]] = {"ines": [], "nobody": []}

    for _ in range(9):
        for name, taken in times.items():
            begun = process_time()
            guess(name)
            taken.append(process_time() - begun)

    known, unknown = (statistics.median(taken) for taken in times.values())
    assert known == pytest.approx(unknown, rel=0.1)


# --- Other ways in -------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["X-Remote-User", "Remote-User", "X-Forwarded-User", "X-Auth-Request-Email"])
def test_no_header_signs_anybody_in(client: Client, ines, header: str):
    for page in ("/console/", "/admin/"):
        assert client.get(page, headers={header: "ines"}, REMOTE_USER="").status_code == 302


def test_a_changed_password_ends_the_other_sessions(client: Client, ines):
    elsewhere = Client()
    elsewhere.force_login(ines)
    client.post(LOGIN, {"login": "ines", "password": PASSWORD})
    new = {"oldpassword": PASSWORD, "password1": "quite another password", "password2": "quite another password"}

    client.post("/console/password/change/", new)

    assert client.get("/console/").status_code == 200
    assert elsewhere.get("/console/").status_code == 302
