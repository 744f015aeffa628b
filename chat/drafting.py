"""One engine at work on one answer: its stream, the tools it calls, and what of its text may be shown.

A draft is not yet an answer: whether its statements are in what they cite is for ``checking.py`` to say.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.utils import timezone

from chat import connecting, tools, turns
from chat.errors import ModelError, PromptFull, QuestionTooLong
from chat.events import Delta, Emit, Stage
from chat.hygiene import clean
from chat.llm.base import CUT_SHORT, ChatModel, Finished, ImagesNotRead, ModelRequest, TextDelta, ToolCall
from chat.llm.images import images_of, without_images
from chat.llm.metering import metered
from chat.llm.sight import image_tokens
from chat.outgoing import OutgoingText
from chat.prompts import Prompt, build_prompt, with_tool_result
from chat.prompts.messages import Message
from chat.records import AnswerContext, AnswerStatus, Source
from chat.remarks import unread
from chat.tokens import Tokenizer, tokenizer_for
from chat.tools.base import ToolResult, refused
from chat.tracing import Trace, traced_sources

# Of the prompt's room, this share is kept free for what tools find.
SPARE_SHARE = 0.2
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
REPEATED = "You have made exactly this call already; its result stands above."


class Draft:
    """``shown`` is what went out; ``status`` how it ended. ``context`` grows by what tools find.

    ``remark`` is what the answer begins with where an image of the question was not read.
    """

    def __init__(self, model: ChatModel, context: AnswerContext, emit: Emit, trace: Trace, preface: str = "") -> None:
        self.model = model
        self.engine = model.name
        self.context = context
        self.today = f"{timezone.now():%A, %d %B %Y}"
        self.outgoing = self.new_outgoing()
        self.status: AnswerStatus = "complete"
        self.shown = ""
        self.offered_action = False
        self.usage: Counter[str] = Counter()
        self.tokenizer: Tokenizer = tokenizer_for(model.name)
        self.prompt: Prompt | None = None
        self.remark = ""
        self._preface = preface
        self._emit = emit
        self._trace = trace
        self._called: set[str] = set()
        self._note_images([])
        self._until = asyncio.get_running_loop().time() + settings.CHAT_TOTAL_SECONDS

    async def write(self) -> None:
        """Raises ModelError, or is cancelled, only while nothing was shown; after that the draft is interrupted."""
        try:
            await self._converse()
            # What was withheld was said all the same: it is put right, and no failure of the model.
            if not self.outgoing.written.strip():
                raise ModelError(retryable=True)
        except (ModelError, asyncio.CancelledError):
            if not self.shown:
                raise
            self.status = "interrupted"
            await self._show(self.outgoing.close())

    def new_outgoing(self) -> OutgoingText:
        """For what this draft may say, as far as it knows its sources by now."""
        return OutgoingText(self.context.sources, also=[self.context.said, self.today])

    @property
    def gave_up(self) -> bool:
        """Whether the engine itself says that the sources do not answer."""
        return self.outgoing.unknown

    @property
    def has_looked_up(self) -> bool:
        """Whether tools were called: what they found, or offered, is in no quote."""
        return bool(self._called)

    @property
    def seconds_left(self) -> float:
        """Of all the time that this answer may take."""
        return max(self._until - asyncio.get_running_loop().time(), 0.0)

    # --- The conversation with the engine --------------------------------------------------

    async def _converse(self) -> None:
        offered = self._affordable(tools.offered(self.context.question)) if self.model.reads_prompt else []
        # Beside the loop: counting tokens takes milliseconds, and half a second the first time.
        try:
            self.prompt = await asyncio.to_thread(self._first_prompt, offered)
        except QuestionTooLong:
            offered = []  # Tools take room that a long question needs more.
            self.prompt = await asyncio.to_thread(self._first_prompt, offered)
        while calls := await self._stream(self.prompt, offered):
            if not offered:
                raise ModelError(retryable=True)  # a call to a tool that was not offered
            offered = self._affordable(await self._run(calls, offered))
            if not turns.fits(self.usage):
                raise ModelError(reason="no tokens left in this turn", billed=False)
        if self.shown or not self.gave_up:
            await self._show(self.outgoing.close())

    def _affordable(self, offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Whoever looks something up has to be asked again, for the answer."""
        if not offered or turns.fits(self.usage, 2):
            return offered
        self._trace.add("over_tokens", "tools")
        return []

    def _first_prompt(self, offered: Sequence[dict[str, Any]]) -> Prompt | None:
        if not self.model.reads_prompt:
            return None
        budget = self.tokenizer.usable(settings.CHAT_CONTEXT_TOKENS - settings.CHAT_ANSWER_TOKENS)
        prompt = build_prompt(
            self.context,
            today=self.today,
            budget=budget,
            count=self.tokenizer.count,
            image_tokens=partial(image_tokens, self.model.name) if self.model.takes_images else None,
            tools=offered,
            spare=int(budget * SPARE_SHARE) if offered else 0,
        )
        self._note_images(prompt.messages)
        self._note_prompt(prompt)
        self._trace.note(summarise_until=prompt.summarise_until)
        return prompt

    def _note_prompt(self, prompt: Prompt) -> None:
        sent = [{"number": number, "sha256": fingerprint} for number, fingerprint in prompt.sent.items()]
        self._trace.note(prompt_tokens=prompt.tokens, left_out=prompt.left_out, sent=sent)

    def _note_images(self, messages: list[Message]) -> None:
        sent, attached = images_of(messages), self.context.question.images
        seen = max(len(set(attached) & set(sent)), self.context.images_seen)
        self.remark = unread(self.context.question, seen)
        if sent or attached:
            self._trace.note(images_sent=len(sent), images_unread=len(set(attached) - set(sent)))

    async def _stream(self, prompt: Prompt | None, offered: list[dict[str, Any]]) -> list[ToolCall]:
        """The tools the engine wants called next, after its text went out; none when it is done."""
        calls: list[ToolCall] = []
        async with aclosing(metered(self.model, self._request(prompt, offered), self.usage)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    text = self.outgoing.feed(event.text)
                    if self.gave_up and not self.shown:
                        return []  # Whatever a model goes on to say after this has no source.
                    await self._show(text)
                elif isinstance(event, ToolCall):
                    calls.append(event)
                elif isinstance(event, ImagesNotRead) and self.prompt:
                    self.prompt = replace(self.prompt, messages=without_images(self.prompt.messages))
                    self._note_images(self.prompt.messages)
                elif isinstance(event, Finished):
                    self._finish(event)
        return calls

    def _request(self, prompt: Prompt | None, offered: list[dict[str, Any]]) -> ModelRequest:
        return ModelRequest(
            context=self.context,
            messages=prompt.messages if prompt else [],
            max_tokens=settings.CHAT_ANSWER_TOKENS,
            tools=offered,
            seconds=self.seconds_left,
        )

    def _finish(self, event: Finished) -> None:
        self.engine = event.model or self.engine
        self.status = "interrupted" if event.reason in CUT_SHORT else "complete"

    async def _show(self, text: str) -> None:
        if text:
            text = text if self.shown else self.remark + self._preface + text
            self.shown += text
            await self._emit(Delta(text))

    # --- Tools -----------------------------------------------------------------------------

    async def _run(self, calls: list[ToolCall], offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Adds the results to the prompt. Returns the tools that may be used from here on."""
        for call in map(_harmless, calls):
            may_call = len(self._called) < turns.MOST_CALLS
            result = await self._result(call) if may_call else refused("No more tools may be called.")
            self._add(call, result)
            offered = offered if len(self._called) < turns.MOST_CALLS and result.text != REPEATED else []
        if self.shown:
            await self._show(self.outgoing.feed("\n\n"))
        return offered

    async def _result(self, call: ToolCall) -> ToolResult:
        fingerprint = f"{call.name} {json.dumps(call.arguments, sort_keys=True)}"
        if fingerprint in self._called:
            return refused(REPEATED)
        self._called.add(fingerprint)
        await self._emit(Stage("acting"))
        await asyncio.to_thread(tools.prepare, call)
        result = await self._run_one(call)
        self._trace.add("tools", {"name": call.name, "ok": result.ok, "found": [each.title for each in result.sources]})
        self.offered_action = self.offered_action or result.action is not None
        return result

    async def _run_one(self, call: ToolCall) -> ToolResult:
        if looked := await connecting.called(call, self.context.question, self._trace):
            await database_sync_to_async(tools.put_on_record)(call, looked, self.context.question)
            return looked
        result: ToolResult = await database_sync_to_async(tools.run)(call, self.context.question)
        return result

    def _add(self, call: ToolCall, result: ToolResult) -> None:
        self.context = self.context.with_sources(result.sources)
        found: tuple[Source, ...] = self.context.numbered(result.sources)
        self.outgoing.add(found)
        self._trace.note(sources=traced_sources(self.context))
        if self.prompt is None:
            return
        try:
            self.prompt = with_tool_result(self.prompt, call, result.text, found, self.tokenizer.count)
        except PromptFull as error:
            raise ModelError(retryable=False) from error
        self._note_prompt(self.prompt)


def _harmless(call: ToolCall) -> ToolCall:
    """As it may be kept and said back to the model: its protocol allows no other names, and it says what it likes."""
    return replace(call, id=clean(call.id), name=call.name if NAME.fullmatch(call.name) else "unknown")
