"""The words of a text as numbers with weights, for engines that have no text search of their own.

A word becomes its stem, as in ``lexical``, and the stem a number. The weight is what BM25 makes of how often a text
has the word and how long the text is; how rare the word is among all texts is the engine's to say, when asked.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from hashlib import blake2b

from knowledge.indexes.base import IndexedChunk, IndexedPage
from knowledge.indexes.lexical import MOST_TERMS, TITLE_REPEATED, WORD, PassageTexts, identifiers, stems

Terms = dict[int, float]

# The most dimensions a sparse vector of pgvector may have. Two of a million stems share a number now and then.
NUMBERS = 1_000_000_000
SATURATION, LENGTH_SHARE = 1.2, 0.75
# How many stems a title, a heading path, a passage and a page usually have. BM25 asks for the average of all texts,
# which changes with each of them; being off by half moves no ranking that anybody would notice.
USUAL_LENGTH = {"title": 4, "headings": 6, "text": 70, "page": 400}


def passage_terms(chunk: IndexedChunk, language: str) -> Terms:
    terms: Terms = defaultdict(float)
    _, fields = PassageTexts.fields(chunk)
    for field, boost in PassageTexts.stemmed.items():
        add(terms, stems(language).analyze(fields[field]), USUAL_LENGTH[field], boost)
    add(terms, map(exact, fields["identifiers"].split()), 0, PassageTexts.exact["identifiers"])
    return dict(terms)


def page_terms(page: IndexedPage, language: str) -> Terms:
    terms: Terms = defaultdict(float)
    text = "\n".join([*[page.title] * TITLE_REPEATED, page.headings, page.text])
    add(terms, stems(language).analyze(text), USUAL_LENGTH["page"], 1.0)
    return dict(terms)


def query_terms(query: str, language: str) -> list[int]:
    words = list(dict.fromkeys(stems(language).analyze(query)))[:MOST_TERMS]
    names = list(dict.fromkeys(map(exact, identifiers(query))))[:MOST_TERMS]
    return list(dict.fromkeys(map(number, words + names)))


def name_term(identifier: str) -> int:
    return number(exact(identifier))


def word_terms(word: str, language: str) -> list[int]:
    """None for a word that says nothing, such as "the": it is no slip either."""
    return [number(stem) for stem in stems(language).analyze(word)]


def words_of(chunk: IndexedChunk) -> list[str]:
    """As they are spelled, each once."""
    everything = f"{chunk.title}\n{chunk.headings}\n{chunk.text}"
    return sorted({word.lower() for word in WORD.findall(everything)})


def add(terms: Terms, words: Iterable[str], usual_length: int, boost: float) -> None:
    counts = Counter(words)
    ratio = counts.total() / usual_length if usual_length else 1.0
    penalty = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * ratio)
    for word, count in counts.items():
        terms[number(word)] += boost * count * (1 + SATURATION) / (count + penalty)


def exact(identifier: str) -> str:
    """Nothing a stemmer makes has a space in it."""
    return f"exactly {identifier}"


def number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little") % NUMBERS
