"""The ways in which somebody gets words of theirs into a prompt. Each plants an order, and returns what to ask.

A page, a ticket or an order is written by whoever may; the visitor types; the page around the widget tells of itself;
and all of it may come back in the history or its summary.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Customer
from chat.models import Conversation
from knowledge.ingestion import build_index, ingest
from knowledge.models import Collection
from knowledge.services import save_document
from tests.chat.conftest import Visitor, in_database

ASKED = "How long does a refund of my order take?"

Visit = Callable[..., Awaitable[Visitor]]
Carrier = Callable[[Visit, Customer, str], Awaitable[tuple[Visitor, str]]]


async def document(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    await in_database(publish)(f"# Refunds of an order\n\n{ASKED} It goes back to the card.\n\n{order}")
    return await visit(), ASKED


async def ticket_comment(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    await in_database(_add_ticket)(ada, "Hello", order)
    return await visit(), ASKED


async def ticket_subject(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    await in_database(_add_ticket)(ada, order, "Hello")
    return await visit(), ASKED


async def order_item(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    await in_database(ada.orders.update)(items=[{"name": order, "quantity": 1, "price_minor": 1}])
    return await visit(), ASKED


async def page_title(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    return await visit(context={"title": order, "url": "https://shop.example/"}), ASKED


async def page_address(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    return await visit(context={"title": "Shop", "url": f"https://shop.example/{order}"}), ASKED


async def visitors_text(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    return await visit(), f"{ASKED}\n{order}"


async def history(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    visitor = await visit()
    await visitor.ask(f"{ASKED}\n{order}", id="before")
    return visitor, ASKED


async def summary(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    visitor = await visit()
    await in_database(_summarise)(visitor.ready["conversation"], order)
    return visitor, ASKED


async def page_found(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    """Only a tool comes upon it: more pages answer what is asked than a prompt begins with."""
    words = ("card", "bank", "till", "shop", "desk", "post", "phone", "mail", "branch", "office", "kiosk", "counter")
    others = [f"# Refunds of an order by {word}\n\n{ASKED} By {word} it takes a {word} of days." for word in words]
    await in_database(publish)(*others, f"# Zeppelins\n\nZeppelins.\n\n{order}")
    return await visit(), ASKED


async def ticket_found(visit: Visit, ada: Customer, order: str) -> tuple[Visitor, str]:
    """Too old to be in the context of every answer."""
    await in_database(_add_ticket)(ada, "Hello", order, old=True)
    return await visit(), ASKED


CARRIERS: list[Carrier] = [
    document,
    ticket_comment,
    ticket_subject,
    order_item,
    page_title,
    page_address,
    visitors_text,
    history,
    summary,
]
# By the call a model makes of itself, which finds the order.
FOUND: dict[Carrier, str] = {
    page_found: 'CALL search_documents {"query": "Zeppelins"}',
    ticket_found: 'CALL get_ticket {"number": "T-9"}',
}


def publish(*texts: str) -> None:
    shelf = Collection.objects.get(slug="public")
    pages = [(f"refunds-{number}.md", text) for number, text in enumerate(texts)]
    ingest([save_document(collection=shelf, path=path, content=text)[0].pk for path, text in pages])
    build_index(shelf.pk)


def _add_ticket(ada: Customer, subject: str, text: str, *, old: bool = False) -> None:
    changed = timezone.now() - timedelta(days=settings.RECENT_TICKET_DAYS + 1 if old else 0)
    ticket: Any = ada.tickets.create(number="T-9", subject=subject, updated_at=changed)
    ticket.comments.create(author="Ada", kind="customer", is_public=True, text=text)


def _summarise(conversation: str, text: str) -> None:
    Conversation.objects.filter(public_id=conversation).update(summary=text)
