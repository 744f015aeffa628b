import re

import pytest

from chat.fences import Fences


def codes(text: str) -> str:
    """The letters of ``text`` that are code."""
    fences, found = Fences(), ""
    for piece in re.findall(r"`+|\n|[^`\n]", text):
        if piece == "\n":
            fences.line_end()
        elif piece.startswith("`"):
            fences.backticks(piece)
        else:
            fences.text(piece)
            found += piece if fences.in_code and piece.isalpha() else ""
    return found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a `b` c", "b"),
        ("``a ` b`` c", "ab"),
        ("a ` b\nc", "b"),
        ("```\na\n```\nb", "a"),
        ("```\na\n~~~\nb\n`````\nc", "ab"),
        ("````\na\n```\nb\n````\nc", "ab"),
        ("~~~\na\n~~~\nb", "a"),
        ("- x\n  ~~~\n  a\n  ~~~\n- y", "a"),
        ("> ~~~\n> a\n> ~~~\nb", "a"),
        ("a\n    b", ""),
        ("a\n\n    b\n\n    c\n\nd", "bc"),
        ("- a\n\n    b\n\nc\n\n    d", "d"),
    ],
)
def test_it_knows_where_code_is(text: str, code: str):
    assert codes(text) == code
