"""Documents to passages: along headings first, then along paragraphs, list items and table rows.

Pure. A passage fits the embedding model with its heading path, never mixes two sections that are worth a
passage each, and its text is Markdown that can be quoted as it stands.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, pairwise, takewhile

from knowledge.text.faqs import entries, is_question
from knowledge.text.headings import Slugger, explicit_id
from knowledge.text.markdown import Block, Kind, blocks, visible_text
from knowledge.text.searchable import readable, searchable_text
from knowledge.text.units import Limit, Unit, units

# Counts the rules in this file and in units.py: documents are cut again when it changes.
CHUNKER = 2
# Below this a section says too little to be found on its own.
TINY_TOKENS = 30
# A word that is in no vocabulary is one token, however long: a line of base64 must not be a passage.
MOST_CHARACTERS_PER_TOKEN = 12
# What the heading path may take, so that there is room for the passage.
MOST_PATH_TOKENS = 80
MOST_HEADING_CHARACTERS = 150
# Units are not cut to make passages even, so some will be longer than others.
UNEVENNESS = 1.2
# Below every heading there is.
DEEPEST_LEVEL = 7

CountTokens = Callable[[str], int]


@dataclass(frozen=True)
class Piece:
    """``headings`` run from the document's title down; ``tokens`` count them, too. ``page`` is where it begins."""

    headings: tuple[str, ...]
    anchor: str
    text: str
    tokens: int
    page: int | None = None


@dataclass(frozen=True)
class Section:
    headings: tuple[str, ...]
    anchor: str
    blocks: tuple[Block, ...]


def chunk(
    title: str, markdown: str, count_tokens: CountTokens, most_tokens: int, page_starts: Sequence[int] = ()
) -> list[Piece]:
    """``page_starts`` are where in the text each page begins, if it has pages."""

    # The same candidates are measured again and again.
    @cache
    def size(text: str) -> int:
        return max(count_tokens(text), len(text) // MOST_CHARACTERS_PER_TOKEN)

    found = sections(title, paged_blocks(markdown, page_starts), size)
    pieces = chain.from_iterable(section_pieces(section, size, most_tokens) for section in found)
    return merge_tiny(list(pieces), Limit(size, most_tokens))


def paged_blocks(markdown: str, page_starts: Sequence[int]) -> Iterator[Block]:
    """Every page by itself: a list that goes on overleaf is two, so that each passage has its page."""
    if not page_starts:
        yield from blocks(markdown)
        return
    for page, (start, end) in enumerate(pairwise([0, *page_starts[1:], len(markdown)]), start=1):
        for block in blocks(markdown[start:end]):
            yield replace(block, page=page)


def sections(title: str, found: Iterable[Block], size: CountTokens) -> Iterator[Section]:
    """Every heading's own text, without that of the headings below it."""
    slugger = Slugger()
    path: list[tuple[int, str]] = []
    anchor, body = "", list[Block]()
    for block in found:
        if block.kind is not Kind.HEADING:
            body.append(block)
            continue
        yield from by_question(title, path, anchor, body, size)
        text, anchor_id = explicit_id(block.text)
        heading = visible_text(text)
        anchor, body = anchor_id or slugger.slug(heading), []
        path = [*((level, name) for level, name in path if level < block.level), (block.level, heading)]
    yield from by_question(title, path, anchor, body, size)


def by_question(
    title: str, path: list[tuple[int, str]], anchor: str, body: list[Block], size: CountTokens
) -> Iterator[Section]:
    """A section, or one for every question in it: a question is a heading, however it is written."""
    for entry in entries(body):
        below = [*path, (DEEPEST_LEVEL, visible_text(entry.question))] if entry.question else path
        yield Section(heading_path(title, below, size), anchor, entry.blocks)


def heading_path(title: str, path: list[tuple[int, str]], size: CountTokens) -> tuple[str, ...]:
    """From the title down. A page that repeats its title as its first heading has it once."""
    names = [name[:MOST_HEADING_CHARACTERS] for name in (title, *(name for _, name in path)) if name]
    if len(names) > 1 and names[0].casefold() == names[1].casefold():
        del names[1]
    while len(names) > 2 and size(searchable_text(names, "")) > MOST_PATH_TOKENS:
        del names[1]
    while any(names) and size(searchable_text(names, "")) > MOST_PATH_TOKENS:
        longest = max(range(len(names)), key=lambda index: len(names[index]))
        names[longest] = names[longest][: len(names[longest]) // 2]
    return tuple(names)


def section_pieces(section: Section, size: CountTokens, most_tokens: int) -> Iterator[Piece]:
    def measure(text: str) -> int:
        return size_below(section.headings, text, size)

    limit = Limit(measure, most_tokens)
    for text, page in packed(list(units(section.blocks, limit)), limit):
        yield Piece(section.headings, section.anchor, text, measure(text), page)


def size_below(headings: Sequence[str], text: str, size: CountTokens) -> int:
    """Of a passage with its heading path, which stands on a line of its own before many texts and is counted once."""
    path = size(searchable_text(headings, "")) - size("") if headings else 0
    return path + size(readable(text))


def packed(parts: Sequence[Unit], limit: Limit) -> list[tuple[str, int | None]]:
    """As few texts as possible, of even size, with their pages: a last one of a few words would say nothing."""
    full = list(filled(parts, limit))
    if len(full) < 2:
        return full
    fair_share = limit.measure("\n\n".join(unit.text for unit in parts)) / len(full)
    even = list(filled(parts, Limit(limit.measure, min(limit.most, int(fair_share * UNEVENNESS)))))
    return even if len(even) == len(full) else full


def filled(parts: Sequence[Unit], limit: Limit) -> Iterator[tuple[str, int | None]]:
    """As many units together as fit. Measured only when the sum of their sizes, which is never less, does not."""
    text, size, page = "", 0, None
    for unit in parts:
        joined = f"{text}{unit.glue}{unit.text}" if text else unit.alone
        size += limit.measure(unit.alone)
        if text and size > limit.most and (size := limit.measure(joined)) > limit.most:
            yield text, page
            text, joined, size = "", unit.alone, limit.measure(unit.alone)
        text, page = joined, page if text else unit.page
    if text:
        yield text, page


def merge_tiny(pieces: list[Piece], limit: Limit) -> list[Piece]:
    """A section of a few words goes together with the next one of its parent, or with its own first subsection.

    Not the answer to a question, which is found best alone, however short.
    """
    merged: list[Piece] = []
    for piece in pieces:
        together = joined(merged[-1], piece, limit) if merged else None
        if together:
            merged[-1] = together
        else:
            merged.append(piece)
    return merged


def joined(first: Piece, second: Piece, limit: Limit) -> Piece | None:
    shared = common_path(first.headings, second.headings)
    is_child = shared == first.headings and len(second.headings) == len(shared) + 1
    is_sibling = len(first.headings) == len(second.headings) == len(shared) + 1
    if is_question("".join(second.headings[-1:])) or (is_question("".join(first.headings[-1:])) and not is_child):
        return None
    if not shared or not is_tiny(first, limit) or not (is_child or (is_sibling and is_tiny(second, limit))):
        return None
    text = f"{below(shared, first)}\n\n{below(shared, second)}"
    tokens = size_below(shared, text, limit.measure)
    return Piece(shared, first.anchor, text, tokens, first.page) if tokens <= limit.most else None


def is_tiny(piece: Piece, limit: Limit) -> bool:
    # Most are too long for that whatever their path takes, and counting is most of the work here.
    may_be = piece.tokens < TINY_TOKENS + MOST_PATH_TOKENS
    return may_be and size_below(piece.headings[-1:], piece.text, limit.measure) < TINY_TOKENS


def below(path: tuple[str, ...], piece: Piece) -> str:
    """The text of a piece with the headings that ``path`` does not say."""
    return "\n\n".join([*(f"**{heading}**" for heading in piece.headings[len(path) :]), piece.text])


def common_path(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one, other in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
