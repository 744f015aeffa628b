"""A short text from a model in one piece: a question put otherwise, a summary."""

from collections import Counter
from contextlib import aclosing
from typing import Any

from chat.errors import ModelError
from chat.llm.base import CUT_SHORT, ChatModel, ModelRequest, TextDelta, ToolCall


async def complete(
    model: ChatModel,
    messages: list[dict[str, Any]],
    max_tokens: int,
    seconds: float,
    used: Counter[str] | None = None,
) -> str:
    """The whole text, stripped; the tokens it took are added to ``used``.

    Raises ModelError when there is none within ``seconds``, or it did not come to its end: half a rewritten
    question asks something else.
    """
    text = ""
    async with aclosing(model.stream(ModelRequest(None, messages, max_tokens, seconds=seconds))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                text += event.text
            elif isinstance(event, ToolCall) or event.reason in CUT_SHORT:
                raise ModelError(reason="not a whole text")
            elif used is not None:
                used.update(event.usage)
    if not text.strip():
        raise ModelError(reason="no text")
    return text.strip()
