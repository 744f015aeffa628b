"""The visitor's socket: frames become calls, rows become frames, and nothing else happens here.

Channels handles one frame at a time per socket, so nothing here waits for an answer: answers run on their
own (``running.py``), and this socket hears of them through its conversation's group.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from channels.db import database_sync_to_async
from channels.exceptions import DenyConnection
from django.db import InterfaceError, OperationalError

from chat import actions, announcements, flooding, frames, running, selectors, services
from chat.errors import FrameError, TooManyConversations
from chat.models import Conversation
from chat.proving import ProvingConsumer
from chat.watching import watch
from supportbot.errors import SupportbotError

log = structlog.get_logger(__name__)

HELLO_SECONDS = 5.0
TIMED_OUT = 4408
# Of the protocol itself: "try again later".
TRY_LATER = 1013
# However fast somebody types, agents are told once in a while.
TYPING_PAUSE = 1.0
LOOK_AGAIN_SECONDS = 5.0


class VisitorConsumer(ProvingConsumer):
    """One socket of one visitor. It reads no cookies: who is asking comes from ``hello`` alone."""

    waiting_for_hello: asyncio.Task[None] | None = None
    looking: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        headers = dict(self.scope["headers"])
        key = parse_qs(self.scope["query_string"].decode("latin-1")).get("widget", [""])[0]
        origin = headers.get(b"origin", b"").decode("latin-1")
        widget = await database_sync_to_async(selectors.widget_for)(key, origin)
        if widget is None:
            raise DenyConnection()
        self.widget = widget
        self.ip = (self.scope.get("client") or ("", 0))[0] or ""
        self.seen = 0
        self.mode = ""
        self.own_ids: set[str] = set()
        self.shown_actions: dict[str, dict[str, Any]] = {}
        self.typed_at = 0.0
        self.finished: set[str] = set()
        # One at a time: what the socket is told, and what it finds out by itself.
        self.catching_up = asyncio.Lock()
        await self.accept()
        self.waiting_for_hello = asyncio.create_task(self._close_without_hello())

    async def _close_without_hello(self) -> None:
        await asyncio.sleep(HELLO_SECONDS)
        await self.close(code=TIMED_OUT)

    async def disconnect(self, code: int) -> None:
        watch.discard(self)
        if self.waiting_for_hello:
            self.waiting_for_hello.cancel()
        if self.looking:
            self.looking.cancel()
        if self.conversation:
            await self._leave(self.conversation)

    # --- Frames from the visitor -----------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        try:
            if text_data is None:
                raise FrameError("Frames are JSON text.", code="bad_json")
            frame = frames.parse(text_data)
            if self.conversation is None and not isinstance(frame, frames.Hello):
                raise FrameError("The first frame must be 'hello'.", code="hello_expected")
            # Who types says and learns nothing yet: that is not worth a query for every key.
            is_checked = self.conversation and not isinstance(frame, frames.Typing)
            if is_checked and not await self._still_speaks_for(self._own_conversation):
                return
            await HANDLERS[type(frame)](self, frame)
        except SupportbotError as error:
            id = error.id if isinstance(error, FrameError) else None
            await self.send_json(frames.error(error.code, error.user_message, retryable=error.retryable, id=id))
        except Conversation.DoesNotExist:  # erased since we looked
            await self._lose(self._own_conversation)

    async def on_hello(self, frame: frames.Hello) -> None:
        if self.conversation:
            raise FrameError("This socket has already said hello.", code="hello_repeated")
        if self.waiting_for_hello:
            self.waiting_for_hello.cancel()
        await self._prove(frame.token, frame.session)
        page = frame.context.model_dump() if frame.context else {}
        resume = database_sync_to_async(services.resume_session)
        if session := await resume(self.widget, frame.session, self.actor, page):
            return await self._enter(session, after=frame.after)
        try:
            await self._start(page)
        except TooManyConversations as error:
            await self.send_json(frames.error(error.code, error.user_message, retryable=error.retryable))
            await self.close(code=TRY_LATER)

    async def _enter(self, session: services.Session, after: int | None = None) -> None:
        """Joins the conversation and shows where it stands, beyond ``after`` or what was seen of it here already.

        A running answer is asked to repeat itself.
        """
        async with self.catching_up:
            if self.conversation:
                await self._leave(self.conversation)
            self.conversation = session.conversation
            group = announcements.visitors(self.conversation.pk)
            await announcements.attempt(self.channel_layer.group_add(group, self.channel_name))
            seen = self.seen if after is None else after
            state = await database_sync_to_async(selectors.conversation_state)(self.conversation.pk, seen)
            self.seen, self.mode = state.last_seq, state.mode
            await self.send_json(
                frames.ready(
                    conversation=str(self.conversation.public_id),
                    session=session.secret,
                    customer=self.customer,
                    widget=selectors.widget_payload(self.widget),
                    mode=state.mode,
                    messages=state.messages,
                    answering=str(state.answering.public_id) if state.answering else None,
                )
            )
        if state.agent:
            await self.send_json(frames.mode(state.mode, agent=state.agent))
        self.shown_actions.clear()
        await self._show_actions(state)
        if state.answering:
            self._look_out()
            replay = {"type": "answer.replay", "channel": self.channel_name}
            await announcements.tell(announcements.answer(state.answering.pk), replay)

    async def _leave(self, conversation: Conversation) -> None:
        group = announcements.visitors(conversation.pk)
        await announcements.attempt(self.channel_layer.group_discard(group, self.channel_name))

    async def on_message(self, frame: frames.NewMessage) -> None:
        text, images = frames.clean_text(frame), frames.attached(frame)
        try:
            await flooding.check_pace(self._own_conversation.visitor, self.ip)
            if self.mode == Conversation.Mode.BOT:
                running.expect(text)
            self.own_ids.add(frame.id)
            post = database_sync_to_async(services.post_message)
            posted = await post(self._conversation_id, frame.id, text, images)
        except SupportbotError as error:
            raise FrameError(error.user_message, code=error.code, id=frame.id, retryable=error.retryable) from error
        if posted.message.seq == self.seen + 1:
            self.seen = posted.message.seq
        if posted.answer:  # Before the receipt, which fails when the socket is gone.
            running.start(posted.answer, self.ip)
            self._look_out()
        await self.send_json(
            frames.accepted(id=frame.id, message=str(posted.message.public_id), seq=posted.message.seq or 0)
        )

    async def on_stop(self, frame: frames.Stop) -> None:
        await database_sync_to_async(services.stop_answer)(self._conversation_id, frame.message)

    async def on_retry(self, frame: frames.Retry) -> None:
        await flooding.check_pace(self._own_conversation.visitor, self.ip)
        answer = await database_sync_to_async(services.retry_answer)(self._conversation_id, frame.message)
        running.start(answer, self.ip)
        self._look_out()

    async def on_feedback(self, frame: frames.Rate) -> None:
        await database_sync_to_async(services.rate_answer)(
            self._conversation_id, frame.message, frame.rating, frame.reason or "", frame.comment or ""
        )

    async def on_handoff(self, frame: frames.Handoff) -> None:
        await database_sync_to_async(services.request_person)(self._conversation_id, frame.note or "")

    async def on_confirm(self, frame: frames.Confirm) -> None:
        try:
            await database_sync_to_async(actions.decide)(
                self._conversation_id, frame.action, self.actor, approve=frame.approve
            )
        except SupportbotError as error:
            raise FrameError(error.user_message, code=error.code, id=frame.action) from error

    async def on_typing(self, frame: frames.Typing) -> None:
        if monotonic() - self.typed_at < TYPING_PAUSE:
            return
        self.typed_at = monotonic()
        event = {"type": "visitor.typing", "conversation": self._conversation_id}
        await announcements.tell(announcements.AGENTS, event)

    async def on_read(self, frame: frames.Read) -> None:
        await database_sync_to_async(services.mark_read_by_visitor)(self._conversation_id, frame.seq)

    async def on_new(self, frame: frames.New) -> None:
        await self._start({}, self._own_conversation.visitor)

    async def _start(self, page: dict[str, str], visitor: UUID | None = None) -> None:
        await flooding.check_conversations(self.ip)
        start = database_sync_to_async(services.start_conversation)
        await self._enter(await start(self.widget, self.actor, page, visitor), after=0)

    @property
    def _own_conversation(self) -> Conversation:
        if self.conversation is None:
            raise FrameError("The first frame must be 'hello'.", code="hello_expected")
        return self.conversation

    @property
    def _conversation_id(self) -> int:
        return self._own_conversation.pk

    # --- Announcements ---------------------------------------------------------------------

    async def conversation_changed(self, event: dict[str, Any]) -> None:
        """Something changed: look again, and send what this socket has not sent yet, in order."""
        if (event.get("seq") or self.seen + 1) <= self.seen:
            return  # its own message, mostly, while a question waits for its answer
        async with self.catching_up:
            try:
                state = await database_sync_to_async(selectors.conversation_state)(self._conversation_id, self.seen)
            except Conversation.DoesNotExist:
                state = None
            if state is None or state.customer_id != self.actor.customer_id:
                await self._lose(self._own_conversation)
                return
            for message in state.messages:
                if message.get("id") not in self.own_ids:
                    await self.send_json(frames.news(message))
                self.finished.add(message["message"])
            self.seen = state.last_seq
            await self._show_actions(state)
            if state.mode != self.mode:
                self.mode = state.mode
                await self.send_json(frames.mode(state.mode, agent=state.agent))

    async def _show_actions(self, state: selectors.ConversationState) -> None:
        """Those that wait for a click, and what became of the ones that this socket has shown waiting."""
        for action in state.actions:
            shown = self.shown_actions.get(action["action"])
            if action != shown and (shown or action["status"] == "pending"):
                self.shown_actions[action["action"]] = action
                await self.send_json(action)

    async def answer_frame(self, event: dict[str, Any]) -> None:
        """A piece of a running answer. Overtaken by the end of that, or by another conversation, it is late news."""
        is_ours = event["conversation"] == self._conversation_id
        if is_ours and event["frame"]["message"] not in self.finished:
            if event["frame"]["type"] == "answer.started":
                self._look_out()
            await self.send_json(event["frame"])

    def _look_out(self) -> None:
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self._look_again())

    async def _look_again(self) -> None:
        """Announcements can be lost, and writers with their process: while an answer is due, this socket asks."""
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            try:
                await database_sync_to_async(services.close_lost_answers)(self._conversation_id)
                await self.conversation_changed({})
                if not await database_sync_to_async(selectors.running_answer)(self._conversation_id):
                    return
            except (OperationalError, InterfaceError) as error:
                log.warning("database_away", error=type(error).__name__)

    async def agent_typing(self, event: dict[str, Any]) -> None:
        await self.send_json(frames.typing(event["author"]))


Handler = Callable[[VisitorConsumer, Any], Awaitable[None]]

# Every frame type of the protocol, and the one method that may act on it.
HANDLERS: dict[type[frames.Frame], Handler] = {
    frames.Hello: VisitorConsumer.on_hello,
    frames.NewMessage: VisitorConsumer.on_message,
    frames.Stop: VisitorConsumer.on_stop,
    frames.Retry: VisitorConsumer.on_retry,
    frames.Rate: VisitorConsumer.on_feedback,
    frames.Handoff: VisitorConsumer.on_handoff,
    frames.Confirm: VisitorConsumer.on_confirm,
    frames.Typing: VisitorConsumer.on_typing,
    frames.Read: VisitorConsumer.on_read,
    frames.New: VisitorConsumer.on_new,
    frames.Verify: VisitorConsumer.on_verify,
}
