"""Whether a question makes sense by itself, and what it means after what was said before it. Pure.

Two signs tell of a follow-up: it says little, and it points back. Both are read from closed-class English words,
which no subject has for itself.
"""

import re
from collections.abc import Sequence

from chat.records import Turn
from knowledge.text.english import GRAMMATICAL

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
CITATION = re.compile(r"\s*\[\d+\]")

# Words that stand for something said elsewhere, or go on from it.
REFERRING_WORDS = (
    "it its it's itself they them their theirs themselves he him his she her hers this that that's these those one "
    "ones both each either neither another other others mine ours same there then else instead again also too anyway "
    "afterwards"
)
# Words that at the beginning go on from what was said last.
CONTINUING_WORDS = "and but or so then also ok okay"
# The like in other languages, which are told apart by nothing else here.
CONTINUING_ELSEWHERE = "und oder aber et ou mais y o pero"
ASKING_ON = re.compile(r"(what|how) about\b|how \w+$")
ASKING = re.compile(
    r"\W*(?:what|how|when|where|why|who|which|do|does|did|is|are|was|were|can|could|will|would|should|have|has|am)\b",
    re.IGNORECASE,
)
FEWEST_OF_A_QUESTION = 4
# When, where, how often, how many: with nothing besides they say nothing.
PLACING_WORDS = (
    "against between through during before after above below down under once few more most only own yet since until "
    "whether ever never always already done well"
)
REFERRING = frozenset(REFERRING_WORDS.split())
CONTINUING = frozenset(CONTINUING_WORDS.split())
GOING_ON = CONTINUING | frozenset(CONTINUING_ELSEWHERE.split())
SAYS_NOTHING_ALONE = GRAMMATICAL | REFERRING | CONTINUING | frozenset(PLACING_WORDS.split())

# So many words that say what it is about are enough, or so many if some words point back: mostly to these.
ENOUGH = 4
ENOUGH_IF_REFERRING = 8
# Ordinary English has about as many grammatical words as others. What has hardly any is a list of search words or
# another language, and cannot be judged.
FEWEST_GRAMMATICAL = 0.25
# Three questions back nobody remembers what "it" was.
MOST_TURNS = 3
LONGEST_TURN = 60
# An answer up to here is about one thing. A longer one drowns the question, and its pages' titles say as much.
SHORT_ANSWER = 40
MOST_TITLES = 2


def stands_alone(question: str) -> bool:
    """Whether its words leave no doubt. Of others only a search can tell."""
    words, telling = words_of(question), telling_words(question)
    if len(words) - len(telling) < FEWEST_GRAMMATICAL * len(words):
        return False
    return len(telling) >= (ENOUGH_IF_REFERRING if points_back(question) else ENOUGH)


def points_back(question: str) -> bool:
    """Whether it cannot be about anything but what was said before it: it stands for that, goes on, or says nothing."""
    words = words_of(question)
    goes_on = bool(GOING_ON.intersection(words[:1])) or bool(ASKING_ON.match(" ".join(words)))
    return goes_on or bool(REFERRING.intersection(words)) or not telling_words(question)


def asks_anew(text: str) -> bool:
    """Whether it is a whole question of its own, and no reply to one that was asked back."""
    whole = text.rstrip().endswith("?") and len(words_of(text)) >= FEWEST_OF_A_QUESTION
    return whole and bool(ASKING.match(text)) and not points_back(text)


def rewritten_by_rules(question: str, history: Sequence[Turn]) -> str:
    """What the customer asked last, what was answered, and the question: together they name what it is about."""
    asked = earlier_questions(history)
    return " ".join(filter(None, [*asked, answered(history), question])) if asked else question


def earlier_questions(history: Sequence[Turn]) -> list[str]:
    """The customer's last turn and, while those are follow-ups themselves, the ones before it; oldest first."""
    found: list[str] = []
    for turn in reversed(history):
        if turn.role == "customer":
            found.insert(0, shortened(turn.text, LONGEST_TURN))
            if len(found) == MOST_TURNS or stands_alone(turn.text):
                break
    return found


def answered(history: Sequence[Turn]) -> str:
    """What was said to the customer last, in a few words."""
    if not history or history[-1].role == "customer":
        return ""
    text = CITATION.sub("", history[-1].text)
    if len(text.split()) <= SHORT_ANSWER:
        return " ".join(text.split())
    return "".join(f"{title}. " for title in history[-1].cited[:MOST_TITLES]).strip()


def telling_words(text: str) -> list[str]:
    """Those that say what it is about."""
    return [word for word in words_of(text) if word not in SAYS_NOTHING_ALONE]


def words_of(text: str) -> list[str]:
    return WORD.findall(text.lower().replace("’", "'"))


def shortened(text: str, words: int) -> str:
    return " ".join(text.split()[:words])
