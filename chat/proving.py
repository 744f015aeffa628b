"""Who is on a visitor's socket: a visitor at first, a customer once that is proved, and only for as long as it is."""

from time import monotonic
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.actors import VISITOR, Actor
from accounts.errors import IdentityError
from chat import codes, flooding, frames, services, sessions, signing, verifying
from chat.errors import CodeRefused
from chat.models import Conversation, Widget
from chat.watching import still_let_in, watch
from supportbot.errors import SupportbotError

log = structlog.get_logger(__name__)

# To be begun anew, as a visitor: what this socket had proved holds no more.
UNPROVED = 4401
CLAIMED = 4409
# Of the protocol itself: "the service restarts".
COME_AGAIN = 1012


class ProvingConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """``actor`` is made in ``accounts.actors`` alone, and is never taken from a frame."""

    widget: Widget
    ip = ""
    conversation: Conversation | None = None
    actor: Actor = VISITOR
    proved_at = 0.0
    customer: dict[str, Any] | None = None

    async def _prove(self, token: str | None, session: str | None) -> None:
        """By the token, or by the session where a code by e-mail has. What proves nothing leaves a visitor."""
        if token:
            await self._prove_by_token(token)
        elif session:
            await self._be(await database_sync_to_async(sessions.actor_of_session)(self.widget, session))

    async def _prove_by_token(self, token: str) -> None:
        try:
            actor = await database_sync_to_async(signing.actor_by_token)(self.widget, token)
        except SupportbotError as error:
            kind = error.kind if isinstance(error, IdentityError) else error.code
            log.info("identity_refused", widget=self.widget.public_key, kind=kind)
            await self.send_json(frames.error(IdentityError.code, IdentityError.user_message))
        else:
            await self._be(actor)

    async def _be(self, actor: Actor) -> None:
        if not actor.is_verified:
            return
        self.actor = actor
        self.proved_at = monotonic()
        self.customer = await database_sync_to_async(sessions.customer_payload)(actor)
        watch.add(self)

    async def on_verify(self, frame: frames.Verify) -> None:
        try:
            if not codes.can_be_sent():
                await self.send_json(frames.verification("off"))
            elif frame.email:
                await self._send_code(self._own_conversation, frame.email)
            else:
                await self._enter_code(self._own_conversation, frame.code or "")
        except SupportbotError as error:
            await self.send_json(frames.verification("refused", detail=error.user_message))

    async def _send_code(self, conversation: Conversation, address: str) -> None:
        if self.actor.is_verified:
            raise CodeRefused("You are signed in already.")
        await flooding.check_codes(address, conversation.visitor, self.ip)
        expires = await database_sync_to_async(verifying.request_code)(conversation.pk, address)
        await self.send_json(frames.verification("sent", email=address, expires=expires))

    async def _enter_code(self, conversation: Conversation, code: str) -> None:
        await flooding.check_pace(conversation.visitor, self.ip)
        actor, session = await database_sync_to_async(verifying.enter_code)(conversation.pk, code)
        await self._be(actor)
        await self._enter(session)

    async def _still_speaks_for(self, conversation: Conversation) -> bool:
        """Closes the socket when somebody else has proved by now that the conversation is theirs."""
        is_theirs: bool = await database_sync_to_async(sessions.is_conversation_of)(self.actor, conversation.pk)
        if not is_theirs:
            await self._lose(conversation)
        return is_theirs

    async def _lose(self, conversation: Conversation) -> None:
        """The conversation is not theirs: because it is somebody's, or because they are nobody any more."""
        me = (self.widget.pk, self.actor)
        is_nobody = self.actor.is_verified and me not in await database_sync_to_async(still_let_in)({me})
        await self._leave(conversation)
        await self.close(code=UNPROVED if is_nobody else CLAIMED)

    async def lost_proof(self) -> None:
        """Told by the watch."""
        await self._end(UNPROVED)

    async def grew_old(self) -> None:
        """Told by the watch. Whoever still has a proof is back at once."""
        await self._end(COME_AGAIN)

    async def _end(self, code: int) -> None:
        if self.conversation:
            await self._leave(self.conversation)
        await self.close(code=code)

    # --- What the whole consumer brings ------------------------------------------------------

    @property
    def _own_conversation(self) -> Conversation:
        raise NotImplementedError

    async def _enter(self, session: services.Session) -> None:
        raise NotImplementedError

    async def _leave(self, conversation: Conversation) -> None:
        raise NotImplementedError
