"""How rows are given back: as they are sent, with their id and how fresh they are."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from accounts.sync import rows
from accounts.sync.parts import Result


class State(BaseModel):
    synced_at: datetime = Field(description="When it was last known to be true.")


class Written(BaseModel):
    """``unchanged`` still says that it was heard of again: ``synced_at`` is new."""

    result: Literal["created", "changed", "unchanged"]


class CustomerState(rows.CustomerFields, State):
    external_id: str


class SubscriptionState(rows.SubscriptionRow, State):
    pass


class OrderState(rows.OrderRow, State):
    pass


class TicketState(rows.TicketFields, rows.Numbered, State):
    pass


class CommentState(rows.CommentRow, State):
    pass


class EventState(rows.EventRow, State):
    pass


def state(row: Any, described: type[BaseModel], result: Result | None = None) -> dict[str, Any]:
    values = {field.alias or name: getattr(row, name) for name, field in described.model_fields.items()}
    return values | ({"result": result} if result else {})
