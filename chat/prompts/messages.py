"""Chat Completions messages: what they are made of, and how long they are."""

import json
from collections.abc import Callable
from typing import Any

from accounts.masking import mask_secrets
from chat.citations import MARKER
from chat.hygiene import neutralised
from chat.records import Turn

Message = dict[str, Any]
Count = Callable[[str], int]

# For what a model's own template writes around a message, and for a joint that counts more than its two sides.
MARGIN = 8


def message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def turn_message(turn: Turn, boundary: str) -> Message:
    """Without the markers of an earlier answer: the numbers mean other sources now."""
    if turn.role == "customer":
        return message("user", neutralised(mask_secrets(turn.text), boundary))
    return message("assistant", neutralised(MARKER.sub("", turn.text), boundary))


def alternating(turns: list[Message]) -> list[Message]:
    """The customer first, then each in turn, as the templates of many models demand."""
    said: list[Message] = []
    for turn in turns:
        if said and said[-1]["role"] == turn["role"]:
            said[-1] = message(turn["role"], f"{said[-1]['content']}\n\n{turn['content']}")
        elif said or turn["role"] == "user":
            said.append(turn)
    return said


def size(sent: Message, count: Count) -> int:
    calls = count(json.dumps(sent["tool_calls"])) if "tool_calls" in sent else 0
    return count(sent["content"]) + calls + MARGIN
