"""Rows of a record in words, as far as the bot may see them. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.masking import mask_secrets
from accounts.models import Customer, Event, Order, Subscription, Ticket, TicketComment
from accounts.records import AccountFact, CommentFact, TicketFact
from accounts.visibility import ATTRIBUTES, Visibility
from accounts.wording import date, items, money, spoken

MAX_COMMENTS = 4

# What a status means to the customer who reads it.
TICKET_STATUS = {
    Ticket.Status.OPEN: "open",
    Ticket.Status.PENDING: "waiting for your reply",
    Ticket.Status.SOLVED: "solved",
    Ticket.Status.CLOSED: "closed",
}
PROFILE = {
    "name": "Your name is {}.",
    "email": "Your e-mail address is {}.",
    "phone": "Your phone number is {}.",
    "company": "Your company is {}.",
    "external_id": "Your customer number is {}.",
    "locale": "Your language is {}.",
    "time_zone": "Your time zone is {}.",
}


def profile_fact(customer: Customer, sees: Visibility) -> AccountFact | None:
    said = [sees.say(sentence, f"customer.{name}", getattr(customer, name)) for name, sentence in PROFILE.items()]
    for name, value in sorted(customer.attributes.items()):
        text = sees.text(ATTRIBUTES + name, plain(value))
        said.append(f"{spoken(name)}: {text}." if text else "")
    return fact("Your account", said, customer.synced_at)


def subscription_fact(subscription: Subscription, customer: Customer, sees: Visibility) -> AccountFact | None:
    zone = customer.time_zone
    said = [
        plan_sentence(subscription, sees),
        sees.say("Its status is: {}.", "subscription.status", subscription.get_status_display().lower()),
        sees.say("It started on {}.", "subscription.started", date(subscription.started_at, zone)),
        term_sentence(subscription, zone, sees),
    ]
    return fact("Your subscription", said, subscription.synced_at)


def term_sentence(subscription: Subscription, zone: str, sees: Visibility) -> str:
    """When it ends, or when it goes on. What is paused or canceled does not, whatever day was once given."""
    now = timezone.now()
    if ending := subscription.cancels_at:
        verb = "ends" if ending > now else "ended"
        return sees.say(f"It {verb} on {{}}.", "subscription.cancels", date(ending, zone))
    if not subscription.renews_at or subscription.status not in Subscription.CURRENT:
        return ""
    is_trial = subscription.status == Subscription.Status.TRIALING
    if subscription.renews_at > now:
        said = "Your trial ends and the first payment is due on {}." if is_trial else "It renews on {}."
    else:  # it may have, but nobody has told
        said = "Your trial was due to end on {}." if is_trial else "It was due to renew on {}."
    return sees.say(said, "subscription.renews", date(subscription.renews_at, zone))


def plan_sentence(subscription: Subscription, sees: Visibility) -> str:
    price = f"{money(subscription.price_minor, subscription.currency)} per {subscription.interval}"
    plan = sees.say(" is {}", "subscription.plan", subscription.plan)
    seats = sees.say(" for {} seats", "subscription.seats", subscription.seats) if subscription.seats > 1 else ""
    price = sees.say(" at {}" if plan else " costs {}", "subscription.price", price)
    said = f"{plan}{seats}{price}" if plan else f"{price}{seats}"
    return f"Your plan{said}." if plan or price else ""


def order_fact(order: Order, customer: Customer, sees: Visibility) -> AccountFact | None:
    title = f"Order {sees.text('order.number', order.number)}".strip()
    bought = [
        sees.text("order.items", items(order.items)),
        sees.say("{} in all", "order.total", money(order.total_minor, order.currency)),
    ]
    placed = sees.say(" of {}", "order.placed", date(order.placed_at, customer.time_zone))
    said = [
        f"{title}{placed}: {', '.join(filter(None, bought))}." if any(bought) else "",
        sees.say("Its status is: {}.", "order.status", order.get_status_display().lower()),
        shipping_sentence(order, sees),
    ]
    if order.refunded_minor:
        amount = money(order.refunded_minor, order.currency)
        said.append(sees.say("{} of it has been refunded.", "order.refunded", amount))
    return fact(title, said, order.synced_at)


def shipping_sentence(order: Order, sees: Visibility) -> str:
    if not order.tracking:
        return ""
    carrier = sees.text("order.carrier", order.carrier)
    number = sees.say(", tracking number {}", "order.tracking", order.tracking)
    return f"It travels with {carrier or 'the carrier'}{number}." if carrier or number else ""


def events_fact(events: Sequence[Event], customer: Customer, sees: Visibility) -> AccountFact | None:
    """What happened lately, the newest first, as old as the oldest news in it."""
    said = []
    for event in events:
        happened = [sees.text("event.kind", spoken(event.kind)), sees.text("event.text", mask_secrets(event.text))]
        if any(happened):
            said.append(f"{date(event.at, customer.time_zone)}: {', '.join(filter(None, happened))}.")
    if not said:
        return None
    as_of = min(event.synced_at for event in events)
    return AccountFact("What happened lately", " ".join(said), as_of, is_log=True)


def ticket_fact(ticket: Ticket, customer: Customer, sees: Visibility, most_comments: int = MAX_COMMENTS) -> TicketFact:
    """With the comments that the query has put into ``public_comments``; without them, of the ticket alone."""
    comments: list[TicketComment] = getattr(ticket, "public_comments", [])
    details = [
        sees.say("Its priority is {}.", "ticket.priority", ticket.get_priority_display().lower()),
        sees.say("It is about: {}.", "ticket.category", ticket.category),
    ]
    told = (comment_fact(comment, customer, sees) for comment in comments[-most_comments:])
    return TicketFact(
        number=sees.text("ticket.number", ticket.number),
        subject=sees.text("ticket.subject", mask_secrets(ticket.subject)),
        status=sees.text("ticket.status", TICKET_STATUS[Ticket.Status(ticket.status)]),
        comments=tuple(comment for comment in told if comment.text),
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        as_of=ticket.synced_at,
        details=" ".join(filter(None, details)),
    )


def comment_fact(comment: TicketComment, customer: Customer, sees: Visibility) -> CommentFact:
    by_customer = comment.kind == TicketComment.Kind.CUSTOMER
    named = sees.text("ticket.comment_author", comment.author)
    author = "You" if by_customer else named or comment.get_kind_display()
    head = f"{author}, {date(comment.created_at, customer.time_zone)}: "
    text = sees.text("ticket.comments", mask_secrets(comment.text))
    return CommentFact(head + text if text else "", by_customer)


# --- Shared steps --------------------------------------------------------------------------


def fact(title: str, said: Iterable[str], as_of: datetime) -> AccountFact | None:
    text = " ".join(filter(None, said))
    return AccountFact(title, text, as_of) if text else None


def plain(value: Any) -> str:
    """An attribute in words. What has parts of its own nobody has decided about one by one: it is left out."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(plain, value)))
    return mask_secrets(str(value)) if isinstance(value, str | int | float) else ""
