"""The request for a summary of older turns, and what stands in for it where no model makes one."""

import secrets
from collections.abc import Sequence

from chat.prompts import rules
from chat.prompts.blocks import fenced
from chat.prompts.messages import Count, Message, message, turn_message
from chat.prompts.room import Room, beginning
from chat.records import Turn

# Without a model: so many questions, each on a line of its own.
MAX_LINES = 12
LONGEST_LINE = 160


def summary_messages(summary: str, turns: Sequence[Turn], *, budget: int, count: Count) -> list[Message]:
    """As much of the conversation as has room, its end first; ``summary`` stands for what was said before."""
    boundary = secrets.token_hex(8)
    system = rules.summarise(boundary)
    room = Room(budget, count)
    room.take(system)
    before = fenced("what was said before", summary, boundary) if summary else ""
    blocks = [before] if before and room.take(before) else []
    at = len(blocks)
    for turn in reversed(turns):
        label = "the customer" if turn.role == "customer" else "support"
        block = fenced(label, turn_message(turn, boundary)["content"], boundary)
        if not room.take(block):
            break
        blocks.insert(at, block)
    return [message("system", system), message("user", "\n\n".join(blocks))]


def listed(summary: str, turns: Sequence[Turn]) -> str:
    """The customer's own questions, the last of them, on one line each."""
    asked = (turn.text for turn in turns if turn.role == "customer")
    lines = (beginning(question, LONGEST_LINE, len) for question in asked)
    return "\n".join([*summary.splitlines(), *lines][-MAX_LINES:])
