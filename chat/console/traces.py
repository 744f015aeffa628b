"""What an answer saw and why it ended as it did, in rows for people. Pure.

A trace is what past versions have kept: whatever is missing, unknown or of another shape makes a row less, never
an error. A stage that is not known by name is shown all the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chat.console.wording import listed, mappings, number, plain, words

OUTCOMES = {
    "answered": "Answered",
    "curated": "Answered by an editor’s own text",
    "asked": "Asked back",
    "refused": "Refused: the sources do not say",
    "small_talk": "Small talk: nothing was searched",
    "handed_over": "Handed over to a person",
}
QUOTED = {
    "gutted": "what was supported of the model's answer would have misled",
    "overlooked": "the model found nothing, where the record says something",
}
HAND_OVERS = {
    "wish": "They asked for one",
    "anger": "They were angry",
    "agent_left": "Their agent left",
    "button": "They clicked the button for it",
    "offer": "They accepted the assistant’s offer",
}
UNFINISHED = {
    "streaming": "Being written",
    "stopped": "Stopped by the customer or an agent",
    "interrupted": "Interrupted",
    "failed": "Failed",
}
LEVELS = {
    "enough": "Enough to answer from",
    "related": "Only about the same subject",
    "nothing": "About something else",
}
REWRITTEN = {"itself": "as it was asked", "rules": "from what was said before", "model": "rewritten by a model"}
ENDINGS = {"writer_lost": "the process that wrote it was lost; what it had said was not checked"}
CONNECTED = {
    "live": "asked just then",
    "cached": "asked a moment before",
    "stale": "did not answer; what it said before was told",
    "failed": "did not answer",
}
CAPS = {
    "visitor": "this visitor’s limit",
    "ip": "the limit of an address",
    "widget": "the widget’s limit",
    "day": "the day’s limit",
    "budget": "the day’s budget",
    "uncounted": "nobody could count",
}
USED = ("prompt", "completion")
# In the order in which they happen.
STAGES = {
    "rewrite": "Rewriting",
    "embed": "Embedding",
    "connectors": "Asking other systems",
    "search": "Search",
    "context": "Record",
    "evidence": "Weighing evidence",
    "revision": "Revision",
}
# Counted from the question, whatever happened until then.
MOMENTS = {
    "first_token": "First words after",
    "total": "In all",
}


class Item(NamedTuple):
    """A few words, and what is said beside them."""

    text: str
    aside: str = ""


class Row(NamedTuple):
    label: str
    items: list[Item]


class Time(NamedTuple):
    """``share`` is what it takes of the whole, out of 100."""

    label: str
    ms: float
    share: float


@dataclass(frozen=True)
class ShownTrace:
    outcome: str
    total_ms: float | None
    rows: list[Row]
    times: list[Time]


def shown_trace(trace: object, *, outcome: str = "", status: str = "", engine: str = "") -> ShownTrace:
    kept = trace if isinstance(trace, Mapping) else {}
    return ShownTrace(
        outcome=OUTCOMES.get(outcome) or UNFINISHED.get(status) or "Finished",
        total_ms=number(kept.get("total_ms")),
        rows=[row for row in _rows(kept, engine) if row.items],
        times=_times(kept),
    )


def _rows(trace: Mapping[str, Any], engine: str) -> Iterator[Row]:
    yield Row("Why", _texts([HAND_OVERS.get(why := words(trace.get("why")), why)]))
    yield Row("Searched for", _texts([trace.get("query")], REWRITTEN.get(words(trace.get("rewritten_by")), "")))
    yield Row("Evidence", _evidence(trace.get("verdict")))
    yield Row("Given to the engine", _sources(trace))
    yield Row("Images", _images(trace))
    yield Row("No room for", _texts(listed(trace.get("left_out"))))
    yield Row("Engine", _engine(trace, engine))
    yield Row("Other systems", [_connector(asked) for asked in mappings(trace.get("connectors"))])
    yield Row("Tools", [_tool(tool) for tool in mappings(trace.get("tools"))])
    yield Row("Not supported", _texts(listed(trace.get("unsupported"))))
    yield Row("Cited anew", [Item("what named the wrong source")] if trace.get("attributed") else [])
    yield Row("Revised", [Item("once, with the reasons")] if trace.get("revised") else [])
    yield Row("Quoted instead", _texts([QUOTED.get(why := words(trace.get("quoted_instead")), why)]))
    yield Row("Taken out", _texts(listed(trace.get("taken_out"))))
    yield Row("Ended", _texts([ENDINGS.get(words(trace.get("ended")), trace.get("ended"))]))
    yield Row("Tokens", _tokens(trace))
    yield Row("No tokens left for", _texts(listed(trace.get("over_tokens"))))
    yield Row("Cost", _cost(trace.get("cost_micro")))


# --- One row each --------------------------------------------------------------------------


def _evidence(evidence: object) -> list[Item]:
    if not isinstance(evidence, Mapping):
        return _texts([evidence])
    level = words(evidence.get("level"))
    numbers = {name: value for name, value in evidence.items() if name not in ("level", "reason") and value != 0}
    aside = filter(None, [words(numbers), words(evidence.get("reason"))])
    return [Item(LEVELS.get(level) or plain(level) or "not judged", "; ".join(aside))]


def _sources(trace: Mapping[str, Any]) -> list[Item]:
    """A prompt says which had room in it."""
    sent = {words(each.get("number")): words(each.get("sha256")) for each in mappings(trace.get("sent"))}
    sources = mappings(trace.get("sources"))
    if "sent" not in trace:
        return [_source(source) for source in sources]
    return [_source(source, sent.get(words(source.get("number")), "no room")) for source in sources]


def _source(source: Mapping[str, Any], sent: str = "") -> Item:
    kind = source.get("kind")
    scores = {name: number(source.get(name)) for name in ("score", "similarity")}
    aside = [] if kind == "document" else [words(kind)]
    aside += [f"{name} {score:.2f}" for name, score in scores.items() if score is not None]
    return Item(
        f"[{words(source.get('number'))}] {words(source.get('title'))}", ", ".join(filter(None, [*aside, sent]))
    )


def _images(trace: Mapping[str, Any]) -> list[Item]:
    """Sent to the model, with those of earlier turns; and of the question, not."""
    counted = {"sent": number(trace.get("images_sent")), "not read": number(trace.get("images_unread"))}
    return [Item(f"{count:.0f} {what}") for what, count in counted.items() if count]


def _engine(trace: Mapping[str, Any], engine: str) -> list[Item]:
    failed, not_asked = words(trace.get("fallback_from")), words(trace.get("not_asked"))
    cap = words(trace.get("cap"))
    items = [Item(engine, f"because {failed} failed" if failed else "")] if engine else []
    return items + ([Item(f"{not_asked} was not asked", CAPS.get(cap, cap))] if not_asked else [])


def _tool(tool: Mapping[str, Any]) -> Item:
    name, found = plain(words(tool.get("name"))), words(tool.get("found"))
    if tool.get("ok") is False:
        return Item(name, "not run")
    return Item(name, f"found {found}" if found else "")


def _connector(asked: Mapping[str, Any]) -> Item:
    status = CONNECTED.get(words(asked.get("status")), words(asked.get("status")))
    return Item(words(asked.get("name")), ". ".join(filter(None, [status, words(asked.get("reason"))])))


def _tokens(trace: Mapping[str, Any]) -> list[Item]:
    usage = trace.get("usage")
    billed = usage if isinstance(usage, Mapping) else {}
    counted = {
        "in the prompt, as counted here": trace.get("prompt_tokens"),
        "read, as billed": billed.get("prompt"),
        "written, as billed": billed.get("completion"),
    }
    for rewrite in mappings(trace.get("rewrites")):
        of, took = f"to put the question, by {words(rewrite.get('model'))}", rewrite.get("usage")
        read, written = (number(took.get(name)) for name in USED) if isinstance(took, Mapping) else (None, None)
        counted |= {f"read {of}": read, f"written {of}": written}
    return [Item(f"{value:,.0f}", of) for of, raw in counted.items() if (value := number(raw)) is not None]


def _cost(micro: object) -> list[Item]:
    """In the currency the prices are set in, which nobody here knows the name of. Without prices it is nothing."""
    value = number(micro)
    return [Item(f"{value / 1_000_000:.6f}")] if value else []


def _times(trace: Mapping[str, Any]) -> list[Time]:
    taken = {name.removesuffix("_ms"): number(ms) for name, ms in trace.items() if name.endswith("_ms")}
    unknown = {name: plain(name).capitalize() for name in taken if name not in STAGES | MOMENTS}
    labels = STAGES | unknown | MOMENTS
    known = [(label, ms) for name, label in labels.items() if (ms := taken.get(name)) is not None and ms >= 0]
    whole = max((ms for _, ms in known), default=0) or 1
    return [Time(label, ms, round(100 * ms / whole, 1)) for label, ms in known]


def _texts(values: Iterable[object], aside: str = "") -> list[Item]:
    return [Item(text, aside) for text in map(words, values) if text]
