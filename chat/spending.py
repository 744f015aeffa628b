"""What models may cost: all they are asked for is counted before, at the most it can take, and set right after.

Answers of a visitor and of an address are counted in the cache, as they come by the hour. When it is away no
model is asked: nobody could say how much is being spent. Days and money are rows of the database, which
survive every restart. An answer that begins before midnight and ends after it is set right on the next day.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError
from django.db.models import F, Q, Sum
from django.utils import timezone

from chat import metrics, turns, windows
from chat.errors import CountersAway
from chat.llm.prices import cost_of
from chat.models import Spending
from chat.phrases import phrase
from chat.records import Question

log = structlog.get_logger(__name__)

HOUR = 3600
MICRO = 1_000_000
# Stands for a widget where questions come over the API.
API = 0
# "uncounted": whatever counts is away.
Cap = Literal["visitor", "ip", "widget", "day", "budget", "uncounted"]
# Of prompts and completions.
Tokens = Mapping[str, int]


@dataclass(frozen=True)
class Refusal:
    """Why no model may be asked, and what the visitor reads before the answer without one."""

    cap: Cap
    preface: str


async def allowed(question: Question) -> Refusal | None:
    """Nothing when a model may answer, which is then counted until ``settle`` says what it took."""
    try:
        cap = await _hourly_cap(question, windows.count) or await _reserve(question.widget_id, turns.most_of_a_turn())
    except (CountersAway, DatabaseError):
        cap = "uncounted"
    if cap is None:
        return None
    log.warning("model_not_asked", cap=cap, widget_id=question.widget_id)
    metrics.MODEL_REFUSED.labels(cap).inc()
    return Refusal(cap, f"{phrase('over_limit', question.language)}\n\n")


async def allowed_before(question: Question, most: Tokens) -> bool:
    """Whether a model may be asked for something on the way to an answer, which alone is counted as one."""
    try:
        cap = await _hourly_cap(question, windows.has_room)
        return cap is None and await _reserve(question.widget_id, most, answers=0) is None
    except (CountersAway, DatabaseError):
        return False


async def allowed_after(widget_id: int | None, most: Tokens) -> bool:
    """The same for what no customer waits for."""
    return await _reserve(widget_id, most, answers=0) is None


async def settle(widget_id: int | None, usage: Tokens, most: Tokens) -> int:
    """The cost in millionths of what was counted as ``most``, by the tokens of all its model calls together."""
    cost = cost_of(usage)
    tokens = {name: usage.get(name, 0) for name in ("prompt", "completion")}
    try:
        await database_sync_to_async(_add)(widget_id, micro=cost - cost_of(most), **tokens)
    except DatabaseError:
        log.warning("spending_not_settled")
    return cost


def forget_customer(customer_id: int) -> None:
    """What was counted for them in the last hours."""
    windows.forget(of_customer(customer_id), HOUR)


def of_customer(customer_id: int) -> str:
    return f"answers to customer {customer_id}"


async def _hourly_cap(question: Question, count: Callable[[str, int, int], Awaitable[bool]]) -> Cap | None:
    """Over the API nobody is known but the company's own server, whose visitors share one address."""
    visitor = of_customer(question.customer_id) if question.customer_id else f"answers to visitor {question.visitor}"
    if question.visitor and not await count(visitor, settings.CHAT_LIMIT_VISITOR, HOUR):
        return "visitor"
    if question.ip:
        network = windows.network_of(question.ip)
        if not await count(f"answers to {network}", settings.CHAT_LIMIT_IP, HOUR):
            return "ip"
    return None


async def _reserve(widget_id: int | None, most: Tokens, *, answers: int = 1) -> Cap | None:
    cap: Cap | None = await database_sync_to_async(_cap_or_counted)(widget_id, cost_of(most), answers)
    return cap


def _cap_or_counted(widget_id: int | None, micro: int, answers: int) -> Cap | None:
    """The daily cap that is reached, or so much more counted. Where that is no answer, one has to be left for it.

    Counted first, and looked at then: of two at the same time, neither overlooks the other.
    """
    _add(widget_id, answers=answers, micro=micro)
    for cap, used, limit in _daily_caps(widget_id, to_come=1 - answers):
        if limit and used > limit:
            _add(widget_id, answers=-answers, micro=-micro)
            return cap
    return None


def _daily_caps(widget_id: int | None, to_come: int) -> Iterator[tuple[Cap, int, float]]:
    of_widget = Sum("answers", filter=Q(widget_id=widget_id or API), default=0)
    today = Spending.objects.filter(day=timezone.now().date()).aggregate(
        widget=of_widget, day=Sum("answers"), budget=Sum("micro")
    )
    yield "widget", today["widget"] + to_come, settings.CHAT_LIMIT_WIDGET
    yield "day", today["day"] + to_come, settings.CHAT_LIMIT_DAY
    yield "budget", today["budget"], settings.CHAT_BUDGET_DAY * MICRO


def _add(widget_id: int | None, **amounts: int) -> None:
    row: dict[str, Any] = {"day": timezone.now().date(), "widget_id": widget_id or API}
    added = {name: F(name) + amount for name, amount in amounts.items()}
    if not Spending.objects.filter(**row).update(**added):
        Spending.objects.get_or_create(**row)
        Spending.objects.filter(**row).update(**added)
