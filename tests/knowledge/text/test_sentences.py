from time import perf_counter

import pytest

from knowledge.text.sentences import sentences, space_after


@pytest.mark.parametrize(
    "text",
    [
        "A refund takes five days.|It goes to your card!|Was it more?",
        'Choose "Send."|Then wait.',
        "**Mind this.**|(It is short.)|2 cards are enough.",
        "Öffnen Sie die Kasse.|Ändern Sie den Preis.",
        "¿Cuándo llega?|¡Hoy!|Élija una hora.",
        "Откройте кассу.|Выберите товар.",
        "환불은 5일 걸립니다.|카드로 돌아갑니다.",
    ],
)
def test_a_sign_before_a_space_ends_a_sentence(text):
    assert sentences(text.replace("|", " ")) == text.split("|")


@pytest.mark.parametrize(
    "text",
    [
        "退款需要五天。|钱会回到您的卡上！|还没有到吗？|请联系我们。",
        "返金には5日かかります。|カードに戻ります｡|3枚まで使えます。",
        "「送信」を押します。|（少し待ちます。）|画面が変わります。",
        "他说：“好。”|然后离开。",
        "開く。|Settings を選びます。",
        "本当に？！|はい。",
        "版は３．５です．|次に進みます．",
    ],
)
def test_a_wide_sign_ends_one_by_itself(text):
    assert sentences(text.replace("|", "")) == text.split("|")


@pytest.mark.parametrize(
    "text",
    [
        "Version 3.2 is out",
        "Ask e.g. for an invoice",
        "「はい。」と答えました。",
        "『「はい。」』と答えました。",
        "例えば3.5です",
        "Wait... what",
        "",
    ],
)
def test_a_sign_within_a_sentence_does_not(text):
    assert sentences(text) == [text][: len(text)]


def test_a_long_run_of_signs_is_read_in_one_go():
    started = perf_counter()

    sentences(f"{'。' * 50_000}」と言う")

    assert perf_counter() - started < 1


def test_every_line_is_by_itself():
    assert sentences("Refunds\n\n  Five days.  \n退款\n") == ["Refunds", "Five days.", "退款"]


def test_wide_signs_take_no_space_after_them():
    assert [space_after(each) for each in ("五天。", "（五天。）", "好！", "Five days.", "五天")] == [
        "",
        "",
        "",
        " ",
        " ",
    ]
