"""A model that is asked with care: not too many at once, not again and again, and another one when it fails."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from weakref import WeakKeyDictionary

from django.conf import settings

from chat import turns
from chat.errors import ModelError
from chat.llm.base import ChatModel, CountingModel, ModelEvent, ModelRequest
from chat.llm.circuits import Circuit
from chat.llm.deadlines import Deadlines
from chat.llm.metering import metered
from chat.llm.retries import RetryBudget, pause_before_retry

# All models of this process share them. A semaphore belongs to an event loop, of which a server has one.
_BUDGET = RetryBudget()
_PLACES: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class GuardedModel(CountingModel):
    """The first model; when it fails before its first token, or its circuit is open, the second.

    Where only one can be asked, it is asked again once, if the retry budget has something left. Waiting for a
    place, for a pause and for a second model: all of it counts against the one deadline for the first token, and what
    has failed against the tokens of the turn.
    """

    def __init__(self, *models: ChatModel, budget: RetryBudget = _BUDGET) -> None:
        self.name = models[0].name
        self._models = [(model, Circuit(model.name)) for model in models]
        self._budget = budget

    @property
    def takes_images(self) -> bool:
        """What the first one says. The second one is told of images it does not take."""
        return self._models[0][0].takes_images

    async def counted(self, request: ModelRequest, used: Counter[str]) -> AsyncGenerator[ModelEvent, None]:
        deadlines = Deadlines(request)
        async with _a_place(deadlines):
            self._budget.earn()
            failure = ModelError(reason="circuit open", retryable=True, billed=False)
            attempts = self._attempts()
            for position, (model, circuit) in enumerate(attempts):
                is_retry = position > 0 and model is attempts[position - 1][0]
                if position > 0 and not turns.fits(used):
                    break
                if is_retry and (circuit.is_open or not await self._may_retry(failure, deadlines)):
                    break
                started = False
                share = len({id(model) for model, _ in attempts[position:]})
                try:
                    with circuit.request():
                        async with aclosing(metered(model, deadlines.remaining(request, share), used)) as events:
                            async for event in events:
                                started = True
                                yield event
                    return
                except ModelError as error:
                    failure = error
                if started:
                    break
            raise failure

    def _attempts(self) -> list[tuple[ChatModel, Circuit]]:
        """Whom to ask, in order."""
        usable = [(model, circuit) for model, circuit in self._models if not circuit.is_open]
        return (usable * turns.MOST_ATTEMPTS if len(usable) == 1 else usable)[: turns.MOST_ATTEMPTS]

    async def _may_retry(self, failure: ModelError, deadlines: Deadlines) -> bool:
        pause = pause_before_retry(failure)
        if pause is None or pause > deadlines.seconds_to_first_token() or not self._budget.spend():
            return False
        await asyncio.sleep(pause)
        return True


@asynccontextmanager
async def _a_place(deadlines: Deadlines) -> AsyncIterator[None]:
    """One of the requests this process sends at a time. Raises ModelError when none becomes free in time."""
    loop = asyncio.get_running_loop()
    places = _PLACES.setdefault(loop, asyncio.Semaphore(settings.CHAT_CONCURRENCY))
    try:
        async with asyncio.timeout_at(deadlines.first_token):
            await places.acquire()
    except TimeoutError:
        raise ModelError(reason="no place free", retryable=True, billed=False) from None
    try:
        yield
    finally:
        places.release()
