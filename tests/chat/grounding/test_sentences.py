from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.grounding.sentences import citations_of, sentences

ANSWER = """# Refunds

A refund takes 5 days, e.g. for Visa [1]. It goes to your card. [2] Am 12. März kam sie an.

To ask for one [1]:

1. Open **Settings**. Then choose `a. B`.
2. Choose *Request refund*.
   And wait.

| Plan | Price |
|---|---|
| Team | €29 [2] |

```sh
run a[3]

```
"""


def test_an_answer_is_cut_into_its_statements():
    assert [(one.kind, one.text) for one in sentences(ANSWER)] == [
        ("heading", "Refunds"),
        ("prose", "A refund takes 5 days, e.g. for Visa [1]."),
        ("prose", "It goes to your card. [2]"),
        ("prose", "Am 12. März kam sie an."),
        ("prose", "To ask for one [1]:"),
        ("item", "Open **Settings**."),
        ("item", "Then choose `a. B`."),
        ("item", "Choose *Request refund*."),
        ("item", "And wait."),
        ("row", " Plan | Price |\n|---|---|"),
        ("row", " Team | €29 [2] |"),
        ("code", "```sh\nrun a[3]\n\n```"),
    ]


@pytest.mark.parametrize(
    ("text", "statement", "cited"),
    [
        ("It is free. It is fast [1].", "It is free.", {1}),
        ("It is fast [1, 2]. It is free.", "It is free.", {1, 2}),
        ("It is fast [1].\n\nIt is free.", "It is free.", set()),
        ("Do this [1]:\n\n- Open it.\n- Save it.", "Save it.", {1}),
        ("Do this:\n\n- Open it.\n- Save it [2].", "Open it.", {2}),
        ("Do this [1]:\n\n```\nrun\n```", "```\nrun\n```", {1}),
        ("It is free.\n\nSources: [1][2]", "It is free.", {1, 2}),
        ("It is free `a[1]`.", "It is free `a[1]`.", set()),
        ("Prices [3].\n\n| a |\n|---|\n| 29 |", " 29 |", {3}),
    ],
)
def test_a_statement_without_a_number_borrows_from_its_neighbours(text, statement, cited):
    found = sentences(text)

    assert citations_of(found)[[one.text for one in found].index(statement)] == cited


@given(st.text(alphabet="aB. \n-|#>`~1[]:!\t", max_size=60))
def test_every_statement_keeps_its_place(text):
    found = sentences(text)

    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
