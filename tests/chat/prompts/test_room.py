import pytest

from chat.prompts.room import CUT, shortened


@pytest.mark.parametrize("sentence", ["A refund takes five days. ", "退款需要五天时间才能到账。"])
def test_a_passage_without_room_is_cut_where_a_sentence_ends(sentence):
    text = shortened(sentence * 100, 400, len)

    assert text.endswith(CUT)
    whole = text.removesuffix(f"\n{CUT}")
    assert whole == (sentence * 100)[: len(whole)]
    assert whole.endswith(sentence.strip())
