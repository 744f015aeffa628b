"""The keys of a widget."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.db import connection
from django.utils import timezone

from accounts.errors import IdentityError
from accounts.identity import issue_token
from chat import signing
from chat.checker import checked
from chat.errors import KeyRefused
from chat.models import SigningKey, Widget
from supportbot.encryption import Undecipherable
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def widget() -> Widget:
    return factories.widget()


def signed(widget: Widget, key: SigningKey, **changes) -> str:
    said = {"secret": key.secret, "audience": widget.public_key, "kid": key.kid, **changes}
    return issue_token("cus_1", **said)


def public(private) -> str:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_two_keys_are_good_at_once_and_a_retired_one_no_more(widget):
    old, new = signing.make_secret(widget), signing.make_secret(widget)
    tokens = [signed(widget, old), signed(widget, new), signed(widget, new, kid="")]

    assert [signing.prove(widget, token).external_id for token in tokens] == ["cus_1"] * 3
    signing.retire(old)

    assert signing.prove(widget, tokens[1]).kid == new.kid
    for token in (tokens[0], signed(widget, old, kid="")):
        with pytest.raises(IdentityError):
            signing.prove(widget, token)


def test_a_retired_keys_secret_is_forgotten(widget):
    key = signing.make_secret(widget)

    signing.retire(key)

    key.refresh_from_db()
    assert (key.secret, key.is_live) == ("", False)


def test_there_are_never_three_live_keys(widget):
    def make(_: int) -> None:
        try:
            signing.make_secret(widget)
        except KeyRefused:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(make, range(8)))

    assert signing.live_keys(widget).count() == 2


def test_another_widgets_key_proves_nothing_here(widget):
    other = factories.widget()
    signing.make_secret(widget)
    key = signing.make_secret(other)

    with pytest.raises(IdentityError):
        signing.prove(widget, signed(widget, key))
    with pytest.raises(IdentityError):
        signing.prove(widget, signed(widget, key, kid=""))


def test_a_secret_is_not_readable_in_the_database(widget):
    key = signing.make_secret(widget)

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM chat_signingkey")
        assert key.secret not in str(cursor.fetchall())


def test_a_secret_that_cannot_be_deciphered_stops_no_other_key(widget, settings):
    lost = signing.make_secret(widget)
    settings.SECRET_KEY = "another-one-that-nobody-wrote-down-before"
    kept = signing.make_secret(widget)
    customer = factories.customer(external_id="cus_1")

    assert signing.actor_by_token(widget, signed(widget, kept)).customer_id == customer.pk
    with pytest.raises(IdentityError):
        signing.prove(widget, signed(widget, lost))
    assert checked(widget, signed(widget, lost)).note == Undecipherable.user_message


def test_it_is_known_when_a_key_was_last_used(widget):
    key = signing.make_secret(widget)
    signing.prove(widget, signed(widget, key))
    first = SigningKey.objects.get().last_used_at

    signing.prove(widget, signed(widget, key))

    assert first
    assert timezone.now() - first < timedelta(minutes=1)
    assert SigningKey.objects.get().last_used_at == first


PAIRS: dict[str, Any] = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
}


@pytest.mark.parametrize("algorithm", PAIRS)
def test_a_public_key_says_by_which_algorithm_it_verifies(widget, algorithm):
    key = signing.add_public_key(widget, f"\n{public(PAIRS[algorithm]())}\n", "our-key.1")

    assert (key.algorithm, key.kid, key.secret) == (algorithm, "our-key.1", "")


BAD_KEYS = {
    "nothing": (lambda: "", "no public key"),
    "words": (lambda: "our key", "no public key"),
    "short RSA": (lambda: public(rsa.generate_private_key(65537, 1024)), "1024 bits; it needs 2048"),
    "another curve": (lambda: public(ec.generate_private_key(ec.SECP384R1())), "secp384r1; it has to be P-256"),
    "another kind": (lambda: public(ed25519.Ed25519PrivateKey.generate()), "kind of key"),
    "the private one": (
        lambda: PAIRS["ES256"]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "private key, which must stay on your server",
    ),
}


@pytest.mark.parametrize("kind", BAD_KEYS)
def test_a_key_that_is_none_or_weak_is_refused_with_the_reason(widget, kind):
    make, reason = BAD_KEYS[kind]

    with pytest.raises(KeyRefused) as refused:
        signing.add_public_key(widget, make())

    assert reason in refused.value.user_message
    assert not SigningKey.objects.exists()


@pytest.mark.parametrize("kid", ["k" * 65, "../key", "k 1", "k1\n"])
def test_a_key_id_is_short_and_plain(widget, kid):
    with pytest.raises(KeyRefused):
        signing.add_public_key(widget, public(PAIRS["ES256"]()), kid)


def test_a_key_id_is_used_once(widget):
    signing.retire(signing.add_public_key(widget, public(PAIRS["ES256"]()), "k1"))

    with pytest.raises(KeyRefused):
        signing.add_public_key(widget, public(PAIRS["ES256"]()), "k1")
