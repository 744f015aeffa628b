"""Which language to answer in: the customer's own, as far as the widget allows it. Pure."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# ISO 639-1 codes with the name a model knows them by. Where a widget names none, these are told apart.
LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "da": "Danish", "sv": "Swedish", "no": "Norwegian", "fi": "Finnish", "pl": "Polish",
    "cs": "Czech", "ro": "Romanian", "hu": "Hungarian", "el": "Greek", "tr": "Turkish", "uk": "Ukrainian",
    "ru": "Russian", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "ja": "Japanese", "ko": "Korean", "zh": "Chinese",
}  # fmt: skip
# Short texts and names look like many languages. Below this the page's language is the better guess.
CONFIDENT = 0.8


def language_of(
    said: Sequence[str], *, locales: Sequence[str] = (), allowed: Sequence[str] = (), fallback: str = "en"
) -> str:
    """The code of the language to answer in.

    ``said`` is what the customer wrote, newest first: the newest that can be told decides. Then come the
    ``locales`` ("de-AT") of page and account, then ``fallback``. Only ``allowed`` languages are answered in,
    where any are named.
    """
    candidates = tuple(sorted(set(allowed or LANGUAGES) & set(LANGUAGES))) or (fallback,)
    for code in (*_recognised(said, candidates), *(locale[:2].lower() for locale in locales)):
        if code in candidates:
            return code
    return fallback


def _recognised(said: Sequence[str], candidates: tuple[str, ...]) -> Iterator[str]:
    """Each text by itself, and then all of them together."""
    if len(candidates) > 1:
        for text in (*said, " ".join(reversed(said))):
            code, confidence = _identifier(candidates).classify(text)
            if confidence >= CONFIDENT:
                yield code


@cache
def _identifier(candidates: tuple[str, ...]) -> "LanguageIdentifier":
    """Loading takes half a second: only a process that talks to customers pays for it."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(candidates))
    return identifier
