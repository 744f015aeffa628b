"""Reads of customers and their record."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.masking import mask_secrets
from accounts.models import Customer, Order, Subscription, Ticket, TicketComment
from accounts.records import ANONYMOUS, AccountFact, CommentFact, CustomerRecord, TicketFact
from accounts.wording import date, items, money

MAX_SUBSCRIPTIONS = 2
MAX_ORDERS = 3
MAX_COMMENTS = 4
# Asked for by itself, a ticket may say more, and a list of tickets may be longer.
MAX_COMMENTS_OF_ONE = 12
MAX_TICKETS_LISTED = 10

# What a status means to the customer who reads it.
TICKET_STATUS = {
    Ticket.Status.OPEN: "open",
    Ticket.Status.PENDING: "waiting for your reply",
    Ticket.Status.SOLVED: "solved",
    Ticket.Status.CLOSED: "closed",
}


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


def customer_record(customer_id: int | None) -> CustomerRecord:
    """The live record as it is at this moment, in five queries at most. Nothing here is cached."""
    if customer_id is None:
        return ANONYMOUS
    customer = Customer.objects.filter(pk=customer_id, is_active=True).first()
    if customer is None:
        return ANONYMOUS
    subscriptions = list(customer.subscriptions.order_by("-started_at"))
    orders = customer.orders.order_by("-placed_at")[:MAX_ORDERS]
    return CustomerRecord(
        name=customer.name,
        facts=(
            *(subscription_fact(subscription, customer) for subscription in subscriptions[:MAX_SUBSCRIPTIONS]),
            *(order_fact(order, customer) for order in orders),
        ),
        tickets=tuple(ticket_fact(ticket, customer) for ticket in recent_tickets(customer)),
        plans=frozenset(each.plan for each in subscriptions if each.status in Subscription.CURRENT),
    )


def recent_tickets(customer: Customer) -> list[Ticket]:
    since = timezone.now() - timedelta(days=settings.RECENT_TICKET_DAYS)
    recent = customer.tickets.filter(updated_at__gte=since).order_by("-updated_at")
    return list(with_public_comments(recent)[: settings.RECENT_TICKETS])


def with_public_comments(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    public = TicketComment.objects.filter(is_public=True).order_by("created_at", "id")
    return tickets.prefetch_related(Prefetch("comments", queryset=public, to_attr="public_comments"))


# --- One thing by its number: None is the same for what is not there and for what is somebody else's ---


def order_of(customer_id: int, number: str) -> AccountFact | None:
    orders = Order.objects.filter(customer=customer_id, customer__is_active=True)
    order = orders.select_related("customer").filter(number=number).first()
    return order_fact(order, order.customer) if order else None


def ticket_of(customer_id: int, number: str) -> TicketFact | None:
    ticket = with_public_comments(tickets_of(customer_id)).filter(number=number).first()
    return ticket_fact(ticket, ticket.customer, MAX_COMMENTS_OF_ONE) if ticket else None


def ticket_list(customer_id: int) -> tuple[TicketFact, ...]:
    """However old, last changed first, without what was written in them."""
    newest = tickets_of(customer_id).order_by("-updated_at")[:MAX_TICKETS_LISTED]
    return tuple(ticket_fact(ticket, ticket.customer) for ticket in newest)


def tickets_of(customer_id: int) -> QuerySet[Ticket]:
    tickets = Ticket.objects.filter(customer=customer_id, customer__is_active=True)
    return tickets.select_related("customer")


# --- Rows in words -------------------------------------------------------------------------


def subscription_fact(subscription: Subscription, customer: Customer) -> AccountFact:
    zone = customer.time_zone
    price = money(subscription.price_minor, subscription.currency)
    seats = f" for {subscription.seats} seats" if subscription.seats > 1 else ""
    sentences = [
        f"Your plan is {subscription.plan}{seats} at {price} per {subscription.interval}.",
        f"Its status is: {subscription.get_status_display().lower()}.",
        f"It started on {date(subscription.started_at, zone)}.",
    ]
    if subscription.cancels_at:
        ends = "ends" if subscription.cancels_at > timezone.now() else "ended"
        sentences.append(f"It {ends} on {date(subscription.cancels_at, zone)}.")
    elif subscription.renews_at:
        trial = subscription.status == Subscription.Status.TRIALING
        verb = "Your trial ends and the first payment is due" if trial else "It renews"
        sentences.append(f"{verb} on {date(subscription.renews_at, zone)}.")
    return AccountFact("Your subscription", " ".join(sentences), subscription.synced_at)


def order_fact(order: Order, customer: Customer) -> AccountFact:
    placed = date(order.placed_at, customer.time_zone)
    sentences = [
        f"Order {order.number} of {placed}: {items(order.items)}, {money(order.total_minor, order.currency)} in all.",
        f"Its status is: {order.get_status_display().lower()}.",
    ]
    if order.tracking:
        sentences.append(f"It travels with {order.carrier or 'the carrier'}, tracking number {order.tracking}.")
    if order.refunded_minor:
        sentences.append(f"{money(order.refunded_minor, order.currency)} of it has been refunded.")
    return AccountFact(f"Order {order.number}", " ".join(sentences), order.synced_at)


def ticket_fact(ticket: Ticket, customer: Customer, most_comments: int = MAX_COMMENTS) -> TicketFact:
    comments: list[TicketComment] = getattr(ticket, "public_comments", [])
    return TicketFact(
        number=ticket.number,
        subject=mask_secrets(ticket.subject),
        status=TICKET_STATUS[Ticket.Status(ticket.status)],
        comments=tuple(comment_fact(comment, customer) for comment in comments[-most_comments:]),
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        as_of=ticket.synced_at,
    )


def comment_fact(comment: TicketComment, customer: Customer) -> CommentFact:
    by_customer = comment.kind == TicketComment.Kind.CUSTOMER
    author = "You" if by_customer else comment.author or comment.get_kind_display()
    written = f"{author}, {date(comment.created_at, customer.time_zone)}: {mask_secrets(comment.text)}"
    return CommentFact(written, by_customer)
