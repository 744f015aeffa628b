"""Texts of others that name a customer. They are listed and not touched: a person decides about each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain, islice
from typing import Any

from accounts.models import Customer, Ticket, TicketComment
from chat.models import Conversation, Feedback, Message
from knowledge.mentions import mentions, mentions_in
from knowledge.records import Mention

MOST = 1000


def mentions_of(customer: Customer, words: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Read when their own conversations are gone: what is left is others'."""
    return [asdict(mention) for mention in islice(chain(mentions(words), of_others(customer, words)), MOST)]


def of_others(customer: Customer, words: Mapping[str, Sequence[str]]) -> Iterator[Mention]:
    yield from mentions_in(Ticket.objects.exclude(customer=customer), ["subject"], words)
    yield from mentions_in(TicketComment.objects.exclude(ticket__customer=customer), ["text", "author"], words)
    yield from mentions_in(Message.objects.all(), ["text"], words)
    yield from mentions_in(Conversation.objects.all(), ["summary", "attested_email"], words)
    yield from mentions_in(Feedback.objects.all(), ["comment"], words)
