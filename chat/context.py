"""Everything an answer may be made of: passages, the customer's live record, recent tickets."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from accounts.masking import mask_secrets
from accounts.records import AccountFact, CustomerRecord, TicketFact
from accounts.selectors import plans_of
from chat.plans import known_plans
from chat.records import AnswerContext, Question, Source
from knowledge.access import Audience
from knowledge.records import Match, Passage
from knowledge.search import explained_search

MAX_PASSAGES = 8


class Found(NamedTuple):
    """The passages, best first, how well they fit, and the names of all plans there are."""

    passages: tuple[Passage, ...]
    match: Match | None = None
    plans: frozenset[str] = frozenset()


def found_for(question: Question, query: str, also: Sequence[str], plans: frozenset[str]) -> Found:
    """What this asker may see, who is on these ``plans``."""
    asked, passages = explained_search(
        query, audience_of(question, plans), collection_ids=question.collection_ids, also=also, limit=MAX_PASSAGES
    )
    return Found(tuple(passages), asked.match, known_plans())


def audience_of(question: Question, plans: frozenset[str] | None = None) -> Audience:
    """``plans`` are the customer's, if whoever asks has just read them."""
    return Audience(
        customer=question.actor.is_verified,
        plans=plans_of(question.customer_id) if plans is None else plans,
        staff=question.actor.is_staff,
        group_ids=question.actor.group_ids,
    )


def assemble(question: Question, query: str, found: Found, record: CustomerRecord) -> AnswerContext:
    """Numbers all sources together from 1. Pure."""
    listed = [
        *map(passage_source, found.passages),
        *map(fact_source, record.facts),
        *map(ticket_source, record.tickets),
    ]
    sources = tuple(replace(source, number=number) for number, source in enumerate(listed, start=1))
    return AnswerContext(question, query, found.passages, record, sources, match=found.match, plans=found.plans)


# --- One source each, which a context will number ------------------------------------------


def passage_source(passage: Passage) -> Source:
    return Source(
        number=0,
        kind="document",
        title=" › ".join(passage.headings) or passage.title,
        text=passage.text,
        url=passage.url,
        document_id=passage.document_id,
        updated_at=passage.updated_at,
    )


def fact_source(fact: AccountFact) -> Source:
    return Source(number=0, kind="account", title=fact.title, text=fact.text, as_of=fact.as_of, origin=fact.origin)


def ticket_source(ticket: TicketFact) -> Source:
    """Masked again: whatever a connector brought, no card number travels on."""
    text = "\n".join([ticket.summary, *(comment.text for comment in ticket.comments)])
    title = f"Ticket {ticket.number}: {ticket.subject}"
    return Source(number=0, kind="ticket", title=mask_secrets(title), text=mask_secrets(text), as_of=ticket.as_of)
