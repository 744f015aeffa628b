"""Images in a prompt. They are records until a request is sent, and bytes only in that request.

A message with images is a list of parts, in Chat Completions form but for the images themselves.
"""

import asyncio
from base64 import b64encode
from collections.abc import Collection, Sequence
from typing import Any

from django.core.files.storage import default_storage

from chat.records import Image

MARKER = "(an image is attached here that was not read)"

Part = dict[str, Any]
Message = dict[str, Any]


def with_markers(text: str, images: Sequence[Image], seen: Collection[Image] = ()) -> str:
    """The text, and a line for each image that a model does not see."""
    return "\n\n".join(filter(None, [text, *(MARKER for image in images if image not in seen)]))


def with_images(text: str, images: Sequence[Image], seen: Collection[Image]) -> str | list[Part]:
    parts = [{"type": "image", "image": image} for image in images if image in seen]
    return [*parts_of(text), *parts] if parts else text


def parts_of(content: str | list[Part]) -> list[Part]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def images_of(messages: Sequence[Message]) -> list[Image]:
    parts = [part for message in messages for part in parts_of(message["content"])]
    return [part["image"] for part in parts if part["type"] == "image"]


def without_images(messages: Sequence[Message]) -> list[Message]:
    """For a model that takes none: each image is a line that says there is one."""
    return [{**message, "content": _as_text(message["content"])} for message in messages]


async def with_bytes(messages: Sequence[Message]) -> list[Message]:
    """As they are sent."""
    return await asyncio.to_thread(_with_bytes, messages)


def _as_text(content: str | list[Part]) -> str:
    return "\n\n".join(part.get("text", MARKER) for part in parts_of(content))


def _with_bytes(messages: Sequence[Message]) -> list[Message]:
    return [
        {**message, "content": [_sent(part) for part in message["content"]]}
        if isinstance(message["content"], list)
        else message
        for message in messages
    ]


def _sent(part: Part) -> Part:
    if part["type"] != "image":
        return part
    image: Image = part["image"]
    try:
        with default_storage.open(image.file) as file:
            content = b64encode(file.read()).decode()
    except OSError:  # removed while its message was answered
        return {"type": "text", "text": MARKER}
    return {"type": "image_url", "image_url": {"url": f"data:{image.content_type};base64,{content}"}}
