import pytest

from accounts.actors import VISITOR
from chat import services
from chat.language import language_of
from chat.phrases import PHRASES, phrase
from chat.selectors import question_of
from tests import factories

ENGLISH, FRENCH = "How do I change my plan?", "Où est ma commande ?"


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (ENGLISH, "en"),
        ("Wie lange dauert eine Rückerstattung?", "de"),
        (FRENCH, "fr"),
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
    assert language_of([FRENCH], locales=["fr"], allowed=["en", "de"], fallback="de") in {"en", "de"}
    assert language_of(["返金にはどのくらいかかりますか"], allowed=["de"], fallback="de") == "de"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("languages", "fallback", "said", "language"),
    [
        (["de"], "de", ENGLISH, "de"),
        (["de", "en"], "de", ENGLISH, "en"),
        (["de", "en"], "de", "ok", "de"),
        ([], "de", FRENCH, "fr"),
    ],
)
def test_a_widget_says_which_languages_are_answered_in(languages, fallback, said, language):
    widget = factories.widget(languages=languages, language=fallback)
    conversation = services.start_conversation(widget, VISITOR, {}).conversation

    posted = services.post_message(conversation.pk, "q1", said)

    assert question_of(posted.message).language == language


def test_every_phrase_is_there_in_the_same_languages():
    assert {frozenset(versions) for versions in PHRASES.values()} == {frozenset({"en", "de", "fr", "es"})}


def test_a_language_without_words_of_its_own_gets_english():
    assert phrase("hello", "ja") == phrase("hello", "en")
