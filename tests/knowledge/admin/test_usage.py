from datetime import date

import pytest

from knowledge.models import EmbeddingUsage

pytestmark = pytest.mark.django_db
URL = "/admin/knowledge/embeddingusage/"


def test_what_embedding_cost_is_listed_and_cannot_be_changed(admin_client):
    usage = EmbeddingUsage.objects.create(model="text-embedding-3-small", day=date(2026, 11, 20), texts=7, cost="0.25")

    assert "text-embedding-3-small" in admin_client.get(URL).content.decode()
    assert admin_client.post(f"{URL}{usage.pk}/change/", {"texts": 1}).status_code == 403
    assert admin_client.get(f"{URL}add/").status_code == 403
