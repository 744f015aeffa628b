"""What a call to a model takes is counted from its beginning: at the most it can be, until the model says."""

import json
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing

from django.conf import settings

from chat.errors import ModelError
from chat.llm.base import ChatModel, CountingModel, Finished, ModelEvent, ModelRequest
from chat.llm.images import images_of, without_images
from chat.llm.sight import image_tokens

# Hardly any language has more tokens than one for two of its bytes. Counting them properly takes longer.
BYTES_PER_TOKEN = 2


async def metered(model: ChatModel, request: ModelRequest, used: Counter[str]) -> AsyncGenerator[ModelEvent, None]:
    """The model's events. Its tokens are added to ``used``, however the call ends; none if it never began."""
    events = model.counted(request, used) if isinstance(model, CountingModel) else _one_call(model, request, used)
    async with aclosing(events):
        async for event in events:
            yield event


async def _one_call(model: ChatModel, request: ModelRequest, used: Counter[str]) -> AsyncGenerator[ModelEvent, None]:
    most = most_of(model, request)
    used.update(most)
    try:
        async with aclosing(model.stream(request)) as events:
            async for event in events:
                if isinstance(event, Finished) and event.usage:
                    used.subtract(most)
                    used.update(event.usage)
                yield event
    except ModelError as error:
        if not error.billed:
            used.subtract(most)
        raise


def most_of(model: ChatModel, request: ModelRequest) -> dict[str, int]:
    if not model.reads_prompt:
        return {}
    sent = json.dumps([without_images(request.messages), request.tools], ensure_ascii=False)
    seen = sum(image_tokens(model.name, image) for image in images_of(request.messages))
    prompt = min(len(sent.encode()) // BYTES_PER_TOKEN + seen, settings.CHAT_CONTEXT_TOKENS - request.max_tokens)
    return {"prompt": prompt, "completion": request.max_tokens}
