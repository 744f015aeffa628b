"""From a draft to an answer: what no source supports is written again once, and taken out if it still stands."""

import asyncio
from asyncio import CancelledError
from dataclasses import replace

from django.conf import settings

from chat import turns
from chat.clarifying import asked_back
from chat.drafting import Draft
from chat.errors import ModelError, PromptFull
from chat.events import Emit, Stage
from chat.grounding import Finding, attributed, checked, is_about_offer, is_gutted, reasons, without
from chat.llm.completion import complete
from chat.llm.extractive import ExtractiveModel, compose
from chat.outgoing import OutgoingText, citable_text
from chat.prompts import with_revision
from chat.records import Answer, Cited, Question
from chat.refusals import asked_back_or_refused, nearest_pages, refusal
from chat.stopping import is_stopped, to_its_end
from chat.tracing import Trace

# Writing again is worth less than an answer now. In less time than the least nothing would come of it.
REVISION_SECONDS = 15.0
LEAST_SECONDS = 1.0


async def answer_from(draft: Draft, emit: Emit, trace: Trace) -> Answer:
    """What of the draft stands, with its citations, after what has to be said of its images."""
    answer = await _checked(draft, emit, trace)
    return answer if answer.text.startswith(draft.remark) else replace(answer, text=draft.remark + answer.text)


async def _checked(draft: Draft, emit: Emit, trace: Trace) -> Answer:
    """What engines quote needs no check."""
    if draft.gave_up and not draft.outgoing.citations:
        return await _from_record(draft, trace) or asked_back_or_refused(draft.context, draft.engine)
    if not draft.model.reads_prompt:
        return _quoted(draft)
    if draft.status != "complete":
        return _cut_short(draft, trace)
    await to_its_end(emit(Stage("checking")))
    text, whole = _attributed(draft.outgoing.written, draft, trace), not draft.gave_up
    if findings := _findings(text, draft):
        trace.note(unsupported=[f"{finding.kind}: {finding.reason}" for finding in findings])
        text = _attributed(await _revised(draft, text, findings, trace), draft, trace)
        supported = _supported(text, draft, trace)
        misleads = supported and not draft.has_looked_up and is_gutted(text, supported)
        if misleads and (quotes := await _quotes("gutted", draft, trace)):
            return quotes
        text, whole = supported, whole and supported == text
    return _shown(text, draft, whole=whole)


async def _from_record(draft: Draft, trace: Trace) -> Answer | None:
    """A model that finds nothing in the pages may have overlooked that the customer's own record says it."""
    verdict = draft.context.verdict
    overlooked = draft.model.reads_prompt and verdict is not None and verdict.level != "enough" and bool(verdict.record)
    return await _quotes("overlooked", draft, trace) if overlooked else None


async def _quotes(why: str, draft: Draft, trace: Trace) -> Answer | None:
    """What the engine without a model would have said, if that is anything."""
    outgoing = _outgoing(await asyncio.to_thread(compose, draft.context), draft)
    if not outgoing.citations:
        return None
    trace.note(quoted_instead=why)
    return Answer(text=outgoing.text.strip(), citations=outgoing.citations, engine=ExtractiveModel.name)


def _attributed(text: str, draft: Draft, trace: Trace) -> str:
    """What only cites the wrong source is no reason to ask the model again, and none to take it out."""

    def holds(statement: str, number: int) -> bool:
        return not _checked_against(f"{statement} [{number}]", {number: sources[number]}, draft)

    sources = _citable(draft)
    # What customers write in their tickets proves nothing.
    able = {source.number: sources[source.number] for source in draft.context.sources if source.kind != "ticket"}
    put_right = attributed(text, able, lambda said: _findings(said, draft), holds)
    if put_right != text:
        trace.note(attributed=True)
    return put_right


def _supported(text: str, draft: Draft, trace: Trace) -> str:
    """Checked again after each cut, as a sentence that is gone may have carried the source of its neighbours."""
    while findings := _findings(text, draft):
        for finding in findings:
            trace.add("taken_out", text[finding.sentence.start : finding.sentence.end])
        shorter = without(text, findings)
        text = shorter if len(shorter) < len(text) else ""
    return text


def _findings(text: str, draft: Draft) -> list[Finding]:
    sources = _citable(draft)
    is_cut = draft.status != "complete"
    # Which sources a text that was cut had still to cite, nobody knows: any of them may support its end.
    said = text.rstrip() + "".join(f"[{number}]" for number in sources) if is_cut else text
    found = _checked_against(said, sources, draft)
    return [finding for finding in found if not _is_excused(finding, said, draft)]


def _citable(draft: Draft) -> dict[int, str]:
    return {source.number: citable_text(source) for source in draft.context.sources}


def _checked_against(text: str, sources: dict[int, str], draft: Draft) -> list[Finding]:
    context = draft.context
    return checked(
        text,
        sources,
        question=context.said,
        today=draft.today,
        names=context.plans,
        record=frozenset(source.number for source in context.sources if source.kind == "account"),
        done=context.question.done,
    )


def _is_excused(finding: Finding, said: str, draft: Draft) -> bool:
    """Words about an offer rest on the offer, which stands below them; a sentence that was cut has yet to say some."""
    sentence = finding.sentence
    is_end_of_cut = draft.status != "complete" and sentence.end >= len(said)
    if finding.kind != "uncited" and not (is_end_of_cut and finding.kind == "overlap"):
        return False
    if is_end_of_cut and not sentence.is_whole:
        return True
    return draft.offered_action and is_about_offer(sentence.text, _by_customer(draft.context.question))


def _by_customer(question: Question) -> str:
    earlier = (turn.text for turn in question.history if turn.role == "customer")
    return "\n".join([*earlier, question.text])


async def _revised(draft: Draft, text: str, findings: list[Finding], trace: Trace) -> str:
    """The answer written again with the reasons in view, or as it was when time, room or tokens do not allow it.

    Nor does time when the customer stops it now: what is supported of it stands.
    """
    seconds = min(REVISION_SECONDS, draft.seconds_left)
    if draft.prompt is None or seconds < LEAST_SECONDS or is_stopped():
        return text
    if not turns.fits(draft.usage):
        trace.add("over_tokens", "revision")
        return text
    try:
        prompt = with_revision(draft.prompt, text, reasons(findings).splitlines(), draft.tokenizer.count)
        with trace.stage("revision"):
            again = await complete(draft.model, prompt.messages, settings.CHAT_ANSWER_TOKENS, seconds, draft.usage)
    except (PromptFull, ModelError, CancelledError):
        return text
    outgoing = _outgoing(again, draft)
    trace.note(revised=True)
    return text if outgoing.unknown or not outgoing.text.strip() else outgoing.written


def _shown(text: str, draft: Draft, *, whole: bool) -> Answer:
    """The text with the reader's numbers. Without any it is no answer, whatever it offers."""
    outgoing = _outgoing(text, draft)
    shown = outgoing.text.strip()
    asks = shown.endswith("?") and not outgoing.citations and not asked_back(draft.context.question)
    if not shown or not (outgoing.citations or asks or draft.offered_action):
        return refusal(draft.context, draft.engine, "unsupported")
    answered = whole and bool(outgoing.citations)
    return Answer(
        text=shown,
        answered=answered,
        outcome="asked" if asks else "answered",
        citations=outgoing.citations,
        suggestions=() if answered or asks else nearest_pages(draft.context),
        engine=draft.engine,
    )


def _outgoing(text: str, draft: Draft) -> OutgoingText:
    outgoing = draft.new_outgoing()
    outgoing.feed(text)
    outgoing.close()
    return outgoing


def _cut_short(draft: Draft, trace: Trace) -> Answer:
    """What stands of a text that did not come to its end. That is no answer, whatever it cites."""
    outgoing = _outgoing(_supported(draft.outgoing.written, draft, trace), draft)
    if not outgoing.text.strip():
        return replace(refusal(draft.context, draft.engine, "unsupported"), status=draft.status)
    return _ended(draft, outgoing.text, outgoing.citations)


def _quoted(draft: Draft) -> Answer:
    """As it was shown."""
    citations = tuple(cited for cited in draft.outgoing.citations if f"[{cited.number}]" in draft.shown)
    return _ended(draft, draft.shown, citations)


def _ended(draft: Draft, text: str, citations: tuple[Cited, ...]) -> Answer:
    return Answer(
        text=text.rstrip(),
        status=draft.status,
        answered=bool(citations) and draft.status == "complete",
        outcome="answered" if citations else "refused",
        citations=citations,
        suggestions=() if citations else nearest_pages(draft.context),
        engine=draft.engine,
    )
