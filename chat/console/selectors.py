"""Reads of the console. What is read here is for staff: none of it may go into a visitor's frame."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Substr

from accounts.models import Customer, Event, Order, Subscription, Ticket, User
from chat.models import Conversation, Message
from chat.selectors import running_answer

Mode = Conversation.Mode

FOLDERS = {
    "waiting": "Waiting",
    "mine": "Mine",
    "bot": "With the bot",
    "open": "All open",
    "resolved": "Resolved",
}
PAGE = 30
LONGEST_LIST = 300
EXCERPT = 160
TRANSCRIPT_PAGE = 60
MAX_ORDERS = 5
MAX_TICKETS = 5
MAX_EVENTS = 8


# --- The list ------------------------------------------------------------------------------


class Folder(NamedTuple):
    name: str
    title: str
    total: int
    is_current: bool


class Inbox(NamedTuple):
    folders: list[Folder]
    rows: list[Conversation]
    has_more: bool


def inbox(user: User, folder: str, search: str, length: int) -> Inbox:
    """The newest ``length`` conversations of a folder, in two queries. One nobody wrote in is not shown.

    Of those that wait for a person, whoever has waited longest comes first.
    """
    started = Conversation.objects.filter(last_seq__gt=0)
    counts = started.aggregate(**{name: Count("pk", filter=in_folder(name, user)) for name in FOLDERS})
    found = with_last_message(matching(started.filter(in_folder(folder, user)), search))
    waits = folder == "waiting"
    found = found.annotate(since=waiting_since() if waits else F("updated_at"))
    order = ("since", "pk") if waits else ("-since", "-pk")
    rows = list(found.select_related("customer", "agent").order_by(*order)[: length + 1])
    folders = [Folder(name, title, counts[name], name == folder) for name, title in FOLDERS.items()]
    return Inbox(folders, rows[:length], len(rows) > length)


def waiting_since() -> Coalesce:
    """When it was last put in the queue, which a line in it says: who writes again there keeps their place."""
    noted = Message.objects.filter(conversation=OuterRef("pk"), role=Message.Role.SYSTEM).order_by("-seq")
    return Coalesce(Subquery(noted.values("created_at")[:1]), F("updated_at"))


def in_folder(name: str, user: User) -> Q:
    if name == "mine":
        return Q(agent=user) & ~Q(mode=Mode.RESOLVED)
    return ~Q(mode=Mode.RESOLVED) if name == "open" else Q(mode=name)


def matching(conversations: QuerySet[Conversation], search: str) -> QuerySet[Conversation]:
    if not search:
        return conversations
    said = Message.objects.filter(conversation=OuterRef("pk"), text__icontains=search)
    return conversations.filter(
        Q(customer__name__icontains=search) | Q(customer__email__icontains=search) | Exists(said)
    )


def with_last_message(conversations: QuerySet[Conversation]) -> QuerySet[Any]:
    """Adds what was said last, by whom, and whether a customer waits for somebody to read it."""
    said = Message.objects.filter(conversation=OuterRef("pk"), seq__isnull=False)
    last = said.exclude(role=Message.Role.SYSTEM).exclude(role=Message.Role.BOT, text="").order_by("-seq")
    unread = said.filter(role=Message.Role.CUSTOMER, seq__gt=OuterRef("agent_read_seq"))
    return conversations.annotate(
        excerpt=Subquery(last.annotate(start=Substr("text", 1, EXCERPT)).values("start")[:1]),
        excerpt_role=Subquery(last.values("role")[:1]),
        is_unread=Q(mode__in=[Mode.WAITING, Mode.HUMAN]) & Exists(unread),
    )


# --- The transcript ------------------------------------------------------------------------


class Transcript(NamedTuple):
    """A stretch of a conversation, oldest first, and the answer that is being written, if there is one."""

    messages: list[Message]
    has_earlier: bool
    answering: Message | None


def transcript(conversation_id: int, before: int | None = None) -> Transcript:
    """The newest messages, or those just before a ``seq``; in four queries."""
    messages = shown_messages(conversation_id)
    if before is not None:
        messages = messages.filter(seq__lt=before)
    newest = list(messages.order_by("-seq")[: TRANSCRIPT_PAGE + 1])
    page = newest[:TRANSCRIPT_PAGE]
    return Transcript(page[::-1], len(newest) > TRANSCRIPT_PAGE, running_answer(conversation_id))


def transcript_after(conversation_id: int, seq: int) -> Transcript:
    messages = list(shown_messages(conversation_id).filter(seq__gt=seq).order_by("seq"))
    return Transcript(messages, False, running_answer(conversation_id))


def shown_messages(conversation_id: int) -> QuerySet[Message]:
    return (
        Message.objects.filter(conversation_id=conversation_id, seq__isnull=False)
        .select_related("feedback")
        .prefetch_related("citations", "actions", "attachments")
    )


# --- The customer --------------------------------------------------------------------------


class StaffRecord(NamedTuple):
    """A customer's record as agents see it: private notes too, which no visitor's payload may hold."""

    customer: Customer
    subscription: Subscription | None
    orders: list[Order]
    tickets: list[Ticket]
    events: list[Event]

    @property
    def orders_as_of(self) -> datetime | None:
        return min((order.synced_at for order in self.orders), default=None)

    @property
    def tickets_as_of(self) -> datetime | None:
        return min((ticket.synced_at for ticket in self.tickets), default=None)

    @property
    def events_as_of(self) -> datetime | None:
        return min((event.synced_at for event in self.events), default=None)


def staff_record(customer: Customer) -> StaffRecord:
    return StaffRecord(
        customer,
        customer.subscriptions.order_by(F("cancels_at").desc(nulls_first=True), "-started_at").first(),
        list(customer.orders.order_by("-placed_at")[:MAX_ORDERS]),
        list(customer.tickets.order_by("-updated_at").prefetch_related("comments")[:MAX_TICKETS]),
        list(customer.events.order_by("-at")[:MAX_EVENTS]),
    )
