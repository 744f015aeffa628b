"""What counts as a whole answer or tool call, chunk by chunk."""

import json
from types import SimpleNamespace as Chunk
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import ModelError
from chat.llm.base import Finished, ToolCall
from chat.llm.reading import Reading


def part(index: int = 0, id: str | None = "t1", name: str | None = "get_order", arguments: str = "{}") -> Chunk:
    return Chunk(index=index, id=id, function=Chunk(name=name, arguments=arguments))


def chunk(content: Any = None, calls: list[Chunk] | None = None, finish: str | None = None, usage: Any = None) -> Chunk:
    return Chunk(usage=usage, choices=[Chunk(finish_reason=finish, delta=Chunk(content=content, tool_calls=calls))])


def read(*chunks: Chunk) -> list[Any]:
    reading = Reading("m", max_tokens=100)
    for each in chunks:
        reading.take(each)
    return reading.close()


def test_calls_come_in_the_order_of_their_indexes():
    second, first = part(1, "b", "get_ticket"), part(0, "a")

    events = read(chunk(calls=[second]), chunk(calls=[first]), chunk(finish="tool_calls"))

    assert events == [ToolCall("a", "get_order", {}), ToolCall("b", "get_ticket", {}), Finished("tool_calls", {}, "m")]


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9)), st.data())
def test_arguments_may_be_cut_anywhere(arguments, data):
    text = json.dumps(arguments)
    cut = data.draw(st.integers(0, len(text)))

    call, _ = read(
        chunk(calls=[part(arguments=text[:cut])]),
        chunk(calls=[part(id=None, name=None, arguments=text[cut:])]),
        chunk(finish="tool_calls"),
    )

    assert call.arguments == arguments


@pytest.mark.parametrize(
    "calls",
    [
        [part(id="")],
        [part(name="")],
        [part(arguments=""), part(id="t2")],
        [part(arguments=""), part(name="get_ticket")],
        [part(arguments='{"order": "12')],
        [part(arguments="[1]")],
        [part(arguments="7")],
        [part(arguments='{"amount": NaN}')],
        [part(arguments="[" * 15_000)],
        [part(arguments='{"a": "' + "x" * 1_000_000 + '"}')],
        [part(index, f"t{index}") for index in range(17)],
    ],
    ids=["no id", "no name", "two ids", "two names", "cut", "list", "number", "nan", "deep", "megabyte", "too many"],
)
def test_a_call_that_is_not_whole_and_single_is_none_at_all(calls):
    with pytest.raises(ModelError):
        read(chunk(calls=calls), chunk(finish="tool_calls"))


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter", "function_call"])
def test_calls_without_the_reason_for_calls_are_not_made(reason):
    with pytest.raises(ModelError):
        read(chunk(calls=[part()]), chunk(finish=reason))


def test_the_reason_for_calls_without_calls_is_a_failure():
    with pytest.raises(ModelError):
        read(chunk("Let me see."), chunk(finish="tool_calls"))


@pytest.mark.parametrize("counts", [(-1, 2), ("many", 2), (10**12, 2), (None, None), (True, 2)])
def test_a_number_of_tokens_that_cannot_be_true_is_not_known(counts):
    usage = Chunk(prompt_tokens=counts[0], completion_tokens=counts[1])

    assert read(chunk("Yes.", finish="stop", usage=usage)) == [Finished("stop", {}, "m")]
