"""The demo company, indexed with the embedder it comes with, and what its customers are told."""

from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync

from accounts.models import Customer
from accounts.visibility import Visibility
from chat.answering import answer_question
from chat.models import Widget
from chat.records import Answer, Question, Turn
from knowledge.ingestion import build_index, ingest
from knowledge.models import Collection, Document
from supportbot.demo import loading
from tests import factories


def load_indexed(settings: Any, folder: Path) -> None:
    settings.DATA_DIR = folder
    settings.EMBEDDING_MODEL = "minilm"
    loading.load()
    ingest(list(Document.objects.values_list("pk", flat=True)))
    for collection in Collection.objects.all():
        build_index(collection.pk)


def answered(text: str, customer: str = "", history: tuple[Turn, ...] = ()) -> Answer:
    """By the demo's widget; without a customer's id to a visitor."""
    widget = Widget.objects.get(public_key=loading.WIDGET_KEY)
    asker = Customer.objects.get(external_id=customer) if customer else None
    sees = Visibility(widget.visible_fields)
    question = Question(text, widget.name, None, factories.actor(asker), sees, history=history)

    async def ignore(_: object) -> None: ...

    return async_to_sync(answer_question)(question, ignore)
