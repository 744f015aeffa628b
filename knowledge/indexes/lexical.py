"""Full-text search: English words by their stems, and identifiers as they are written."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy

from knowledge.errors import IndexUnusable
from knowledge.indexes.base import Hits, IndexedChunk

FOLDER = "text"
WRITER_MEMORY = 50_000_000
# A pasted log is no question; the rest of it would only cost time.
MOST_TERMS = 64
# Every chunk of a page has its title: with more weight it would outvote what a chunk says itself. An error code
# somebody pasted is what they look for.
BOOSTS = {"title": 0.5, "headings": 0.5, "text": 1.0, "identifiers": 2.0}
STEMMED = ("title", "headings", "text")
COMPOUND = re.compile(r"\w+(?:[.:/@-]\w+)*")


def stems() -> tantivy.TextAnalyzer:
    filters = (
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stopword("english"),
        tantivy.Filter.stemmer("english"),
    )
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


STEMS = stems()


def identifiers(text: str) -> list[str]:
    """invalid_grant, X-Forwarded-For, api.v2, 2FA: what a stemmer or a splitter would blur."""
    return [word.lower() for word in COMPOUND.findall(text) if is_identifier(word)]


def is_identifier(word: str) -> bool:
    letters = any(map(str.isalpha, word))
    return letters and (not word.isalnum() or any(map(str.isdigit, word)))


def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # An unsigned field kills the writer of this version.
    builder.add_integer_field("chunk_id", fast=True)
    for field in STEMMED:
        builder.add_text_field(field, tokenizer_name="stems")
    builder.add_text_field("identifiers", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def register(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer("stems", STEMS)
    index.register_tokenizer("whitespace", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


class TantivyTexts:
    def __init__(self, index: tantivy.Index) -> None:
        self.schema = index.schema
        self.searcher = index.searcher()

    @staticmethod
    def write(folder: Path, chunks: Iterable[IndexedChunk]) -> None:
        (folder / FOLDER).mkdir()
        index = register(tantivy.Index(schema(), path=str(folder / FOLDER)))
        writer = index.writer(heap_size=WRITER_MEMORY, num_threads=1)
        for chunk in chunks:
            names = " ".join(identifiers(f"{chunk.title}\n{chunk.headings}\n{chunk.text}"))
            fields = {"title": chunk.title, "headings": chunk.headings, "text": chunk.text, "identifiers": names}
            writer.add_document(tantivy.Document(chunk_id=chunk.chunk_id, **fields))
        writer.commit()
        writer.wait_merging_threads()

    @classmethod
    def open(cls, folder: Path) -> "TantivyTexts":
        """Opens a copy nobody else knows: a file that shrinks while it is mapped would end this process."""
        try:
            with TemporaryDirectory(prefix="supportbot-") as private:
                shutil.copytree(folder / FOLDER, private, dirs_exist_ok=True)
                index = register(tantivy.Index.open(private))
                index.config_reader(reload_policy="manual")
                return cls(index)
        except (ValueError, OSError) as error:
            raise IndexUnusable from error

    def search(self, query: str, limit: int) -> Hits:
        """Any of the query's words, by BM25. The words become terms directly: nothing in them is syntax."""
        terms = self.terms(query)
        if not terms:
            return []
        any_of = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        hits = self.searcher.search(any_of, limit, count=False).hits
        ids = self.searcher.fast_field_values("chunk_id", [address for _, address in hits])
        return [(int(chunk_id or 0), float(score)) for chunk_id, (score, _) in zip(ids, hits, strict=True)]

    def terms(self, query: str) -> list[tantivy.Query]:
        words = list(dict.fromkeys(STEMS.analyze(query)))[:MOST_TERMS]
        names = list(dict.fromkeys(identifiers(query)))[:MOST_TERMS]
        pairs = [(field, word) for word in words for field in STEMMED] + [("identifiers", name) for name in names]
        return [
            tantivy.Query.boost_query(tantivy.Query.term_query(self.schema, field, term), BOOSTS[field])
            for field, term in pairs
        ]
