"""Single sign-on against a real provider: who gets in, and by which lies nobody does."""

from collections.abc import Iterator
from copy import deepcopy
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import User
from tests import factories, oidc

pytestmark = [pytest.mark.django_db, pytest.mark.both]

LOGIN = "/console/sso/login/"


@pytest.fixture
def provider(settings) -> Iterator[oidc.Provider]:
    with oidc.running() as running:
        configured = deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
        configured["openid_connect"]["APPS"] = [
            {
                "provider_id": settings.OIDC_PROVIDER,
                "name": "Shop accounts",
                "client_id": oidc.CLIENT,
                "secret": oidc.SECRET,
                "settings": {"server_url": running.url},
            }
        ]
        settings.SOCIALACCOUNT_PROVIDERS = configured
        settings.OIDC_ISSUER = running.url
        yield running


@pytest.fixture
def ines(db) -> User:
    return factories.agent("ines")


def back(provider: oidc.Provider, client: Client, **changed: str) -> str:
    """Goes to the provider and signs in there. Returns the address the browser is sent back to."""
    there = client.get(LOGIN)["Location"]
    assert there.startswith(f"{provider.url}/authorize?")
    parts = urlsplit(provider.authorize(there))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return f"{parts.path}?{urlencode(query | changed)}"


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_who_has_an_account_and_a_verified_address_is_in(provider, client: Client, ines):
    response = client.get(back(provider, client))

    assert response["Location"] == "/console/"
    assert client.get("/console/").status_code == 200
    assert client.session["_auth_user_id"] == str(ines.pk)


def test_capitals_in_the_address_do_not_matter_and_the_user_info_may_have_it(provider, client: Client, ines):
    provider.claims = {"sub": "u-1"}
    provider.userinfo = {"sub": "u-1", "email": "INES@example.com", "email_verified": True}

    client.get(back(provider, client))

    assert is_in(client)


def test_it_leads_to_where_somebody_wanted_to_go(provider, client: Client, ines):
    there = client.get(f"{LOGIN}?next=/console/?folder=mine")["Location"]

    assert client.get(provider.authorize(there))["Location"] == "/console/?folder=mine"


def test_the_login_page_has_a_button_for_it(provider, client: Client, db):
    page = client.get("/console/login/").content.decode()

    assert "Sign in with Shop accounts" in page
    assert f'href="{LOGIN}' in page


def test_a_second_factor_is_asked_for_here_too(provider, client: Client, ines, settings):
    settings.STAFF_MFA = "required"

    client.get(back(provider, client))

    assert client.get("/console/")["Location"].startswith("/console/second-factor/totp/activate/")


# --- Who is not ------------------------------------------------------------------------------


def refuse(response, client: Client) -> None:
    assert response.status_code == 403
    assert "did not sign you in" in response.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@example.com"},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None},
        {"email": ""},
        {"email": None},
        {"email": 7},
    ],
)
def test_an_unknown_or_unverified_address_is_refused_and_no_account_made(provider, client: Client, ines, claims):
    provider.claims |= claims
    before = User.objects.count()

    refuse(client.get(back(provider, client)), client)

    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("address", ["ınes@example.com", "ineſ@example.com"])
def test_an_address_that_only_looks_like_somebodys_is_refused(provider, client: Client, ines, address):
    provider.claims |= {"email": address}

    refuse(client.get(back(provider, client)), client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_is_no_active_member_of_staff_is_refused(provider, client: Client, ines, change):
    User.objects.filter(pk=ines.pk).update(**change)

    refuse(client.get(back(provider, client)), client)


def test_an_address_that_two_have_is_nobodys(provider, client: Client, ines):
    factories.agent("other", email="ines@example.com")

    refuse(client.get(back(provider, client)), client)


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"exp": 1},
    ],
    ids=lambda lies: next(iter(lies)),
)
def test_a_token_that_was_not_made_for_this_sign_in_is_refused(provider, client: Client, ines, lies):
    provider.lies = lies

    refuse(client.get(back(provider, client)), client)


def test_a_token_that_another_has_signed_is_refused(provider, client: Client, ines):
    provider.key = oidc.new_key()

    refuse(client.get(back(provider, client)), client)


def test_user_info_about_somebody_else_is_refused(provider, client: Client, ines):
    provider.userinfo = {"sub": "u-2", "email": "ines@example.com", "email_verified": True}

    refuse(client.get(back(provider, client)), client)


def test_an_address_is_not_verified_by_what_is_said_of_another(provider, client: Client, ines):
    provider.claims |= {"email": "mallory@example.com", "email_verified": True}
    provider.userinfo = {"sub": "u-1", "email": "ines@example.com"}

    refuse(client.get(back(provider, client)), client)


def test_another_issuer_than_the_one_that_was_named_is_refused(provider, client: Client, ines):
    provider.issuer = "https://evil.example"

    refuse(client.get(LOGIN), client)


def test_a_wrong_state_and_somebody_elses_browser_are_refused(provider, client: Client, ines):
    refuse(client.get(back(provider, client, state="another")), client)
    refuse(Client().get(back(provider, client)), Client())


def test_a_way_back_leads_in_once(provider, client: Client, ines):
    way = back(provider, client)
    client.get(way)
    client.post("/console/logout/")

    refuse(client.get(way), client)


def test_who_changes_their_mind_over_there_is_back_outside(provider, client: Client, ines):
    refuse(client.get(back(provider, client).replace("code=", "error=access_denied&was=")), client)


def test_a_provider_that_is_away_is_said_calmly(provider, client: Client, ines):
    way = back(provider, client)
    provider.is_away = True

    refuse(client.get(LOGIN), client)
    refuse(client.get(way), client)


# --- Not configured --------------------------------------------------------------------------


def test_without_it_there_is_neither_button_nor_page(client: Client, db):
    assert LOGIN not in client.get("/console/login/").content.decode()
    assert client.get(LOGIN).status_code == 404
    assert client.get("/console/sso/callback/").status_code == 404


def test_nobody_configures_another_in_the_admin(admin_client: Client):
    assert admin_client.get("/admin/socialaccount/socialapp/add/").status_code == 404
