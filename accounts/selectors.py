"""Reads of customers and their record."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Prefetch, QuerySet
from django.utils import timezone

from accounts.facts import events_fact, order_fact, profile_fact, subscription_fact, ticket_fact
from accounts.models import Customer, Order, Subscription, Ticket, TicketComment
from accounts.records import ANONYMOUS, AccountFact, CustomerRecord, TicketFact
from accounts.visibility import DEFAULT, Visibility

MAX_SUBSCRIPTIONS = 2
MAX_ORDERS = 3
MAX_EVENTS = 5
RECENT_EVENTS = timedelta(days=30)
# Asked for by itself, a ticket may say more, and a list of tickets may be longer.
MAX_COMMENTS_OF_ONE = 12
MAX_TICKETS_LISTED = 10


def active_customer(external_id: str) -> Customer | None:
    return Customer.objects.filter(external_id=external_id, is_active=True).first()


def plans_of(customer_id: int | None) -> frozenset[str]:
    """The plans a customer has now: what was cancelled or is paused opens nothing."""
    if customer_id is None:
        return frozenset()
    current = Subscription.objects.filter(
        customer=customer_id, customer__is_active=True, status__in=Subscription.CURRENT
    )
    return frozenset(current.values_list("plan", flat=True))


def subscribed_plans() -> frozenset[str]:
    """The plans that anybody has or had."""
    return frozenset(Subscription.objects.values_list("plan", flat=True).distinct())


def customer_record(customer_id: int | None, sees: Visibility = DEFAULT) -> CustomerRecord:
    """The live record as it is at this moment, in five queries. Nothing here is cached."""
    customer, subscriptions = customer_with_subscriptions(customer_id)
    if customer is None:
        return ANONYMOUS
    orders = customer.orders.order_by("-placed_at")[:MAX_ORDERS]
    since = timezone.now() - RECENT_EVENTS
    events = list(customer.events.filter(at__gte=since).order_by("-at")[:MAX_EVENTS])
    facts = (
        *(subscription_fact(subscription, customer, sees) for subscription in subscriptions[:MAX_SUBSCRIPTIONS]),
        *(order_fact(order, customer, sees) for order in orders),
        events_fact(events, customer, sees),
        profile_fact(customer, sees),
    )
    return CustomerRecord(
        name=customer.name,
        facts=tuple(fact for fact in facts if fact),
        tickets=tuple(ticket_fact(ticket, customer, sees) for ticket in recent_tickets(customer)),
        plans=frozenset(each.plan for each in subscriptions if each.status in Subscription.CURRENT),
    )


def customer_with_subscriptions(customer_id: int | None) -> tuple[Customer | None, list[Subscription]]:
    """Both in one query, the subscriptions that run first, then the newest. Nobody who is deactivated has any."""
    names = [column.attname for column in Subscription._meta.concrete_fields]
    joined = {f"subscription_{name}": F(f"subscriptions__{name}") for name in names}
    active = Customer.objects.filter(pk=customer_id or 0, is_active=True)
    rows = list(active.annotate(**joined).order_by("-subscriptions__started_at"))
    found = [{name: getattr(row, f"subscription_{name}") for name in names} for row in rows]
    subscriptions = [Subscription(**values) for values in found if values["id"] is not None]
    subscriptions.sort(key=lambda each: each.status not in Subscription.CURRENT)
    return (rows[0] if rows else None), subscriptions


def recent_tickets(customer: Customer) -> list[Ticket]:
    since = timezone.now() - timedelta(days=settings.RECENT_TICKET_DAYS)
    recent = customer.tickets.filter(updated_at__gte=since).order_by("-updated_at")
    return list(with_public_comments(recent)[: settings.RECENT_TICKETS])


def with_public_comments(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    public = TicketComment.objects.filter(is_public=True).order_by("created_at", "id")
    return tickets.prefetch_related(Prefetch("comments", queryset=public, to_attr="public_comments"))


# --- One thing by its number: None is the same for what is not there and for what is somebody else's ---


def order_of(customer_id: int, number: str, sees: Visibility = DEFAULT) -> AccountFact | None:
    orders = Order.objects.filter(customer=customer_id, customer__is_active=True)
    order = orders.select_related("customer").filter(number__iexact=number).first()
    return order_fact(order, order.customer, sees) if order else None


def ticket_of(customer_id: int, number: str, sees: Visibility = DEFAULT) -> TicketFact | None:
    ticket = with_public_comments(tickets_of(customer_id)).filter(number__iexact=number).first()
    return ticket_fact(ticket, ticket.customer, sees, MAX_COMMENTS_OF_ONE) if ticket else None


def last_tickets(customer_id: int, sees: Visibility = DEFAULT) -> tuple[TicketFact, ...]:
    """However old, last changed first, as many as a record has of recent ones."""
    newest = with_public_comments(tickets_of(customer_id)).order_by("-updated_at")[: settings.RECENT_TICKETS]
    return tuple(ticket_fact(ticket, ticket.customer, sees) for ticket in newest)


def ticket_list(customer_id: int, sees: Visibility = DEFAULT) -> tuple[TicketFact, ...]:
    """However old, last changed first, without what was written in them."""
    newest = tickets_of(customer_id).order_by("-updated_at")[:MAX_TICKETS_LISTED]
    return tuple(ticket_fact(ticket, ticket.customer, sees) for ticket in newest)


def tickets_of(customer_id: int) -> QuerySet[Ticket]:
    tickets = Ticket.objects.filter(customer=customer_id, customer__is_active=True)
    return tickets.select_related("customer")
