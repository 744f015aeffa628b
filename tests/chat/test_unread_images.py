"""What a customer is told of images that were not read, whoever answers and whatever the answer is."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from chat.answering import answer_question
from chat.errors import ModelError
from chat.events import Delta
from chat.llm.base import ImagesNotRead
from chat.llm.images import MARKER, images_of
from chat.phrases import PHRASES, phrase
from chat.records import Answer, Image, Question, Turn

pytestmark = pytest.mark.django_db(transaction=True)

UNREAD = "I could not read the attached image.\n\n"
ASKED = "How long does a refund take?"
FOUND = "A refund reaches your card in 5 to 10 business days [1]."

Ask = Callable[..., Awaitable[tuple[Answer, str]]]


@pytest.fixture
def image(own_state) -> Image:
    return Image(default_storage.save("attachments/1.png", ContentFile(b"pixels")), "image/png", 640, 400)


@pytest.fixture
def ask(widget, image) -> Ask:
    """The answer, and what was streamed of it."""

    async def ask(text: str = ASKED, **fields: Any) -> tuple[Answer, str]:
        streamed: list[str] = []

        async def emit(event: object) -> None:
            if isinstance(event, Delta):
                streamed.append(event.text)

        question = Question(text, "Help", None, images=(image,))
        answer = await answer_question(replace(question, **fields), emit)
        return answer, "".join(streamed)

    return ask


async def test_an_engine_without_a_model_says_so_first(ask, settings):
    settings.CHAT_MODEL = "extractive"

    answer, streamed = await ask()

    assert answer.text.startswith(f"{UNREAD}Quoted from the documentation:")
    assert streamed == answer.text
    assert (answer.trace["images_sent"], answer.trace["images_unread"]) == (0, 1)


async def test_a_model_that_takes_none_is_told_of_it_and_the_customer_too(ask, model):
    model.will_say(FOUND)

    answer, streamed = await ask()

    assert MARKER in model.requests[-1].messages[-1]["content"]
    assert answer.text == streamed == UNREAD + FOUND
    assert answer.answered


async def test_a_model_that_reads_it_says_nothing_of_it(ask, model, image):
    model.takes_images = True
    model.will_say(ModelError())
    model.will_say(FOUND)

    answer, _ = await ask()

    assert images_of(model.requests[-1].messages) == [image]
    assert answer.text == FOUND
    assert answer.trace["images_sent"] == 1


async def test_a_model_that_turns_out_to_take_none(ask, model):
    model.takes_images = True
    model.will_say(ImagesNotRead(), "How long does it take?")
    model.will_say(ImagesNotRead(), FOUND)

    answer, streamed = await ask()

    assert answer.text == streamed == UNREAD + FOUND
    assert answer.trace["images_sent"] == 0


async def test_when_the_model_is_away_both_are_said(ask, model):
    model.takes_images = True
    model.will_say(ModelError())
    model.will_say(ModelError())

    answer, streamed = await ask()

    assert answer.text.startswith(UNREAD + phrase("model_away", "en"))
    assert streamed == answer.text
    assert answer.trace["images_sent"] == 0


async def test_of_several_it_is_said_whether_any_were_read(ask, model, image, settings):
    several = tuple(replace(image, width=size, height=size) for size in (1000, 1001, 1002, 1003))
    model.will_say(FOUND)
    assert (await ask(images=several))[0].text.startswith("I could not read the attached images.\n\n")

    model.takes_images, settings.CHAT_CONTEXT_TOKENS = True, 8192
    model.will_say("How long does a refund take?")
    model.will_say(FOUND)
    assert (await ask(images=several))[0].text.startswith("I could not read all of the attached images.\n\n")


@pytest.mark.parametrize("language", ["de", "fr", "es"])
async def test_it_is_said_in_the_customers_language(ask, model, language):
    model.will_say(FOUND)

    answer, _ = await ask(language=language)

    assert answer.text.startswith(PHRASES["image_unread"][language])


async def test_what_the_sources_do_not_say_is_refused_after_it(ask, model):
    model.will_say("[0] I could not find it.")

    answer, streamed = await ask()

    assert answer.text == streamed == UNREAD + phrase("nothing_found", "en")


@pytest.mark.parametrize("text", ["", "Hi!", "?!"])
async def test_an_image_without_words_that_nobody_read_is_asked_back(ask, model, text):
    answer, streamed = await ask(text)

    assert answer.text == streamed == phrase("image_alone", "en")
    assert answer.outcome == "asked"
    assert not model.requests


@pytest.mark.parametrize(("text", "takes_images"), [("", False), ("Hi!", False), ("?!", False), ("", True)])
async def test_another_one_right_after_is_refused_and_left_to_a_person(ask, model, text, takes_images):
    asked = Turn("bot", phrase("image_alone", "de"), asks=True)
    model.takes_images = takes_images
    model.will_say(ModelError())

    answer, streamed = await ask(text, language="de", history=(Turn("customer", ""), asked))

    assert answer.text == streamed == phrase("image_again", "de")
    assert (answer.outcome, answer.answered) == ("refused", False)


async def test_after_an_answer_another_one_is_asked_about_again(ask, model):
    refused = Turn("bot", phrase("image_again", "en"))

    answer, _ = await ask("", history=(Turn("customer", ""), refused))

    assert answer.text == phrase("image_alone", "en")


async def test_words_that_say_nothing_are_asked_back_after_it(ask, model):
    answer, _ = await ask("It doesn't work")

    assert answer.text == UNREAD + phrase("more", "en")


async def test_an_image_said_before_is_not_excused_again(ask, model, image):
    model.will_say(FOUND)

    answer, _ = await ask(images=(), history=(Turn("customer", "Look", images=(image,)), Turn("bot", "I see.")))

    assert answer.text == FOUND


async def test_small_talk_stays_small(ask, model):
    answer, _ = await ask("Thanks!", images=())

    assert answer.outcome == "small_talk"
