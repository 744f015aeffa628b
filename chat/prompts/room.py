"""The tokens that are left, and what fits in them: whole, or cut where a sentence ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chat.prompts.messages import MARGIN, Count
from knowledge.text.markdown import Block, Kind, blocks
from knowledge.text.sentences import sentences_of, space_after

CUT = "(the rest is left out here)"
MORE = "…"
SHORTEST_CUT = 40


@dataclass
class Room:
    left: int
    count: Count

    def size(self, text: str) -> int:
        return self.count(text) + MARGIN

    def take(self, text: str, *, keep: int = 0) -> bool:
        """Whether it fits beside ``keep`` tokens that something else will need. What fits is taken."""
        size = self.size(text)
        if size > self.left - keep:
            return False
        self.left -= size
        return True


def shortened(markdown: str, limit: int, count: Count) -> str:
    """The beginning of a passage in at most ``limit`` tokens, up to the end of a sentence, a list's item or a block.

    Marked as cut. Empty if that would be next to nothing.
    """
    text, left = "", limit - count(CUT) - MARGIN
    for glue, piece in _pieces(markdown) if left >= SHORTEST_CUT else ():
        left -= count(piece) + count(glue) + 1
        if left < 0:
            break
        text += (glue if text else "") + piece
    return f"{text}\n{CUT}" if count(text) >= SHORTEST_CUT else ""


def beginning(text: str, limit: int, count: Count) -> str:
    """Of running text, the sentences that fit in ``limit``, on one line. Marked as cut.

    Where not even the first one does, its first words; of a single word, as many signs.
    """
    line = " ".join(text.split())
    if count(line) <= limit:
        return line
    fitting = _fitting(sentences_of(line), limit, count) or _fitting(line.split(), limit, count)
    return f"{fitting or line[:limit]} {MORE}"


def _fitting(pieces: Sequence[str], limit: int, count: Count) -> str:
    kept = ""
    for piece in pieces:
        longer = f"{kept}{space_after(kept)}{piece}" if kept else piece
        if count(longer) > limit:
            break
        kept = longer
    return kept


def _pieces(markdown: str) -> Iterator[tuple[str, str]]:
    """What may not be cut, each after what joins it to the piece before. The title says the headings already."""
    for block in blocks(markdown):
        glue = "\n\n"
        for piece in _parts(block):
            yield glue, piece
            glue = "\n" if block.kind is Kind.LIST else space_after(piece)


def _parts(block: Block) -> Sequence[str]:
    match block.kind:
        case Kind.HEADING:
            return ()
        case Kind.LIST:
            return block.parts
        case Kind.PROSE:
            return sentences_of(" ".join(block.text.split()))
    return (block.text,)
