"""A question put to the search as everybody who may ask it, to see side by side what each would be answered from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from knowledge.access import CUSTOMERS, PUBLIC, Audience, collections_for
from knowledge.admin.scope import own_collections
from knowledge.models import Collection, CollectionPlan, Document
from knowledge.records import Asked, Level, Passage
from knowledge.rendering import render_passage
from knowledge.retrieval.answerable import ENOUGH, level_of, reason_for, strength
from knowledge.search import LONGEST_QUERY, explained_search
from knowledge.selectors import audience_of
from supportbot.theme import Checkboxes, LineInput

# What a score is the sum of, in words, in the order in which it is drawn.
EVIDENCE = {
    "vector": "meaning",
    "words": "words",
    "page": "page",
    "names": "identifiers",
    "parts": "sentences",
    "curated": "curated",
    "reranker": "reranker",
    "freshness": "freshness",
}


class TryForm(forms.Form):
    question = forms.CharField(
        max_length=LONGEST_QUERY,
        widget=LineInput(attrs={"autofocus": True, "placeholder": "How long does a refund take?"}),
    )
    collections = forms.ModelMultipleChoiceField(Collection.objects.none())

    def __init__(self, *args: Any, collections: QuerySet[Collection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collections"] = forms.ModelMultipleChoiceField(
            collections, required=False, widget=Checkboxes, help_text="None chosen: all that each may read."
        )


@dataclass(frozen=True)
class Share:
    """One kind of evidence in a score, and where its bar begins."""

    kind: str
    label: str
    value: float
    start: float


@dataclass(frozen=True)
class Found:
    """``place`` is its place for everyone, or None if the public is not shown it."""

    passage: Passage
    place: int | None
    collection: str

    @property
    def html(self) -> SafeString:
        return render_passage(self.passage.text)

    @property
    def shares(self) -> Iterator[Share]:
        start = 0.0
        for kind, label in EVIDENCE.items():
            if value := self.passage.evidence.get(kind, 0.0):
                yield Share(kind, label, value, start)
                start += value

    @property
    def headings(self) -> list[str]:
        return [heading for heading in self.passage.headings if heading != self.passage.title]


@dataclass
class Answered:
    """What some kinds of askers get alike."""

    asked: Asked
    passages: list[Passage]
    askers: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    @property
    def strength(self) -> float:
        return strength(self.asked.match) if self.asked.match else 0.0

    @property
    def needed(self) -> float:
        return ENOUGH

    @property
    def level(self) -> Level:
        return level_of(self.strength)

    @property
    def reason(self) -> str:
        return reason_for(self.asked.match) if self.asked.match else ""

    @property
    def has_curated(self) -> bool:
        return any(passage.is_curated for passage in self.passages)

    @property
    def also(self) -> str:
        return ", ".join(self.askers[1:])

    @property
    def is_for_everyone(self) -> bool:
        return self.askers[0] == "Everyone"


def askers(request: HttpRequest) -> Iterator[tuple[str, Audience]]:
    """As staff one sees what one may see oneself; customers see no more than staff do."""
    mine = own_collections(request).values("pk")
    plans = CollectionPlan.objects.filter(collection__in=mine).order_by("plan").values_list("plan", flat=True)
    names = list(plans.distinct())
    yield "Everyone", PUBLIC
    yield "Customers without a plan" if names else "Customers", CUSTOMERS
    for plan in names:
        yield f"Customers on {plan}", Audience(customer=True, plans=frozenset([plan]))
    yield "You, as staff", audience_of(request.user)


def answers_for(request: HttpRequest, form: TryForm) -> list[Answered]:
    """Those who may read the same are searched for once, and those who get the same stand together."""
    chosen = [collection.pk for collection in form.cleaned_data["collections"]] or None
    searched: dict[frozenset[int], Answered] = {}
    shown: dict[tuple[Level, tuple[int, ...]], Answered] = {}
    for name, audience in askers(request):
        visible = frozenset(collections_for(audience).values_list("pk", flat=True))
        if visible not in searched:
            found = explained_search(form.cleaned_data["question"], audience, collection_ids=chosen)
            searched[visible] = Answered(*found)
        answered = searched[visible]
        chunks = tuple(passage.chunk_id for passage in answered.passages)
        # The same passages may stand out among the pages that one asker sees, and not among those of another.
        shown.setdefault((answered.level, chunks), answered).askers.append(name)
    return compared(list(shown.values()))


def compared(answers: list[Answered]) -> list[Answered]:
    """Each passage with its place for everyone, who always comes first."""
    places = {passage.chunk_id: place for place, passage in enumerate(answers[0].passages, 1)}
    collections = collections_of(passage for answered in answers for passage in answered.passages)
    for answered in answers:
        answered.found = [
            Found(passage, places.get(passage.chunk_id), collections.get(passage.document_id, ""))
            for passage in answered.passages
        ]
    return answers


def collections_of(passages: Iterable[Passage]) -> dict[int, str]:
    documents = Document.objects.filter(pk__in={passage.document_id for passage in passages})
    return dict(documents.values_list("pk", "collection__name"))
