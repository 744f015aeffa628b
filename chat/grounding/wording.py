"""The words of a text: those that carry meaning, and the language they are in. Pure."""

import re

# The commonest words of each language that the others do not have.
STOP_WORDS = {
    "en": "the and to of is you your in for that it with on are be this not can or have from will as by we at if an "
    "do does when how what which there then than they their its was were has had would should could about into",
    "de": "der die das und ist nicht sie ihr ihre ihren ihrem mit für auf den dem des ein eine einen einem einer zu "
    "von im am als auch wird werden kann können wir ich es sich bei oder wenn dass aus nach über haben hat sind noch",
    "fr": "le la les et est vous votre vos des du une pour dans que qui sur pas avec ce cette ou par au aux sont "
    "plus nous je il elle être avoir peut pouvez dans si mais ne se sa son ses leur à de un en",
    "es": "el la los las y es usted su sus del una para en que con por no se lo al o como más puede pueden si pero "
    "este esta son ha han hay cuando sobre también tu te yo nos le un de a",
}
LANGUAGE_WORDS = {language: frozenset(words.split()) for language, words in STOP_WORDS.items()}
FILLERS = "a i me my so any all also get just like need please thank thanks yes no ja nein oui non sí up out only more"
SAYS_NOTHING = frozenset(FILLERS.split()).union(*LANGUAGE_WORDS.values())
WORD = re.compile(r"[^\W\d_]+")
WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
# Enough of an inflected word to know it again: refund, refunds, refunded.
STEM = 5
# A text with fewer words is too short to tell its language.
FEW_WORDS = 6
# The share of a language's commonest words in a text in that language: two in five. In another one: one in twenty.
LANGUAGE_SHARE = 0.12

# With fewer words that mean something a clause says too little to be checked: "Yes.", "That works."
FEW = 2
AFFIRMS = re.compile(
    r"^\W*(?:yes|yep|sure|correct|right|exactly|absolutely|of course|ja|genau|richtig|natürlich|oui|exact|bien sûr|sí"
    r"|correcto|claro)(?!\w)",
    re.IGNORECASE,
)


def language(text: str) -> str | None:
    """One of the four, "cjk", "" if it is another one, None if the text is too short to tell."""
    if WITHOUT_SPACES.search(text):
        return "cjk"
    said = [word.lower() for word in WORD.findall(text)]
    if len(said) < FEW_WORDS:
        return None
    counts = {name: sum(word in common for word in said) for name, common in LANGUAGE_WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= LANGUAGE_SHARE * len(said) else ""


def stems(text: str) -> frozenset[str]:
    """What its words are about. Of scripts without spaces, each two neighbours."""
    said = {word.lower() for word in WORD.findall(text)}
    found = {word[:STEM] for word in said - SAYS_NOTHING if len(word) > 1}
    for run in WITHOUT_SPACES.findall(text):
        found |= {run[at : at + 2] for at in range(len(run) - 1)}
    return frozenset(found)
