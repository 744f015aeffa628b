"""The values that travel along the read flow: question → context → answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from accounts.actors import VISITOR, Actor
from accounts.connectors.asking import Connected
from accounts.records import AccountFact, CustomerRecord, TicketFact
from accounts.visibility import DEFAULT, Visibility
from knowledge.records import Level, Match, Passage

Role = Literal["customer", "bot", "agent"]
AnswerStatus = Literal["complete", "stopped", "interrupted", "failed"]
# Why an answer is what it is. "refused": the sources do not say.
Outcome = Literal["answered", "curated", "asked", "refused", "small_talk", "handed_over"]
# Why somebody is handed over: what they wrote, a click on the button for it, or on an offer of the assistant.
HandOver = Literal["wish", "anger", "button", "offer", "agent_left"]

RecordItem = AccountFact | TicketFact


@dataclass(frozen=True)
class Image:
    """One that the customer attached. Its bytes stay in ``file``, as storage knows it, until a model is sent them."""

    file: str
    content_type: str
    width: int
    height: int


@dataclass(frozen=True)
class Turn:
    """One earlier message of the conversation.

    ``cited`` are the titles of the documents an answer of the bot rests on; ``asks`` says that it asked back.
    ``seq`` is its place in the conversation, 0 where none is kept.
    """

    role: Role
    text: str
    cited: tuple[str, ...] = ()
    asks: bool = False
    seq: int = 0
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked, and by whom: that comes from the session, never from the text.

    ``conversation_id`` is missing where no conversation is kept: nothing can be done there, only answered.
    ``connectors`` are the systems of the company that may be asked about the customer.
    ``done`` are the kinds of actions the customer has had done here.
    ``answer_id`` is the row of the answer that is due, under which actions are offered.
    ``summary`` stands for the turns up to ``summary_until``. ``language`` is the customer's, where it is known.
    ``page`` is what the visitor's browser says of itself (url, title, locale): it proves nothing.
    ``sees`` is what of the record the widget lets the bot see.
    ``may_verify`` says that a code by e-mail can prove who they are.
    ``visitor`` and ``ip`` are there to count what each takes, and go nowhere else.
    """

    text: str
    widget_name: str
    collection_ids: frozenset[int] | None
    actor: Actor = VISITOR
    sees: Visibility = DEFAULT
    conversation_id: int | None = None
    answer_id: int | None = None
    history: tuple[Turn, ...] = ()
    page: dict[str, str] = field(default_factory=dict)
    language: str = "en"
    done: frozenset[str] = frozenset()
    connectors: tuple[Connected, ...] = ()
    summary: str = ""
    summary_until: int = 0
    widget_id: int | None = None
    images: tuple[Image, ...] = ()
    may_verify: bool = False
    visitor: str = field(default="", repr=False)
    ip: str = field(default="", repr=False)

    @property
    def customer_id(self) -> int | None:
        return self.actor.customer_id


@dataclass(frozen=True)
class Source:
    """Anything an answer may cite, under the number it has in the prompt: 0 until a context gives it one.

    A document knows when it was ``updated_at``; what is of the record, ``as_of`` when it was true and, for a fact,
    which system it comes from.
    """

    number: int
    kind: Literal["document", "account", "ticket"]
    title: str
    text: str
    url: str = ""
    as_of: datetime | None = None
    document_id: int | None = None
    updated_at: datetime | None = None
    origin: str = ""

    @property
    def content(self) -> tuple[str, int | None, str, str]:
        """What makes two of them the same, whatever their numbers."""
        return (self.kind, self.document_id, self.title, self.text)


@dataclass(frozen=True)
class Verdict:
    """Whether what was found is enough to answer from, as ``evidence.py`` judges it.

    "enough" may be quoted; from "related" passages a model may still make out an answer; "nothing" is about something
    else. ``record`` is what the customer's record says to the question, looked at where the passages are not enough.
    ``may_look_up`` says that the question is one for tools: the asker's own affairs, and it is known who asks.
    """

    level: Level
    strength: float
    reason: str
    record: tuple[RecordItem, ...] = ()
    may_look_up: bool = False

    @property
    def is_worth_a_model(self) -> bool:
        return self.level != "nothing" or bool(self.record) or self.may_look_up

    def traced(self) -> dict[str, Any]:
        """Without what the record says."""
        return {
            "level": self.level,
            "strength": round(self.strength, 3),
            "reason": self.reason,
            "record_items": len(self.record),
        }


@dataclass(frozen=True)
class AnswerContext:
    """Everything an engine may use. Sources are numbered from 1: passages by rank, facts, tickets, what tools find.

    ``query`` is the question put so that it stands alone, which is what was searched for; ``match`` how well the
    passages fit it, and ``verdict`` what that means, once it was judged. ``images_seen`` counts the images of the
    question that a model saw when it wrote the query. ``plans`` are all that are known, whoever is on them.
    """

    question: Question
    query: str
    passages: tuple[Passage, ...]
    record: CustomerRecord
    sources: tuple[Source, ...]
    match: Match | None = None
    verdict: Verdict | None = None
    images_seen: int = 0
    plans: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """What the customer has said or shown: it may be repeated."""
        return f"{self.question.text}\n{self.query}" if self.images_seen else self.question.text

    def source_of(self, item: Passage | RecordItem) -> Source:
        items = (*self.passages, *self.record.facts, *self.record.tickets)
        return self.sources[items.index(item)]

    def with_sources(self, found: Iterable[Source]) -> "AnswerContext":
        """With what was found besides, numbered on. What is there already keeps its number."""
        sources = list(self.sources)
        for source in found:
            if source.content not in {known.content for known in sources}:
                sources.append(replace(source, number=len(sources) + 1))
        return replace(self, sources=tuple(sources))

    def numbered(self, found: Iterable[Source]) -> tuple[Source, ...]:
        """These sources under the numbers they have here."""
        known = {source.content: source for source in self.sources}
        return tuple(known[source.content] for source in found)


@dataclass(frozen=True)
class Cited:
    """A citation as it is stored and sent."""

    number: int
    kind: Literal["document", "account", "ticket"]
    title: str
    url: str = ""
    quote: str = ""
    as_of: datetime | None = None
    document_id: int | None = None


@dataclass(frozen=True)
class Answer:
    """How an answer ended. ``answered`` is False when the sources do not say; ``sign_in`` is True when only a record
    could, and nobody has proved whose."""

    text: str
    status: AnswerStatus = "complete"
    answered: bool = True
    outcome: Outcome = "answered"
    citations: tuple[Cited, ...] = ()
    suggestions: tuple[str, ...] = ()
    engine: str = ""
    trace: dict[str, Any] = field(default_factory=dict)
    sign_in: bool = False
