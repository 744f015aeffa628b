"""What a model is asked, and how."""

from chat.llm.base import ChatModel, ModelEvent, ModelRequest
from chat.llm.openai import Endpoint, OpenAIModel
from tests.chat.llm.model_server import ModelServer

REQUEST = ModelRequest(None, [{"role": "user", "content": "Refund?"}], 100)


def at(server: ModelServer, model: str) -> OpenAIModel:
    return OpenAIModel(Endpoint(model, server.url, "key"))


async def ask(model: ChatModel, request: ModelRequest = REQUEST) -> list[ModelEvent]:
    return [event async for event in model.stream(request)]
