"""Secrets at rest: what the database holds, what survives a new key, and what is refused."""

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from supportbot.encryption import EncryptedTextField, Undecipherable, decrypt, encrypt

SECRET = "sk_live_canary"


class Safe(models.Model):
    """Only for these tests: its table is made and dropped here."""

    secret = EncryptedTextField(null=True, blank=True)

    class Meta:
        app_label = "supportbot"
        managed = False

    def __str__(self) -> str:
        return str(self.pk)


@pytest.fixture
def safes(transactional_db):
    with connection.schema_editor() as editor:
        editor.create_model(Safe)
    yield Safe._default_manager
    with connection.schema_editor() as editor:
        editor.delete_model(Safe)


def stored() -> list[str | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM supportbot_safe ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_encrypted_can_be_read_again(text: str):
    assert decrypt(encrypt(text)) == text


def test_it_neither_shows_the_text_nor_that_two_are_the_same():
    first, second = encrypt(SECRET), encrypt(SECRET)

    assert SECRET not in first
    assert first != second


def test_an_earlier_key_still_reads_and_no_longer_writes(settings):
    settings.SECRET_KEY = "the old one"
    old = encrypt(SECRET)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new one", ["the old one"]
    new = encrypt(SECRET)
    assert decrypt(old) == SECRET

    settings.SECRET_KEY_FALLBACKS = []
    assert decrypt(new) == SECRET
    with pytest.raises(Undecipherable, match="SECRET_KEY_FALLBACKS"):
        decrypt(old)


@pytest.mark.parametrize("text", ["", "plain", "gAAAAA", "ä"])
def test_what_was_not_encrypted_here_is_refused(text: str):
    with pytest.raises(Undecipherable):
        decrypt(text)


def test_what_was_changed_since_is_refused():
    with pytest.raises(Undecipherable):
        decrypt(encrypt(SECRET)[:-4] + "AAA=")


@pytest.mark.both
def test_a_field_keeps_its_text_encrypted_in_the_database_only(safes):
    safe = safes.create(secret=SECRET)
    safes.filter(pk=safe.pk).update(secret=SECRET + "-2")

    assert safes.get().secret == SECRET + "-2"
    assert "canary" not in str(stored())


@pytest.mark.both
def test_bulk_writes_are_encrypted_too(safes):
    safes.bulk_create([Safe(secret=SECRET), Safe(secret="b")])
    rows = list(safes.order_by("pk"))
    rows[1].secret = SECRET
    safes.bulk_update(rows, ["secret"])

    assert [row.secret for row in safes.order_by("pk")] == [SECRET, SECRET]
    assert "canary" not in str(stored())


def test_nothing_stays_nothing(safes):
    safes.create(secret="")
    safes.create(secret=None)

    assert stored() == ["", None]
    assert [row.secret for row in safes.order_by("pk")] == ["", None]


@pytest.mark.parametrize("lookup", ["secret", "secret__contains", "secret__in", "secret__gt"])
def test_nothing_is_looked_for_by_a_secret(lookup: str):
    with pytest.raises(FieldError):
        Safe._default_manager.filter(**{lookup: [SECRET] if lookup.endswith("in") else SECRET}).exists()


def test_one_can_ask_whether_there_is_one(safes):
    safes.create(secret=None)

    assert safes.filter(secret__isnull=True).count() == 1
