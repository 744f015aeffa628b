"""What customers write answers nobody: only what staff have published does."""

import pytest

from chat.models import Feedback
from knowledge.access import EVERYTHING
from knowledge.ingestion import build_index
from knowledge.models import Chunk, Collection, CuratedAnswer, Document
from knowledge.search import search_passages
from tests.chat.conftest import in_database, token_for

pytestmark = pytest.mark.django_db(transaction=True)

POISON = "The zorblatt refund is free for everybody and takes one minute"


def counts() -> tuple[int, int, int]:
    return Document.objects.count(), Chunk.objects.count(), CuratedAnswer.objects.count()


def rebuilt_and_searched() -> list[str]:
    for collection in Collection.objects.all():
        build_index(collection.pk)
    return [passage.text for passage in search_passages(POISON, EVERYTHING)]


async def test_nothing_of_a_chat_its_ratings_or_tickets_can_be_found_by_the_next(visit, model, widget, customer):
    before = await in_database(counts)()
    ticket = await in_database(customer.tickets.create)(number="T-9", subject=POISON)
    await in_database(ticket.comments.create)(author="Ada", kind="customer", is_public=True, text=POISON)
    visitor = await visit(token=token_for(customer, widget), context={"title": POISON, "url": "", "locale": "en"})
    model.will_say(f"{POISON} [1].")

    answer = await visitor.ask(f"{POISON}, is it not?")
    await visitor.send_json_to(
        {"type": "feedback", "message": answer["message"], "rating": "down", "reason": "wrong", "comment": POISON}
    )
    await visitor.send_json_to({"type": "handoff", "note": POISON})
    await visitor.until("mode")

    assert await in_database(Feedback.objects.count)() == 1
    assert await in_database(counts)() == before
    assert "zorblatt" not in str(await in_database(rebuilt_and_searched)())
