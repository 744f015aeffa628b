"""Chat Completions messages: what they are made of, and how long they are."""

import json
from collections.abc import Callable, Collection
from typing import Any

from accounts.masking import mask_secrets
from chat.citations import MARKER
from chat.hygiene import neutralised
from chat.llm.images import parts_of, with_images, with_markers
from chat.records import Image, Turn

Message = dict[str, Any]
# A text, or the parts of a message with images.
Content = str | list[dict[str, Any]]
Count = Callable[[str], int]

# For what a model's own template writes around a message, and for a joint that counts more than its two sides.
MARGIN = 8


def message(role: str, content: Content) -> Message:
    return {"role": role, "content": content}


def turn_message(turn: Turn, boundary: str, seen: Collection[Image] = ()) -> Message:
    """Without the markers of an earlier answer: the numbers mean other sources now. Images not ``seen`` are told of."""
    if turn.role == "customer":
        text = with_markers(neutralised(mask_secrets(turn.text), boundary), turn.images, seen)
        return message("user", with_images(text, turn.images, seen))
    return message("assistant", neutralised(MARKER.sub("", turn.text), boundary))


def alternating(turns: list[Message]) -> list[Message]:
    """The customer first, then each in turn, as the templates of many models demand."""
    said: list[Message] = []
    for turn in turns:
        if said and said[-1]["role"] == turn["role"]:
            said[-1] = message(turn["role"], joined(said[-1]["content"], turn["content"]))
        elif said or turn["role"] == "user":
            said.append(turn)
    return said


def joined(one: Content, other: Content) -> Content:
    if isinstance(one, str) and isinstance(other, str):
        return f"{one}\n\n{other}"
    return [*parts_of(one), *parts_of(other)]


def size(sent: Message, count: Count) -> int:
    """Of all but its images."""
    texts = [part["text"] for part in parts_of(sent["content"]) if part["type"] == "text"]
    calls = count(json.dumps(sent["tool_calls"])) if "tool_calls" in sent else 0
    return sum(map(count, texts)) + calls + MARGIN
