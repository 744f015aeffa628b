"""Everything an answer may be made of: passages, the customer's live record, recent tickets."""

from accounts.records import CustomerRecord
from accounts.selectors import customer_record, plans_of
from chat.records import AnswerContext, Question, Source
from knowledge.access import Audience
from knowledge.records import Passage
from knowledge.search import search_passages

MAX_PASSAGES = 8


def build_context(question: Question, query: str) -> AnswerContext:
    """Searches what this asker may see and reads the record of the customer of this session, if any."""
    passages = search_passages(query, audience_of(question), collection_ids=question.collection_ids, limit=MAX_PASSAGES)
    record = customer_record(question.customer_id)
    return assemble(question, query, tuple(passages), record)


def audience_of(question: Question) -> Audience:
    return Audience(
        customer=question.customer_id is not None,
        plans=plans_of(question.customer_id),
        staff=question.staff_group_ids is not None,
        group_ids=question.staff_group_ids or frozenset(),
    )


def assemble(question: Question, query: str, passages: tuple[Passage, ...], record: CustomerRecord) -> AnswerContext:
    """Numbers all sources together from 1. Pure."""
    sources: list[Source] = []

    def add(**fields: object) -> None:
        sources.append(Source(number=len(sources) + 1, **fields))  # type: ignore[arg-type]

    for passage in passages:
        title = " › ".join(passage.headings) or passage.title
        add(kind="document", title=title, text=passage.text, url=passage.url, document_id=passage.document_id)
    for fact in record.facts:
        add(kind="account", title=fact.title, text=fact.text, as_of=fact.as_of)
    for ticket in record.tickets:
        title = f"Ticket {ticket.number}: {ticket.subject}"
        comments = [comment.text for comment in ticket.comments]
        add(kind="ticket", title=title, text="\n".join([ticket.summary, *comments]), as_of=ticket.as_of)
    return AnswerContext(question, query, passages, record, tuple(sources))
