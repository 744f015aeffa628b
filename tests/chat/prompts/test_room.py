import pytest

from chat.prompts.room import CUT, beginning, shortened


@pytest.mark.parametrize("sentence", ["A refund takes five days. ", "退款需要五天时间才能到账。"])
def test_a_passage_without_room_is_cut_where_a_sentence_ends(sentence):
    text = shortened(sentence * 100, 400, len)

    assert text.endswith(CUT)
    whole = text.removesuffix(f"\n{CUT}")
    assert whole == (sentence * 100)[: len(whole)]
    assert whole.endswith(sentence.strip())


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("It broke. I tried again. It broke.", 40, "It broke. I tried again. It broke."),
        ("It broke.\nI tried  again. It broke.", 30, "It broke. I tried again. …"),
        ("動きません。もう一度試しました。だめです。", 16, "動きません。もう一度試しました。 …"),
        ("I tried it with v1.2.3 and with others", 24, "I tried it with v1.2.3 …"),
        ("x" * 50, 20, "x" * 20 + " …"),
        ("", 20, ""),
    ],
)
def test_running_text_is_cut_where_a_sentence_ends(text, limit, kept):
    assert beginning(text, limit, len) == kept
