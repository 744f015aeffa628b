"""Full-text search: words by their stems, and identifiers as they are written.

Passages and whole pages have an index each: BM25 weighs a word by how many entries have it and a text by its
length, and both mean something else for pages.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

import tantivy

from knowledge.errors import IndexUnusable
from knowledge.indexes.base import Hits, IndexedChunk, IndexedPage

WRITER_MEMORY = 50_000_000
# A pasted log is no question; the rest of it would only cost time.
MOST_TERMS = 64
COMPOUND = re.compile(r"\w+(?:[.:/@-]\w+)*")
FLAG = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*")
# C++, C#, .NET, .htaccess
WITH_A_MARK = re.compile(r"\b[a-zA-Z]\w*(?:\+\+|#)(?!\w)|(?<![\w.])\.[a-zA-Z]\w+")
INNER_CAPITAL = re.compile(r"[a-z][A-Z]")
FEWEST_CAPITALS = 4
WORD = re.compile(r"[^\W\d_]+")
# A title says what the whole page is about: in a long text its words would drown.
TITLE_REPEATED = 3
MOST_WORDS_OF_A_LETTER = 20_000

Entry = TypeVar("Entry", IndexedChunk, IndexedPage)


@lru_cache
def stems(language: str) -> tantivy.TextAnalyzer:
    filters = (
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stopword(language),
        tantivy.Filter.stemmer(language),
    )
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


def identifiers(text: str) -> list[str]:
    """invalid_grant, X-Forwarded-For, api.v2, 2FA, useState, ENOENT, --detach, C++: what a stemmer or a splitter would
    blur, or take for a common word."""
    words = filter(is_identifier, COMPOUND.findall(text))
    return [found.lower() for found in (*words, *FLAG.findall(text), *WITH_A_MARK.findall(text))]


def is_identifier(word: str) -> bool:
    if word.isalpha():
        return bool(INNER_CAPITAL.search(word)) or (len(word) >= FEWEST_CAPITALS and word.isupper())
    return any(map(str.isalpha, word))


class TextIndex(ABC, Generic[Entry]):
    """One kind of entry under its id. What is in it is said once, by ``stemmed``, ``exact`` and ``fields``."""

    stemmed: dict[str, float]
    exact: dict[str, float] = {}
    unscored: Sequence[str] = ()

    def __init__(self, index: tantivy.Index, language: str) -> None:
        self.language = language
        self.schema = index.schema
        self.searcher = index.searcher()

    @staticmethod
    @abstractmethod
    def fields(entry: Entry) -> tuple[int, dict[str, str]]:
        """Its id and the texts to index."""

    @classmethod
    def described(cls) -> tantivy.Schema:
        builder = tantivy.SchemaBuilder()
        # An unsigned field kills the writer of this version.
        builder.add_integer_field("id", fast=True, indexed=True)
        for name in cls.stemmed:
            builder.add_text_field(name, tokenizer_name="stems")
        for name in cls.exact:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        for name in cls.unscored:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
        return builder.build()

    @classmethod
    def update(cls, folder: Path, language: str, gone: Iterable[int], entries: Iterable[Entry]) -> None:
        """Takes entries out of the index in this folder and adds others, in one commit. Makes the index if needed."""
        folder.mkdir(exist_ok=True)
        is_new = not any(folder.iterdir())
        index = registered(tantivy.Index(cls.described(), path=str(folder), reuse=not is_new), language)
        writer = index.writer(heap_size=WRITER_MEMORY, num_threads=1)
        for entry_id in gone:
            writer.delete_documents_by_term("id", entry_id)
        for entry in entries:
            entry_id, fields = cls.fields(entry)
            writer.add_document(tantivy.Document(id=entry_id, **fields))
        writer.commit()
        writer.wait_merging_threads()

    @classmethod
    def open(cls: "type[Opened]", folder: Path, language: str) -> "Opened":
        """Maps the files, which must not change any more. ``IndexUnusable`` if they are not what was written."""
        try:
            index = registered(tantivy.Index.open(str(folder)), language)
            index.config_reader(reload_policy="manual")
            return cls(index, language)
        except (ValueError, OSError) as error:
            raise IndexUnusable from error

    def search(self, query: str, limit: int) -> Hits:
        """Any of the query's words, by BM25. The words become terms directly: nothing in them is syntax."""
        return self.with_any(self.terms(query), limit)

    def with_any(self, terms: list[tantivy.Query], limit: int) -> Hits:
        if not terms:
            return []
        any_of = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        hits = self.searcher.search(any_of, limit, count=False).hits
        ids = self.searcher.fast_field_values("id", [address for _, address in hits])
        return [(int(entry_id or 0), float(score)) for entry_id, (score, _) in zip(ids, hits, strict=True)]

    def terms(self, query: str) -> list[tantivy.Query]:
        words = list(dict.fromkeys(stems(self.language).analyze(query)))[:MOST_TERMS]
        names = list(dict.fromkeys(identifiers(query)))[:MOST_TERMS]
        weighted = [(field, word, boost) for word in words for field, boost in self.stemmed.items()]
        weighted += [(field, name, boost) for name in names for field, boost in self.exact.items()]
        return [
            tantivy.Query.boost_query(tantivy.Query.term_query(self.schema, field, term), boost)
            for field, term, boost in weighted
        ]


Opened = TypeVar("Opened", bound=TextIndex)  # type: ignore[type-arg]


class PassageTexts(TextIndex[IndexedChunk]):
    # Every passage of a page has its title: with more weight it would outvote what a passage says itself. An error
    # code somebody pasted is what they look for.
    stemmed = {"title": 0.3, "headings": 0.5, "text": 1.0}
    exact = {"identifiers": 2.0}
    unscored = ("words",)

    @staticmethod
    def fields(entry: IndexedChunk) -> tuple[int, dict[str, str]]:
        everything = f"{entry.title}\n{entry.headings}\n{entry.text}"
        return entry.chunk_id, {
            "title": entry.title,
            "headings": entry.headings,
            "text": entry.text,
            "identifiers": " ".join(identifiers(everything)),
            "words": " ".join({word.lower() for word in WORD.findall(everything)}),
        }

    def named(self, identifier: str, limit: int) -> Hits:
        return self.with_any([tantivy.Query.term_query(self.schema, "identifiers", identifier)], limit)

    def knows(self, word: str) -> bool:
        (stem, *_) = stems(self.language).analyze(word) or [""]
        fields = [("words", word), *((field, stem) for field in self.stemmed if stem)]
        return any(self.searcher.doc_freq(field, term) for field, term in fields)

    def words_beginning_with(self, letter: str) -> Sequence[tuple[str, int]]:
        found: list[tuple[str, int]] = self.searcher.terms_with_prefix("words", letter, limit=MOST_WORDS_OF_A_LETTER)
        return found


class PageTexts(TextIndex[IndexedPage]):
    stemmed = {"page": 1.0}

    @staticmethod
    def fields(entry: IndexedPage) -> tuple[int, dict[str, str]]:
        title = "\n".join([entry.title] * TITLE_REPEATED)
        return entry.document_id, {"page": f"{title}\n{entry.headings}\n{entry.text}"}


def registered(index: tantivy.Index, language: str) -> tantivy.Index:
    index.register_tokenizer("stems", stems(language))
    index.register_tokenizer("whitespace", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
