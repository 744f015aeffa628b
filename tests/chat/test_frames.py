import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import frames
from chat.errors import FrameError


def parse(**frame: object) -> frames.ClientFrame:
    return frames.parse(json.dumps(frame))


def refusal(raw: str) -> FrameError:
    with pytest.raises(FrameError) as error:
        frames.parse(raw)
    return error.value


def test_hello_needs_nothing_but_its_type():
    assert parse(type="hello") == frames.Hello(type="hello", token=None, session=None, after=0, context=None)


def test_the_page_may_carry_fields_we_do_not_know():
    hello = parse(type="hello", context={"url": "https://a.example/", "referrer": "x"})

    assert isinstance(hello, frames.Hello)
    assert hello.context == frames.Page(url="https://a.example/")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("{", "bad_json"),
        ("[" * 10_000, "bad_json"),
        ('{"type":"message","id":"1","text":"\\ud800"}', "bad_json"),
        ("null", "invalid_field"),
        ("{}", "missing_field"),
        ('{"type":"explode"}', "unknown_type"),
        ('{"type":"message","id":"1"}', "missing_field"),
        ('{"type":"message","id":"1","text":"x","role":"system"}', "invalid_field"),
        ('{"type":"read","seq":"1"}', "invalid_field"),
        ('{"type":"read","seq":1e400}', "invalid_field"),
        ('{"type":"feedback","message":"m","rating":"meh"}', "invalid_field"),
    ],
)
def test_bad_frames_are_refused_by_name(raw: str, code: str):
    assert refusal(raw).code == code


def test_a_missing_field_is_named():
    assert "'text'" in refusal('{"type":"message","id":"1"}').user_message


@given(st.text() | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_anything_else_is_refused_and_nothing_breaks(raw: str):
    refusal(raw)


@pytest.mark.parametrize(
    ("text", "code"), [("", "message_empty"), (" \n\u200b", "message_empty"), ("x" * 8001, "message_too_long")]
)
def test_empty_and_overlong_messages_are_refused_with_their_id(text: str, code: str):
    with pytest.raises(FrameError) as error:
        frames.clean_text(frames.NewMessage(type="message", id="mine", text=text))

    assert (error.value.code, error.value.id) == (code, "mine")


def test_control_and_invisible_characters_do_not_reach_the_database():
    message = frames.NewMessage(type="message", id="1", text="re\x00fund\U000e0041?\n\tplease")

    assert frames.clean_text(message) == "refund?\n\tplease"


def test_a_message_with_an_image_may_be_without_words():
    message = frames.NewMessage(type="message", id="1", text=" ", attachments=["a", "b", "a"])

    assert (frames.clean_text(message), frames.attached(message)) == ("", ("a", "b"))


def test_too_many_images_are_refused_with_the_id_of_their_message():
    with pytest.raises(FrameError) as error:
        frames.attached(frames.NewMessage(type="message", id="mine", text="", attachments=list("abcde")))

    assert (error.value.code, error.value.id) == ("too_many_images", "mine")
