"""Long questions cut into what they ask. Pure.

Somebody who tells a story asks one thing in it; the vector of the whole story is near to nothing in particular.
"""

import re

SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
FEWEST_WORDS = 4
MOST_PARTS = 6
MOST_QUESTIONS = 4
# Where one question ends and the next begins: "when does it renew, and what happened to my ticket?"
ASKING = (
    r"(?:what|when|where|why|who|whose|which|how"
    r"|(?:is|are|was|were|do|does|did|can|could|should|will|would|has|have|may)"
    r" (?:i|we|you|it|my|our|your|the|there|this|that|they))\b"
)
NEXT_QUESTION = re.compile(rf"(?<=\?)\s+|(?<!\s)[,;]?\s+(?:and|or|but)\s+(?:also\s+)?(?={ASKING})", re.IGNORECASE)


def parts_of(question: str) -> list[str]:
    """Its sentences, if there are several that say something. When there are many, those that ask and the longest, in
    their order: a story is long and its question short."""
    sentences = [sentence.strip() for sentence in SENTENCE_END.split(question)]
    telling = list(dict.fromkeys(sentence for sentence in sentences if len(sentence.split()) >= FEWEST_WORDS))
    if len(telling) < 2:
        return []
    chosen = sorted(telling, key=lambda sentence: (sentence.endswith("?"), len(sentence)), reverse=True)[:MOST_PARTS]
    return [sentence for sentence in telling if sentence in chosen]


def questions_in(text: str) -> list[str]:
    """What is asked in one go, each by itself. Very many are one story."""
    questions = [part for part in map(str.strip, NEXT_QUESTION.split(text)) if part]
    return questions if 0 < len(questions) <= MOST_QUESTIONS else [text]
