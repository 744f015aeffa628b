"""A short text from a model in one piece: a question put otherwise, a summary."""

from collections import Counter
from contextlib import aclosing
from typing import Any

from chat.errors import ModelError
from chat.llm.base import CUT_SHORT, ChatModel, ImagesNotRead, ModelRequest, TextDelta, ToolCall
from chat.llm.metering import metered


async def complete(
    model: ChatModel,
    messages: list[dict[str, Any]],
    max_tokens: int,
    seconds: float,
    used: Counter[str] | None = None,
) -> str:
    """The whole text, stripped; the tokens it took, or can have taken, are added to ``used``.

    Raises ModelError when there is none within ``seconds``, when it did not come to its end, as half a rewritten
    question asks something else, and when the model did not see an image it is about.
    """
    text = ""
    request = ModelRequest(None, messages, max_tokens, seconds=seconds)
    async with aclosing(metered(model, request, Counter() if used is None else used)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                text += event.text
            elif isinstance(event, ImagesNotRead):
                raise ModelError(reason="images not read")
            elif isinstance(event, ToolCall) or event.reason in CUT_SHORT:
                raise ModelError(reason="not a whole text")
    if not text.strip():
        raise ModelError(reason="no text")
    return text.strip()
