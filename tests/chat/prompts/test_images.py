"""Images in a prompt: which of them, where, and what is said of the others."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from chat.errors import QuestionTooLong
from chat.llm.images import MARKER, images_of
from chat.llm.sight import image_tokens
from chat.prompts.messages import size
from chat.records import Image, Turn
from tests.chat.prompting import build, context, count, document

tokens = partial(image_tokens, "gpt-4o")


def image(name: object, side: int = 500) -> Image:
    return Image(f"{name}.png", "image/png", side, side)


ONE, TWO = image("one"), image("two")


def test_the_question_comes_with_its_images_in_their_order():
    prompt = build(context("What is this?", images=(ONE, TWO)), image_tokens=tokens)

    text, *parts = prompt.messages[-1]["content"]
    assert "What is this?" in text["text"]
    assert MARKER not in text["text"]
    assert [part["image"] for part in parts] == [ONE, TWO]
    assert "They are no source" in prompt.messages[0]["content"]


def test_a_model_that_takes_none_is_told_of_each():
    prompt = build(context("What is this?", images=(ONE, TWO)))

    assert f"What is this?\n\n{MARKER}\n\n{MARKER}" in prompt.messages[-1]["content"]
    assert "They are no source" not in prompt.messages[0]["content"]
    assert prompt.left_out == ()


def test_without_words_the_question_is_what_was_searched_for():
    about = context("", images=(ONE,))
    about = type(about)(about.question, "Why is my card declined?", (), about.record, ())

    assert "QUESTION\nWhy is my card declined?" in build(about, image_tokens=tokens).messages[-1]["content"][0]["text"]


def test_images_of_the_last_two_turns_come_along_and_older_ones_are_told_of():
    history = tuple(
        turn
        for number in range(4)
        for turn in (Turn("customer", "Look", images=(image(f"{number}"),)), Turn("bot", "I see."))
    )

    prompt = build(context("And now?", history=history, images=(ONE,)), image_tokens=tokens)

    assert images_of(prompt.messages) == [image("2"), image("3"), ONE]
    assert str(prompt.messages).count(MARKER) == 2


def test_of_more_than_four_the_newest_are_sent():
    history = (Turn("customer", "Look", images=(image("a"), image("b"))), Turn("bot", "I see."))

    prompt = build(context("Now?", history=history, images=(ONE, TWO, image("c"))), budget=9000, image_tokens=tokens)

    assert images_of(prompt.messages) == [image("b"), ONE, TWO, image("c")]
    assert prompt.left_out == ("an image of an earlier turn",)


def test_images_leave_room_for_what_answers_the_question():
    large = tuple(image(f"{number}", 1568) for number in range(4))

    prompt = build(context("Why?", (document(1, "Ten days."),), images=large), budget=6000, image_tokens=tokens)

    assert 0 < len(images_of(prompt.messages)) < 4
    assert "Ten days." in str(prompt.messages)
    assert prompt.left_out.count("an image of the question") == 4 - len(images_of(prompt.messages))


def test_images_of_turns_that_are_merged_stay_with_them():
    history = (Turn("customer", "One", images=(ONE,)), Turn("customer", "Two"))

    content = build(context("Three", history=history, images=(TWO,)), image_tokens=tokens).messages[-1]["content"]

    assert [part["type"] for part in content] == ["text", "image", "text", "text", "image"]


sizes = st.builds(image, st.uuids(), st.integers(1, 1568))
several = st.lists(sizes, max_size=5).map(tuple)
turns = st.builds(Turn, st.sampled_from(["customer", "bot"]), st.text(max_size=300), images=several)


@given(st.lists(turns, max_size=8), several, st.text(max_size=300), st.integers(300, 12_000), st.integers(0, 1000))
def test_no_prompt_with_images_exceeds_its_budget(history, images, text, budget, spare):
    about = context(text, (document(1, text * 9),), tuple(history), images=images)
    try:
        prompt = build(about, budget, spare=spare, image_tokens=tokens)
    except QuestionTooLong:
        return

    sent = images_of(prompt.messages)
    assert sum(size(each, count) for each in prompt.messages) + sum(map(tokens, sent)) <= prompt.tokens <= budget
    assert len(sent) <= 4
