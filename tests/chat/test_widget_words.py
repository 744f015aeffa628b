"""What the widget says by itself has words in each language it is told to speak."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from chat import services
from chat.errors import CodeNotSent, CodeRefused, TooManyCodes

SOURCES: Path = settings.BASE_DIR / "chat" / "widget" / "src"
SERVED: Path = settings.BASE_DIR / "chat" / "static" / "chat" / "widget"
LANGUAGES = ["de", "es", "fr"]

SAID = re.compile(r'\bt\("(.+?)"[,)]')
# In tables: what begins with a capital is read by people.
LISTED = re.compile(r'"([A-Z].*?)"')
TRANSLATED = re.compile(r'^  "(.+?)": "(.+)",$', re.MULTILINE)


def said() -> set[str]:
    found = {text for path in SOURCES.glob("*.js") for text in SAID.findall(path.read_text())}
    listed = {text for name in ("words.js", "sources.js") for text in LISTED.findall((SOURCES / name).read_text())}
    refused = {error.user_message for error in (TooManyCodes, CodeNotSent, CodeRefused)}
    return found | listed | refused | {services.WAITING, services.SORRY, services.GIVEN_BACK, services.RESOLVED}


def translated(language: str) -> dict[str, str]:
    return dict(TRANSLATED.findall((SERVED / f"words.{language}.js").read_text()))


def test_no_language_is_forgotten():
    fetched = re.search(r"FETCHED = \[(.*)\]", (SOURCES / "translate.js").read_text())

    assert fetched
    assert sorted(re.findall(r"\w+", fetched[1])) == LANGUAGES
    assert sorted(path.name for path in SERVED.glob("words.*.js")) == [f"words.{each}.js" for each in LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_words_and_every_word_is_used(language):
    assert set(translated(language)) == said()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_filled_in_in_every_language(language):
    assert {text for text, words in translated(language).items() if text.count("{}") != words.count("{}")} == set()
