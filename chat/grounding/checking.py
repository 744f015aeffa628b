"""Whether each statement of an answer is in what it cites. Pure; no model is asked.

What is compared: values (numbers, amounts, dates, versions, names from code, addresses) and plan names must
occur in the cited sources, and enough of the other words, too. Words can only be compared within one
language: where the answer and a source are in two, its values alone decide.

Which source a statement cites: the numbers beside it; without any, those in the same paragraph, list or
table, or in the sentence that introduces it with a colon; then those in a line of nothing but numbers, as
"Sources: [1][2]"; for items, rows, code and headings those nearest. What it only borrows must support it, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from chat.grounding.listing import items_of, told
from chat.grounding.names import is_named, own_plan, places, plans_named
from chat.grounding.promises import unkept
from chat.grounding.quantities import Meaning
from chat.grounding.questions import stated
from chat.grounding.remarks import is_remark
from chat.grounding.sentences import Sentence, citations_of, sentences
from chat.grounding.suppositions import is_supposed
from chat.grounding.values import offered, values
from chat.grounding.wording import AFFIRMS, FEW, language, stems

Kind = Literal["value", "name", "overlap", "uncited", "promise"]

# The share of a statement's words that its source must have, by their beginnings. Of twenty statements in other
# words than their help page's it lets nineteen pass, of twenty invented ones on the same subject three.
ENOUGH = 0.45


@dataclass(frozen=True)
class Finding:
    """A statement that is not supported, and why, in words for the model that has to put it right."""

    sentence: Sentence
    reason: str
    kind: Kind


@dataclass(frozen=True)
class Said:
    """What a text says, in each of the ways it is asked for, worked out when it first is."""

    text: str

    @cached_property
    def offers(self) -> frozenset[Meaning]:
        return offered([self.text])

    @cached_property
    def stems(self) -> frozenset[str]:
        return stems(self.text)

    @cached_property
    def language(self) -> str | None:
        return language(self.text)


@dataclass(frozen=True)
class Check:
    """Everything statements are held against."""

    answer: Said
    sources: Mapping[int, Said]
    question: Said
    today: Said
    names: frozenset[str]
    record: frozenset[int]
    done: frozenset[str]

    def finding(
        self, sentence: Sentence, cites: frozenset[int], items: int, *, affirms: bool, quotes: bool
    ) -> Finding | None:
        cited = [self.sources[number] for number in sorted(cites) if number in self.sources]
        text = sentence.text
        broken = [] if quotes else unkept(text, self.done, "\n".join(source.text for source in cited))
        if broken:
            return Finding(sentence, f"nothing was done that would make “{broken[0].said}” true", "promise")
        if is_remark(text, self.question.stems) and not (cites or values(text) or own_plan(text)):
            return None
        if missing := self._missing_value(text, cited, items, affirms=affirms):
            return Finding(sentence, f"“{missing}” is not in {_which(cites)}", "value")
        if missing := self._missing_name(text, cites, affirms=affirms):
            return Finding(sentence, f"the name “{missing}” is not in {_which(cites)}", "name")
        if (
            sentence.kind == "code"
            or sentence.introduces
            or sentence.kind == "heading"
            or is_remark(text, self.question.stems)
        ):
            return None
        return self._unsupported(sentence, cited, cites)

    def _missing_value(self, text: str, cited: list[Said], items: int, *, affirms: bool) -> str:
        known = cited if affirms else [*cited, self.today]
        offers = frozenset().union(*(said.offers for said in known))
        missing = [value for value in values(text) if not value.is_in(offers)]
        if missing:
            counted = told(text, len(cited), items)
            missing = [value for value in missing if not (value.counts and value.is_in(counted))]
        if missing and not affirms:
            says_nothing = not cited or is_remark(text, self.question.stems)
            asked = (value for value in missing if value.is_in(self.question.offers))
            repeated = {value for value in asked if says_nothing or is_supposed(text, value.start, value.end)}
            missing = [value for value in missing if value not in repeated]
        return text[missing[0].start : missing[0].end] if missing else ""

    def _missing_name(self, text: str, cites: frozenset[int], *, affirms: bool) -> str:
        """Which plan the customer has only their record says. That there is none of that name may be said of any."""
        own = own_plan(text)
        is_own = own is not None and not is_supposed(text, own.start("name"))
        cited = [self.sources[number].text for number in cites & (self.record if is_own else self.sources.keys())]
        asked = plans_named(self.question.text, self.names)
        says_nothing = is_remark(text, self.question.stems)
        for name in sorted(plans_named(text, self.names | asked)):
            repeats = not affirms and not is_own and is_named(name, self.question.text, text)
            if repeats and (says_nothing or all(is_supposed(text, at) for at in places(name, text))):
                continue
            if not any(is_named(name, source, text) for source in cited):
                return name
        return ""

    def _unsupported(self, sentence: Sentence, cited: list[Said], cites: frozenset[int]) -> Finding | None:
        said = stems(" ".join(stated(sentence.text)))
        if not cited:
            return Finding(sentence, "no source is cited for it", "uncited")
        comparable = [source for source in cited if self.answer.language in (None, source.language or "en")]
        if len(comparable) < len(cited):
            return None
        shared = said & frozenset().union(*(source.stems for source in cited))
        if len(shared) >= ENOUGH * len(said):
            return None
        if sentence.cites:
            return Finding(sentence, f"{_which(cites)} says something else", "overlap")
        return Finding(sentence, "no source is cited for it", "uncited")


def checked(
    text: str,
    sources: Mapping[int, str],
    *,
    question: str = "",
    today: str = "",
    names: frozenset[str] = frozenset(),
    record: frozenset[int] = frozenset(),
    done: frozenset[str] = frozenset(),
) -> list[Finding]:
    """The statements of ``text`` that may not be shown as they are, in their order; at most one finding each.

    ``sources`` are texts by the numbers that ``text`` cites. Values and plans of the ``question`` may be supposed,
    denied and asked for, but not affirmed; the day ``today`` may be told. ``names`` are the plan names that are known,
    ``record`` the numbers of the sources that say which plan the customer has, ``done`` the kinds of actions that ran.
    """
    against = {number: Said(source) for number, source in sources.items()}
    check = Check(Said(text), against, Said(question), Said(today), names, record & sources.keys(), done)
    found = sentences(text)
    affirms, items = affirmed(found), items_of(found)
    findings = (
        check.finding(
            sentence,
            cites,
            items[sentence.group] if sentence.introduces else 0,
            affirms=sentence in affirms,
            quotes=_is_quoted(text, sentence),
        )
        for sentence, cites in zip(found, citations_of(found), strict=True)
    )
    return [finding for finding in findings if finding]


def affirmed(found: list[Sentence]) -> set[Sentence]:
    """Those that begin with a yes, and those right behind one that is nothing else."""
    affirms = {sentence for sentence in found if AFFIRMS.match(sentence.text)}
    only_yes = {sentence for sentence in affirms if len(stems(sentence.text)) < FEW}
    return affirms | {after for before, after in pairwise(found) if before in only_yes}


def _is_quoted(text: str, sentence: Sentence) -> bool:
    return text[text.rfind("\n", 0, sentence.start) + 1 : sentence.start].lstrip().startswith(">")


def _which(cites: frozenset[int]) -> str:
    return " or ".join(f"source [{number}]" for number in sorted(cites)) or "any source it cites"
