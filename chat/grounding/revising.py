"""What becomes of statements that are not supported: reasons for the model to write again, or a text without them."""

import re
from collections.abc import Sequence

from chat.grounding.checking import Finding
from chat.grounding.sentences import Sentence, Unit, sentences, units
from chat.grounding.wording import FEW, stems

STEP = re.compile(r"[ \t>]*\d{1,3}[.)]\s")
EMPTY_LINE = re.compile(r"\n\s*\n")


def reasons(findings: Sequence[Finding]) -> str:
    """One line each, for the one time that the model is asked to write its answer again."""
    return "\n".join(f"- “{' '.join(finding.sentence.text.split())}”: {finding.reason}." for finding in findings)


def without(text: str, findings: Sequence[Finding]) -> str:
    """``text`` without those sentences, and without what they leave behind: empty list items and paragraphs,
    a heading or an introduction of nothing, the "Yes." before what is gone. Nothing to remove: the same text.
    """
    if not findings:
        return text
    found = sentences(text)
    removed = {finding.sentence.start for finding in findings}
    removed |= _left_behind(found, removed)
    return _joined(text, units(text), found, removed)


def is_gutted(text: str, left: str) -> bool:
    """Whether what is left misleads: steps are gone from between others, or most of what was said."""
    said, blocks = [one for one in sentences(text) if not one.introduces and one.kind != "heading"], units(text)
    kept = {one.text for one in sentences(left)}
    gone = [one for one in said if one.text not in kept]
    steps = {one.group for one in gone if STEP.match(text, blocks[one.unit].start)}
    return any(one.group in steps and one.text in kept for one in said) or len(gone) > len(said) / 2


def _left_behind(found: list[Sentence], removed: set[int]) -> set[int]:
    """From the end, as an introduction may stand before another one."""
    gone = set(removed)
    for position in range(len(found) - 2, -1, -1):
        sentence, after = found[position], found[position + 1]
        if sentence.start not in gone and after.start in gone and _hangs_on(found, position, gone):
            gone.add(sentence.start)
    return gone - removed


def _hangs_on(found: list[Sentence], position: int, gone: set[int]) -> bool:
    """Whether everything that it introduces is gone."""
    sentence, after = found[position], found[position + 1]
    if sentence.kind == "heading":
        later = found[position + 1 :]
        section = later[: next((at for at, other in enumerate(later) if other.kind == "heading"), len(later))]
        return all(other.start in gone for other in section)
    if sentence.introduces or sentence.is_head:
        return all(other.start in gone for other in found[position + 1 :] if other.group == after.group)
    return sentence.unit == after.unit and len(stems(sentence.text)) < FEW and not sentence.cites


def _joined(text: str, blocks: list[Unit], found: list[Sentence], gone: set[int]) -> str:
    """Units stand as far apart as before, but never by more than one empty line."""
    said, end = "", 0
    for number, unit in enumerate(blocks):
        own = [sentence for sentence in found if sentence.unit == number]
        kept = [sentence for sentence in own if sentence.start not in gone]
        if not kept:
            continue
        words = " ".join(text[one.start : one.end] for one in kept)
        body = text[unit.body : unit.end] if len(kept) == len(own) else words
        if said:
            said += "\n\n" if EMPTY_LINE.search(text, end, unit.start) else "\n"
        said += text[unit.start : unit.body] + body
        end = unit.end
    return said
