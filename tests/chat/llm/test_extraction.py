from chat.llm.extraction import excerpt, pieces, quotable

PAGE = """## Change your plan

You can change at any time. The new price counts from today. See [prices](plans.md#prices).

To change it:

1. Open **Billing**.
2. Choose *Change plan*.
3. Confirm.

Or over the API:

```bash
curl -X POST /v1/plan
```

| Plan | Price |
|---|---|
| Team | €29 |
"""


def found(fragment: str) -> str:
    """What is quoted when the piece with this fragment is the best."""
    group = quotable(PAGE)
    return next(
        excerpt(group, at, position)
        for at, block in enumerate(group)
        for position, piece in enumerate(pieces(block))
        if fragment in piece
    )


def test_the_steps_of_a_list_are_quoted_together_with_their_introduction():
    assert found("Change plan") == "To change it:\n\n1. Open **Billing**.\n2. Choose *Change plan*.\n3. Confirm."


def test_a_sentence_that_introduces_a_list_brings_it_along():
    assert "3. Confirm." in found("To change it:")


def test_code_is_quoted_whole_with_its_introduction():
    assert found("curl") == "Or over the API:\n\n```bash\ncurl -X POST /v1/plan\n```"


def test_a_table_is_quoted_whole():
    assert found("€29").startswith("| Plan | Price |")


def test_links_and_headings_are_not_quoted_as_markup():
    assert found("See prices") == "You can change at any time. The new price counts from today. See prices."


def test_a_long_list_is_cut_around_the_best_item():
    long = quotable("\n".join(f"- step {number} " + "word " * 20 for number in range(20)))

    quoted = excerpt(long, 0, 10)

    assert "step 10" in quoted
    assert len(quoted.split()) <= 90


def test_emphasis_that_is_cut_in_half_is_dropped():
    group = quotable("**This counts differently. " + "It has its own rules about that. " * 20 + "Mind that.**")

    assert "*" not in excerpt(group, 0, 0)


def test_bullets_stay_bullets():
    assert excerpt(quotable("* one\n* two\n* three"), 0, 0) == "* one\n* two\n* three"
