"""What programs may say of a customer, and of what belongs to them.

What is left out stays as it was, so several systems can each say what they know; an empty text or null
empties. Attributes are kept one by one: null removes one. What a new row needs, ``tables`` knows.
"""

from collections import Counter
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from accounts.models import Order, Subscription, Ticket, TicketComment
from accounts.values import (
    Attributes,
    Count,
    Currency,
    CustomerId,
    Email,
    Locale,
    MaybeMoment,
    Moment,
    Money,
    Name50,
    Name100,
    Name200,
    Needed100,
    Number,
    OneOf,
    OwnId,
    PastMoment,
    Phone,
    TimeZone,
    Version,
    masked,
    on_one_line,
    paragraphs,
)

MOST_INSIDE = 1000
MAX_COMMENT = 50_000
LEFT_OUT: Any = None


def without_defaults(schema: dict[str, Any]) -> None:
    """For readers of the schema: nothing is assumed of what is left out."""
    for described in schema.get("properties", {}).values():
        described.pop("default", None)


class Row(BaseModel):
    """Fields have the names of the model's; aliases are what programs call them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=without_defaults)


class Versioned(Row):
    changed_at: Version = Field(
        LEFT_OUT,
        alias="updated_at",
        description=(
            "When your own system last changed it. What is older than what is here already changes nothing, and what "
            "is later than now is refused."
        ),
    )


def told_apart(rows: list[Any]) -> list[Any]:
    keys = Counter(row.key for row in rows)
    if twice := next((key for key, times in keys.items() if times > 1), None):
        raise ValueError(f"{twice} is there more than once.")
    return rows


class Named(Row):
    external_id: OwnId = Field(description="Its id in your own system.")

    @property
    def key(self) -> str:
        return self.external_id


class Numbered(Row):
    number: Number

    @property
    def key(self) -> str:
        return self.number


# --- What belongs to a customer ------------------------------------------------------------


class SubscriptionBody(Versioned):
    plan: Needed100 = LEFT_OUT
    status: Annotated[str, OneOf(Subscription.Status)] = LEFT_OUT
    seats: Count = LEFT_OUT
    price_minor: Money = Field(LEFT_OUT, description="In the currency's smallest unit: 2900 are 29.00 EUR.")
    currency: Currency = LEFT_OUT
    interval: Annotated[str, OneOf(Subscription.Interval)] = LEFT_OUT
    started_at: Moment = LEFT_OUT
    renews_at: MaybeMoment = LEFT_OUT
    cancels_at: MaybeMoment = LEFT_OUT


class SubscriptionRow(SubscriptionBody, Named):
    pass


class Item(Row):
    name: Name200
    quantity: Count = 1
    price_minor: Money = LEFT_OUT


class OrderBody(Versioned):
    items: Annotated[list[Item], Field(max_length=200)] = LEFT_OUT
    total_minor: Money = Field(LEFT_OUT, description="In the currency's smallest unit: 2900 are 29.00 EUR.")
    refunded_minor: Money = LEFT_OUT
    currency: Currency = LEFT_OUT
    status: Annotated[str, OneOf(Order.Status)] = LEFT_OUT
    carrier: Name100 = LEFT_OUT
    tracking: Name100 = LEFT_OUT
    placed_at: Moment = LEFT_OUT


class OrderRow(OrderBody, Numbered):
    pass


class CommentBody(Versioned):
    author: Name200 = LEFT_OUT
    kind: Annotated[str, OneOf(TicketComment.Kind)] = LEFT_OUT
    text: Annotated[
        str, Field(min_length=1, max_length=MAX_COMMENT), BeforeValidator(paragraphs), masked(MAX_COMMENT)
    ] = LEFT_OUT
    is_public: bool = Field(LEFT_OUT, alias="public", description="What is not is never shown to the customer.")
    created_at: Moment = LEFT_OUT


class CommentRow(CommentBody, Named):
    pass


class TicketFields(Versioned):
    subject: Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(on_one_line), masked(300)] = LEFT_OUT
    status: Annotated[str, OneOf(Ticket.Status)] = LEFT_OUT
    priority: Annotated[str, OneOf(Ticket.Priority)] = LEFT_OUT
    category: Name100 = LEFT_OUT
    assigned_to: Name200 = Field(
        LEFT_OUT, alias="assignee", description="User name or e-mail address of a member of staff, or any other name."
    )
    source: Name50 = LEFT_OUT
    created_at: Moment = LEFT_OUT


class TicketBody(TicketFields):
    comments: Annotated[list[CommentRow], Field(max_length=MOST_INSIDE), AfterValidator(told_apart)] = LEFT_OUT


class TicketRow(TicketBody, Numbered):
    pass


class EventBody(Versioned):
    kind: Needed100 = LEFT_OUT
    text: Annotated[str, Field(max_length=500), BeforeValidator(on_one_line), masked(500)] = LEFT_OUT
    at: PastMoment = LEFT_OUT


class EventRow(EventBody, Named):
    pass


# --- The customer --------------------------------------------------------------------------


class CustomerFields(Versioned):
    name: Name200 = LEFT_OUT
    email: Email = LEFT_OUT
    phone: Phone = LEFT_OUT
    company: Name200 = LEFT_OUT
    locale: Locale = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    attributes: Attributes = LEFT_OUT
    is_active: bool = Field(LEFT_OUT, alias="active", description="A customer who is not active is nobody here.")


class CustomerBody(CustomerFields):
    subscriptions: Annotated[list[SubscriptionRow], Field(max_length=100), AfterValidator(told_apart)] = LEFT_OUT
    orders: Annotated[list[OrderRow], Field(max_length=MOST_INSIDE), AfterValidator(told_apart)] = LEFT_OUT
    tickets: Annotated[list[TicketRow], Field(max_length=MOST_INSIDE), AfterValidator(told_apart)] = LEFT_OUT
    events: Annotated[list[EventRow], Field(max_length=MOST_INSIDE), AfterValidator(told_apart)] = LEFT_OUT


class CustomerRow(CustomerBody):
    external_id: CustomerId = Field(description="Its id in your own system.")

    @property
    def key(self) -> str:
        return self.external_id
