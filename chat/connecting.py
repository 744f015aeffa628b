"""What the company's own systems say of the customer right now: asked when a question needs it, all at once.

Nobody waits longer than the deadline for any of them. One that is late is told as one that did not answer.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from channels.db import database_sync_to_async

from accounts.connectors.asking import Connected, lookups
from accounts.connectors.base import Lookup
from accounts.connectors.live import Looked, look_up, unanswered
from chat.context import fact_source
from chat.evidence import OF_ANYBODY, PERSONAL, RECORD_NEAR, similarities_to
from chat.llm.base import ToolCall
from chat.records import Question
from chat.tools.base import ToolResult, refused
from chat.tools.connectors import connector_of
from chat.tracing import Trace
from knowledge.text.terms import terms

DEADLINE = 1.5
LATE = "It was not waited for any longer."
HANGS = "It is not asked: earlier questions still wait for it."
# Of one connector, in this process.
AT_ONCE = 4
# What goes on after its deadline, by connector: a name is looked up for as long as the system's resolver takes.
_late: defaultdict[str, list[Future[Looked]]] = defaultdict(list)


def needed(question: Question, query: str) -> list[str]:
    """The connectors that a customer's own question is about: by its words, or by what it means.

    Embeds what they are about where words do not tell: call it where nobody else waits.
    """
    own = OF_ANYBODY.sub("", query)
    if not question.connectors or not question.actor.is_verified or not PERSONAL.search(own):
        return []
    wanted = terms(own)
    by_words = [each.name for each in question.connectors if wanted & terms(_says(each))]
    if by_words:
        return by_words
    near = similarities_to(query, map(_says, question.connectors))
    return [each.name for each, score in zip(question.connectors, near, strict=True) if score >= RECORD_NEAR]


def _says(connector: Connected) -> str:
    return f"{connector.title}: {connector.about}"


async def looked_up(question: Question, query: str, trace: Trace) -> tuple[Looked, ...]:
    """What a question needs of them, before anything is generated."""
    if not question.connectors:
        return ()
    names = await asyncio.to_thread(needed, question, query)
    with trace.stage("connectors"):
        return await _ask(question, names, trace)


async def called(call: ToolCall, question: Question, trace: Trace) -> ToolResult | None:
    """The result of a tool that is a connector; None for any other tool."""
    connector = connector_of(call.name, question)
    if connector is None:
        return None
    if call.arguments:
        return refused("It takes no arguments.")
    found = await _ask(question, [connector.name], trace)
    if not found:
        return refused("The customer is not signed in, so there is no account to look at.")
    return ToolResult("This is what it says.", tuple(fact_source(looked.fact) for looked in found))


async def _ask(question: Question, names: Iterable[str], trace: Trace) -> tuple[Looked, ...]:
    if not (listed := list(names)):
        return ()
    ready: Sequence[Lookup] = await database_sync_to_async(lookups)(question.actor, listed)
    found = tuple(await asyncio.gather(*map(_in_time, ready)))
    for looked in found:
        trace.add("connectors", {"name": looked.name, "status": looked.status, "reason": looked.reason})
    return found


async def _in_time(lookup: Lookup) -> Looked:
    """A thread that is late goes on: what it brings is there for the next question. One that did not begin does not."""
    late = _late[lookup.name]
    late[:] = [each for each in late if not each.done()]
    if len(late) >= AT_ONCE:
        return await asyncio.to_thread(unanswered, lookup, HANGS)
    asking = _threads(lookup.name).submit(look_up, lookup)
    done, _ = await asyncio.wait([asyncio.wrap_future(asking)], timeout=DEADLINE)
    if done:
        return asking.result()
    if not asking.cancel():
        late.append(asking)
    return await asyncio.to_thread(unanswered, lookup, LATE)


@cache
def _threads(connector: str) -> ThreadPoolExecutor:
    """Of its own: a system that hangs, or a name that nobody resolves, holds up no other connector's work."""
    return ThreadPoolExecutor(AT_ONCE, f"connector-{connector}")
