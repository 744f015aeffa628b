"""What has room in a prompt, in the order of need. What has none is left out whole and named; only a passage may be
cut, where a sentence ends.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from chat.prompts.blocks import inside, page_block, source_block, summary_block
from chat.prompts.messages import turn_message
from chat.prompts.room import Room, shortened
from chat.records import AnswerContext, Source, Turn

# The passages after the best shall not push out the record: it is short, and often half of the answer.
ACCOUNT_SHARE = 1 / 4
# So many digits of a SHA-256 tell any two texts apart that an answer was ever made of.
FINGERPRINT = 12


class Blocks:
    """Blocks of data, while there is room for them. ``sent`` are the numbers of sources that had some, each with a
    fingerprint of its text as it was sent."""

    def __init__(self, room: Room, boundary: str) -> None:
        self.fitting: list[str] = []
        self.left_out: list[str] = []
        self.sent: dict[int, str] = {}
        self._room = room
        self._boundary = boundary

    def add_all(self, context: AnswerContext) -> None:
        """The page, the best passage, what of the record is asked for, other passages by rank, the rest of the account
        and of the tickets, and the summary of older turns."""
        self.add("the page", page_block(context.question.page, self._boundary))
        asked_for = [context.source_of(item) for item in context.verdict.record] if context.verdict else []
        passages, facts, tickets = (
            [source for source in context.sources if source.kind == kind and source not in asked_for]
            for kind in ("document", "account", "ticket")
        )
        for source in (*passages[:1], *asked_for):
            self.add_source(source)
        account = sum(self._room.size(source_block(fact, self._boundary)) for fact in facts)
        keep = min(account, int(self._room.left * ACCOUNT_SHARE))
        for source in passages[1:]:
            self.add_source(source, keep=keep)
        for fact in facts:
            self.add_source(fact)
        for source in tickets:
            self.add_source(source)
        self.add("the summary", summary_block(context.question.summary, self._boundary))

    def add_source(self, source: Source, *, keep: int = 0) -> None:
        if self.add(name_of(source), source_block(source, self._boundary), keep):
            self.sent[source.number] = self._fingerprint(source.text)
        elif source.kind == "document":
            self._add_beginning(source, keep)

    def add(self, name: str, block: str, keep: int = 0) -> bool:
        if not block:
            return False
        if not self._room.take(block, keep=keep):
            self.left_out.append(name)
            return False
        self.fitting.append(block)
        return True

    def _add_beginning(self, source: Source, keep: int) -> None:
        around = self._room.size(source_block(replace(source, text=""), self._boundary))
        text = shortened(source.text, self._room.left - keep - around, self._room.count)
        if text and self.add("", source_block(replace(source, text=text), self._boundary), keep):
            self.left_out[-1] = f"{name_of(source)}: the end"
            self.sent[source.number] = self._fingerprint(text)

    def _fingerprint(self, text: str) -> str:
        return hashlib.sha256(inside(text, self._boundary).encode()).hexdigest()[:FINGERPRINT]


def name_of(source: Source) -> str:
    return f"[{source.number}] {source.title}"


def fitting_turns(turns: Sequence[Turn], room: Room, boundary: str, *, keep: int = 0) -> list[Turn]:
    """The newest that fit, without a gap; their images as words."""
    fitting: list[Turn] = []
    for turn in reversed(turns):
        if not room.take(turn_message(turn, boundary)["content"], keep=keep):
            break
        fitting.insert(0, turn)
    return fitting
