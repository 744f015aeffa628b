"""The life of an answer while it is written: a task of its own that no socket can end by dropping.

The process that writes an answer listens on the answer's own group, so that any other process can ask it
to stop, or to repeat what it has said so far to a socket that came back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from time import perf_counter
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import InterfaceError, OperationalError

from accounts.masking import mask_secrets
from chat import announcements, frames, metrics, selectors, services
from chat.answering import answer_question
from chat.errors import QuestionGrew
from chat.events import Delta, Stage
from chat.models import Conversation, Message
from chat.records import Answer, AnswerStatus
from chat.summaries import summarise
from chat.tracing import Trace
from knowledge.search import embed_ahead

log = structlog.get_logger(__name__)

# Deltas are collected so that one answer sends at most twenty frames a second.
FRAME_PAUSE = 0.05
HEARTBEAT = 10.0
SHUTDOWN_SECONDS = 5.0
# A database that restarts is back in seconds; nobody else closes the answer before its lease is over.
STORING_PAUSES = (0.5, 1.0, 2.0, 4.0)
# Erased while an answer was being written. There is nothing to store it in any more, and nobody who waits for it.
GONE = (Conversation.DoesNotExist, Message.DoesNotExist)

FAILED = "Something went wrong while I was answering. Please try again, or ask for a person."

_running: dict[asyncio.Task[None], "Writer"] = {}


def start(answer: Message, ip: str = "") -> None:
    """Begins to write, beside whoever asked from ``ip``. The task is kept here, as nothing else holds on to it."""
    writer = Writer(answer, ip)
    task = asyncio.get_running_loop().create_task(writer.run())
    _running[task] = writer
    task.add_done_callback(_running.pop)


def expect(text: str) -> None:
    """Begins with what an answer will need first, while its question is still being stored."""
    asyncio.get_running_loop().run_in_executor(None, embed_ahead, mask_secrets(text))


async def shut_down() -> None:
    """Ends all running answers as interrupted, keeping what they said. For when the process must go."""
    for writer in _running.values():
        writer.end("interrupted")
    if _running:
        await asyncio.wait(_running, timeout=SHUTDOWN_SECONDS)


async def _patiently(work: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What must be done in the database, as soon as that is back."""
    for pause in STORING_PAUSES:
        try:
            return await database_sync_to_async(work)(*given, **named)
        except (OperationalError, InterfaceError) as error:
            log.warning("database_away", error=type(error).__name__)
            await asyncio.sleep(pause)
    return await database_sync_to_async(work)(*given, **named)


class Writer:
    """One answer being written."""

    def __init__(self, answer: Message, ip: str = "") -> None:
        if answer.reply_to is None:
            raise ValueError(f"Message {answer.pk} answers nothing.")
        self.answer = answer
        self.ip = ip
        self.public_id = str(answer.public_id)
        self.question = answer.reply_to
        self.group = announcements.visitors(answer.conversation_id)
        self.started = perf_counter()
        self.trace = Trace()
        self.text = ""
        self.sent = 0
        self.sending = asyncio.Lock()
        self.stage: dict[str, Any] | None = None
        self.ending: AnswerStatus | None = None
        self.again = False
        self.spoke = asyncio.Event()
        self.layer = get_channel_layer()
        self._writing: asyncio.Task[Answer] | None = None

    async def run(self) -> None:
        with structlog.contextvars.bound_contextvars(
            conversation_id=self.answer.conversation_id, answer_id=self.public_id
        ):
            try:
                await self._run()
            except GONE:
                log.info("conversation_gone")

    async def _run(self) -> None:
        async with self._ear() as channel:
            await self._publish(self._started())
            helpers = [asyncio.create_task(work) for work in (self._listen(channel), self._flush(), self._beat())]
            try:
                answer, stored = await self._answer_whole_question()
            finally:
                for helper in helpers:
                    helper.cancel()
        metrics.ANSWERS.labels(answer.engine, answer.status, answer.answered, answer.outcome).inc()
        log.info("answer_finished", status=answer.status, answered=answer.answered, stored=stored)
        # The customer has the answer: what its prompt had no room for is made shorter for the next one.
        if stored and (until := answer.trace.get("summarise_until")):
            await summarise(self.answer.conversation_id, until)

    def end(self, status: AnswerStatus) -> None:
        """Stops the writing; what was said is stored with this status."""
        self.ending = status
        self._cancel()

    def _cancel(self) -> None:
        if self._writing:
            self._writing.cancel()

    async def _answer_whole_question(self) -> tuple[Answer, bool]:
        """Begins again whenever the customer has said more before the answer was stored."""
        while True:
            answer = await self._write()
            await self._send_new_text()
            if self.ending or not self.again:
                with suppress(QuestionGrew):
                    return answer, await self._store(answer)
            await self._begin_again()

    async def _begin_again(self) -> None:
        self.again = False
        self.text, self.sent = "", 0
        await _patiently(services.withdraw_offers, self.answer.pk)
        self.question = await _patiently(selectors.question_message, self.answer.pk)
        await self._publish(self._started())

    async def _write(self) -> Answer:
        self._writing = asyncio.create_task(self._answer())
        if self.ending:
            self._writing.cancel()
        try:
            answer = await self._writing
            return replace(answer, status=self.ending) if self.ending and answer.status != "complete" else answer
        except asyncio.CancelledError:
            return self._ended(self.text, self.ending or "interrupted")
        except GONE:
            raise
        except Exception:
            # The outermost edge of an answer: a bug must not leave the customer waiting for ever.
            log.exception("answer_failed")
            return self._ended(self.text or FAILED, "failed")

    def _ended(self, text: str, status: AnswerStatus) -> Answer:
        return Answer(text=text.rstrip(), status=status, answered=False, trace=self.trace.as_dict())

    async def _store(self, answer: Answer) -> bool:
        return bool(await _patiently(services.finish_answer, self.answer.pk, answer, question_id=self.question.pk))

    async def _answer(self) -> Answer:
        self.trace = Trace()
        question = await database_sync_to_async(selectors.question_of)(self.question, self.answer.pk)
        return await answer_question(replace(question, ip=self.ip), self._emit, self.trace)

    async def _emit(self, event: Stage | Delta) -> None:
        if isinstance(event, Delta):
            if not self.text:
                metrics.FIRST_TOKEN.observe(perf_counter() - self.started)
                self.spoke.set()
            self.text += event.text
            return
        self.stage = frames.answer_status(message=self.public_id, stage=event.name, detail=event.detail)
        await self._publish(self.stage)

    # --- Beside the writing ----------------------------------------------------------------

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FRAME_PAUSE)
            await self._send_new_text()

    async def _send_new_text(self) -> None:
        async with self.sending:
            if text := self.text[self.sent :]:
                await self._publish(frames.answer_delta(message=self.public_id, offset=self.sent, text=text))
                self.sent += len(text)

    async def _beat(self) -> None:
        """Keeps the lease, and says so as soon as there is something to read.

        An answer that somebody else has closed is not ours to write any more.
        """
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await self.spoke.wait()
            self.spoke.clear()
            try:
                kept = await database_sync_to_async(services.keep_lease)(self.answer.pk, self.text)
            except (OperationalError, InterfaceError):
                continue
            if not kept:
                self.end("interrupted")

    @asynccontextmanager
    async def _ear(self) -> AsyncIterator[str]:
        """A channel on the answer's own group, open before anybody hears of the answer: no request is missed.

        While the channel layer is away it is empty: the answer is written, and can only not be stopped.
        """
        channel = await announcements.attempt(self.layer.new_channel()) or ""
        group = announcements.answer(self.answer.pk)
        if channel:
            await announcements.attempt(self.layer.group_add(group, channel))
        try:
            yield channel
        finally:
            if channel:
                await announcements.attempt(self.layer.group_discard(group, channel))

    async def _listen(self, channel: str) -> None:
        while channel:
            event = await self.layer.receive(channel)
            if event["type"] == "answer.stop":
                self.end("stopped")
            elif event["type"] == "answer.again":
                self.again = True
                self._cancel()
            elif event["type"] == "answer.replay":
                await self._replay(event["channel"])

    async def _replay(self, channel: str) -> None:
        """Everything so far, for one socket that came back; the next deltas follow on from it."""
        async with self.sending:
            so_far = [self._started()]
            if self.stage:
                so_far.append(self.stage)
            if self.sent:
                so_far.append(frames.answer_delta(message=self.public_id, offset=0, text=self.text[: self.sent]))
            for frame in so_far:
                await announcements.attempt(self.layer.send(channel, self._event(frame)))

    def _started(self) -> dict[str, Any]:
        return frames.answer_started(message=self.public_id, reply_to=str(self.question.public_id))

    async def _publish(self, frame: dict[str, Any]) -> None:
        await announcements.tell(self.group, self._event(frame))

    def _event(self, frame: dict[str, Any]) -> dict[str, Any]:
        return {"type": "answer.frame", "conversation": self.answer.conversation_id, "frame": frame}
