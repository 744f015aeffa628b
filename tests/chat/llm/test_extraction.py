from chat.llm.extraction import pieces, quoted
from chat.records import Source

PAGE = """## Change your plan

You can change at any time. The *new* price counts from today. See [prices](plans.md#prices).

It looks like this:

![The page](page.png)

To change it:

1. Open **Billing**.
2. Choose *Change plan*.

Or over the API:

```bash
curl -X POST /v1/plan  # **kept**
```

| Plan | Price |
|---|---|
| Team | **€29** |
| Business | €79 |
"""
SOURCE = Source(number=3, kind="document", title="Plans › Change your plan", text=PAGE)
ALL = pieces(0, PAGE)


def said(*fragments: str) -> list[str]:
    """How the pieces with these fragments are quoted."""
    return quoted([piece for piece in ALL if any(fragment in piece.text for fragment in fragments)], [SOURCE])


def test_a_passage_is_cut_into_sentences_items_rows_and_code():
    assert [piece.text for piece in ALL[:4]] == [
        "You can change at any time.",
        "The new price counts from today.",
        "See prices.",
        "To change it:",
    ]
    assert [piece.text for piece in ALL if piece.is_step] == ["1. Open Billing.", "2. Choose Change plan."]
    assert [piece.text for piece in ALL if piece.header] == ["| Team | €29 |", "| Business | €79 |"]


def test_a_no_is_never_quoted_without_its_reason():
    found = [piece.text for piece in pieces(0, "Was I charged twice?\n\nNo. One of them is held back.\n\nYes!")]

    assert found == ["Was I charged twice?", "No. One of them is held back."]


def test_what_introduces_an_image_is_left_out_with_it():
    assert not any("looks like" in piece.text for piece in ALL)


def test_emphasis_is_left_out_of_words_and_kept_in_code():
    assert "# **kept**" in said("curl")[-1]
    assert pieces(0, "Use `**kwargs` and **mind** 2 * 3 * 4.")[0].text == "Use `**kwargs` and mind 2 * 3 * 4."


def test_every_block_has_its_number():
    assert said("To change", "Open", "Choose") == ["To change it: [3]", "1. Open Billing.\n2. Choose Change plan. [3]"]


def test_code_has_its_number_in_the_sentence_before():
    assert said("Or over", "curl")[0] == "Or over the API: [3]"


def test_a_table_alone_has_it_after_the_title_of_its_page():
    assert said("Business") == ["Plans [3]:", "| Plan | Price |\n|---|---|\n| Business | €79 |"]


def test_a_gap_in_a_paragraph_shows():
    assert said("at any time", "See prices") == ["You can change at any time. … See prices. [3]"]


def test_sentences_that_need_no_space_between_them_are_quoted_without():
    found = pieces(0, "退款需要五天。钱会回到您的卡上。您会收到邮件。")

    assert quoted(found[:2], [SOURCE]) == ["退款需要五天。钱会回到您的卡上。 [3]"]
    assert quoted([found[0], found[2]], [SOURCE]) == ["退款需要五天。 … 您会收到邮件。 [3]"]


def test_a_step_that_is_left_out_shows_and_the_next_keeps_its_number():
    steps = pieces(0, "1. Open.\n2. Choose.\n3. Wait.\n4. Ready.")

    assert quoted([steps[0], steps[1], steps[3]], [SOURCE]) == ["1. Open.\n2. Choose.\n\n…\n\n4. Ready. [3]"]
