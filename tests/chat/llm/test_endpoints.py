"""Whoever says where the model is gets its key and every question: nobody does but the environment."""

import json
import re

import pytest
from django.apps import apps

from accounts.api_keys import create_api_key
from chat.llm import ENGINES
from tests.chat.conftest import in_database
from tests.chat.llm.model_server import ModelServer, model_server

ADDRESS = re.compile("base_?url|endpoint|openai|model_url|chat_model", re.IGNORECASE)


def test_no_row_that_anybody_can_edit_says_where_a_model_is():
    fields = {f"{model.__name__}.{field.name}" for model in apps.get_models() for field in model._meta.get_fields()}

    assert [name for name in fields if ADDRESS.search(name)] == []


@pytest.mark.django_db(transaction=True)
async def test_no_request_chooses_another_model_or_another_place(async_client, widget, server: ModelServer, settings):
    settings.CHAT_MODEL = "good"
    key = await in_database(create_api_key)("test")
    async with model_server(ModelServer()) as elsewhere:
        asked = {"question": "How long does a refund take?", "model": next(iter(ENGINES)), "base_url": elsewhere.url}
        await async_client.post(
            "/api/v1/answers",
            json.dumps(asked | {"openai_base_url": elsewhere.url, "engine": "bad"}),
            content_type="application/json",
            headers={"authorization": f"Bearer {key[1]}"},
        )

    assert [request["model"] for request in server.requests] == ["good"]
    assert elsewhere.requests == []
