import pytest

from chat.language import language_of
from chat.phrases import PHRASES, phrase


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("How do I change my plan?", "en"),
        ("Wie lange dauert eine Rückerstattung?", "de"),
        ("Où est ma commande ?", "fr"),
        ("No puedo entrar en mi cuenta", "es"),
        ("返金にはどのくらいかかりますか", "ja"),
    ],
)
def test_the_customers_language_is_heard(said, language):
    assert language_of([said]) == language


def test_what_was_said_before_tells_what_a_word_cannot():
    assert language_of(["2FA?", "Ich kann mich nicht anmelden."]) == "de"


def test_the_page_tells_when_nothing_said_does():
    assert language_of(["ok"], locales=["", "fr-CA"]) == "fr"


def test_only_languages_of_the_widget_are_answered_in():
    assert language_of(["Où est ma commande ?"], locales=["fr"], allowed=["en", "de"], fallback="de") in {"en", "de"}
    assert language_of(["返金にはどのくらいかかりますか"], allowed=["de"], fallback="de") == "de"


def test_every_phrase_is_there_in_the_same_languages():
    assert {frozenset(versions) for versions in PHRASES.values()} == {frozenset({"en", "de", "fr", "es"})}


def test_a_language_without_words_of_its_own_gets_english():
    assert phrase("hello", "ja") == phrase("hello", "en")
