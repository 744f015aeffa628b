"""What is added to a prompt while it is answered, within the budget of the whole, or PromptFull is raised."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from chat.errors import PromptFull
from chat.hygiene import neutralised
from chat.llm.base import ToolCall
from chat.prompts import rules
from chat.prompts.blocks import fenced
from chat.prompts.building import Prompt
from chat.prompts.messages import Count, Message, message, size
from chat.prompts.room import Room
from chat.prompts.selection import Blocks
from chat.records import Source

NO_ROOM = "(there is no room left for the result)"


def with_tool_result(prompt: Prompt, call: ToolCall, result: str, sources: Sequence[Source], count: Count) -> Prompt:
    """The call as the model made it, and what came of it, fenced. ``sources`` have the numbers of their context.

    What does not fit is left out, the last sources first; at least the model is told so.
    """
    called = {**message("assistant", ""), "tool_calls": [as_sent(call)]}
    unsaid = {**message("tool", NO_ROOM), "tool_call_id": call.id}
    room = Room(prompt.budget - prompt.tokens - size(called, count) - size(unsaid, count), count)
    blocks = Blocks(room, prompt.boundary)
    if result:
        blocks.add("the result of " + call.name, fenced(f"result of {call.name}", result, prompt.boundary))
    for source in sources:
        blocks.add_source(source)
    told = {**unsaid, "content": "\n\n".join(blocks.fitting) or NO_ROOM}
    grown = _with(prompt, [called, told], count, blocks.left_out)
    return replace(grown, sent=prompt.sent | blocks.sent)


def with_revision(prompt: Prompt, draft: str, reasons: Iterable[str], count: Count) -> Prompt:
    """The draft as the model wrote it, and the request to write it again."""
    listed = "\n".join(f"- {' '.join(neutralised(reason, prompt.boundary).split())}" for reason in reasons)
    drafted = message("assistant", neutralised(draft, prompt.boundary))
    return _with(prompt, [drafted, message("user", rules.revise(listed))], count)


def as_sent(call: ToolCall) -> dict[str, object]:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
    }


def _with(prompt: Prompt, added: list[Message], count: Count, left_out: Iterable[str] = ()) -> Prompt:
    tokens = prompt.tokens + sum(size(sent, count) for sent in added)
    if tokens > prompt.budget:
        raise PromptFull()
    return replace(prompt, messages=[*prompt.messages, *added], tokens=tokens, left_out=(*prompt.left_out, *left_out))
