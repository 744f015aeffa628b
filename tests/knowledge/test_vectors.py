from decimal import Decimal

import pytest

from knowledge.embedders import get_embedder
from knowledge.models import EmbeddingUsage
from knowledge.vectors import embed_missing, hash_of

pytestmark = pytest.mark.django_db


def embed(*texts):
    embed_missing({hash_of(text): text for text in texts}, get_embedder("hashing"), lambda: None)


def test_what_was_embedded_and_its_cost_are_added_up_per_day(settings):
    settings.EMBEDDING_PRICE = 20_000
    embed("one two three")
    embed("four five")

    usage = EmbeddingUsage.objects.get()
    assert (usage.model, usage.texts, usage.tokens, usage.cost) == ("hashing", 2, 5, Decimal("0.1"))


def test_what_was_embedded_before_costs_nothing():
    embed("one")
    embed("one")

    assert EmbeddingUsage.objects.get().texts == 1
