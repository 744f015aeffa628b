"""Images on their way to a model, and what becomes of them where none are taken."""

from dataclasses import replace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from chat.errors import ModelError
from chat.llm.base import ImagesNotRead, ModelRequest, TextDelta
from chat.llm.completion import complete
from chat.llm.guarded import GuardedModel
from chat.llm.images import MARKER, images_of, with_images, without_images
from chat.llm.metering import most_of
from chat.llm.scripted import ScriptedModel
from chat.llm.sight import image_tokens, sight_of
from chat.records import Image
from tests.chat.llm.conftest import REQUEST, ask, at
from tests.chat.llm.model_server import ModelServer

SEEN = [TextDelta("Refunds "), TextDelta("take days [1].")]


@pytest.fixture
def image(own_state) -> Image:
    return Image(default_storage.save("attachments/1.png", ContentFile(b"pixels")), "image/png", 640, 400)


@pytest.fixture
def request_with_image(image: Image) -> ModelRequest:
    asked = {"role": "user", "content": with_images("What is this?", [image], [image])}
    return replace(REQUEST, messages=[{"role": "system", "content": "Be kind."}, asked])


@pytest.fixture(autouse=True)
def every_model_takes_images(settings):
    settings.CHAT_MODEL_IMAGES = "yes"


async def test_a_model_that_takes_images_is_sent_their_bytes(server: ModelServer, request_with_image):
    events = await ask(at(server, "good"), request_with_image)

    assert server.requests[0]["messages"] == [
        {"role": "system", "content": "Be kind."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,cGl4ZWxz"}},
            ],
        },
    ]
    assert events[:-1] == SEEN


async def test_a_model_that_takes_none_is_told_that_there_is_one(server: ModelServer, settings, request_with_image):
    settings.CHAT_MODEL_IMAGES = "no"

    events = await ask(at(server, "good"), request_with_image)

    assert server.requests[0]["messages"][1] == {"role": "user", "content": f"What is this?\n\n{MARKER}"}
    assert events[:-1] == [ImagesNotRead(), *SEEN]


@pytest.mark.parametrize("model", ["blind", "textual"])
async def test_a_server_that_refuses_images_is_asked_once_more_without(server: ModelServer, request_with_image, model):
    events = await ask(at(server, model), request_with_image)

    assert [isinstance(sent["messages"][1]["content"], list) for sent in server.requests] == [True, False]
    assert MARKER in server.requests[1]["messages"][1]["content"]
    assert events[:-1] == [ImagesNotRead(), *SEEN]


@pytest.mark.parametrize("fault", ["401", "429", "500", "503"])
async def test_other_refusals_are_not_taken_for_one_of_images(server: ModelServer, request_with_image, fault):
    with pytest.raises(ModelError):
        await ask(at(server, fault), request_with_image)

    assert len(server.requests) == 1


async def test_a_request_without_images_is_not_sent_twice(server: ModelServer):
    with pytest.raises(ModelError):
        await ask(at(server, "400"))

    assert len(server.requests) == 1


async def test_the_second_service_is_asked_in_its_own_way(server: ModelServer, settings, request_with_image):
    settings.CHAT_MODEL_IMAGES = "auto"
    first, second = at(server, "gpt-4o"), at(server, "good")
    server.this_time = lambda model: "503" if model == "gpt-4o" else model  # type: ignore[method-assign]

    events = await ask(GuardedModel(first, second), request_with_image)

    assert [isinstance(sent["messages"][1]["content"], list) for sent in server.requests] == [True, False]
    assert ImagesNotRead() in events


async def test_an_image_that_was_removed_meanwhile_is_told_of(server: ModelServer, image, request_with_image):
    default_storage.delete(image.file)

    await ask(at(server, "good"), request_with_image)

    assert {"type": "text", "text": MARKER} in server.requests[0]["messages"][1]["content"]


async def test_a_text_about_an_image_nobody_saw_is_none(settings, server: ModelServer, request_with_image):
    settings.CHAT_MODEL_IMAGES = "no"

    with pytest.raises(ModelError):
        await complete(at(server, "good"), request_with_image.messages, 10, 30)


def test_an_image_is_counted_by_its_size_and_not_by_its_bytes(request_with_image, settings):
    settings.CHAT_CONTEXT_TOKENS = 100_000

    most, told = (
        most_of(ScriptedModel(), replace(request_with_image, messages=messages))["prompt"]
        for messages in (request_with_image.messages, without_images(request_with_image.messages))
    )

    (image,) = images_of(request_with_image.messages)
    assert most == told + image_tokens("scripted", image)


@pytest.mark.parametrize(
    "model",
    [
        *("gpt-4o", "gpt-4o-mini-2024-07-18", "openai/gpt-4.1", "ft:gpt-4.1-mini:acme", "gpt-5.2", "gpt-5-nano", "o3"),
        *(
            "o4-mini",
            "claude-sonnet-4-5",
            "anthropic/claude-3-haiku",
            "gemini-2.5-flash",
            "gemma-3-27b-it",
            "gemma3:4b",
        ),
        *("Qwen/Qwen2.5-VL-7B-Instruct", "qwen3-vl:8b", "qwen3.5-35b", "pixtral-12b", "llava:13b", "llama-4-scout"),
        *("llama-3.2-11b-vision-instruct", "mistral-medium-latest", "HuggingFaceTB/SmolVLM-500M", "glm-4.5v"),
    ],
)
def test_models_that_take_images_are_known_by_their_names(settings, model):
    settings.CHAT_MODEL_IMAGES = "auto"

    assert sight_of(model)


@pytest.mark.parametrize(
    "model",
    [
        *("gpt-3.5-turbo", "gpt-4", "gpt-oss-120b", "o1-mini", "o3-mini", "gpt-4o-audio-preview", "claude-2.1"),
        *("qwen3-32b", "qwen2.5-72b", "llama-3.3-70b", "mistral-7b", "deepseek-v3", "phi-4", "gemma-3-1b", "gemma2:9b"),
        *("extractive", "scripted", "our-model", "supervision", "glm-4.6"),
    ],
)
def test_of_others_nothing_is_expected_unless_it_is_said(settings, model):
    settings.CHAT_MODEL_IMAGES = "auto"
    assert not sight_of(model)

    settings.CHAT_MODEL_IMAGES = "yes"
    assert sight_of(model)


@pytest.mark.parametrize(
    ("model", "size", "billed"),
    [
        ("gpt-4o", (1024, 1024), 765),
        ("gpt-4.1", (1568, 1176), 765),
        ("gpt-4.1-mini", (1568, 1176), 2352),
        ("gpt-4.1-mini", (1024, 1024), 1659),
        ("gpt-4.1-nano", (1568, 1568), 3779),
        ("gpt-5", (1024, 1024), 630),
        ("claude-sonnet-4-5", (1092, 1092), 1590),
        ("claude-opus-4-7", (1568, 1568), 3279),
        ("gemini-2.5-flash", (100, 100), 258),
        ("gemini-2.5-flash", (1536, 1536), 1032),
        ("qwen2.5-vl-7b", (1568, 1568), 3136),
    ],
)
def test_never_less_is_counted_than_providers_bill(model, size, billed):
    counted = image_tokens(model, Image("1.png", "image/png", *size))

    assert billed <= counted <= 3 * billed + 258
