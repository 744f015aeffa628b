import pytest

from knowledge.retrieval.spelling import MOST_UNKNOWN_WORDS, corrected

WORDS = {
    "refund": 9,
    "refunds": 7,
    "download": 5,
    "downloads": 4,
    "subscription": 6,
    "delete": 3,
    "receipt": 1,
    "kubectl": 2,
}


def correct(text):
    return corrected(text, WORDS.__contains__, lambda letter: [each for each in WORDS.items() if each[0][0] == letter])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("how do I donwload it", "how do I download it"),
        ("refnud", "refund"),
        ("my subscriptoin", "my subscription"),
        ("deletd!", "delete!"),
    ],
)
def test_a_word_nobody_knows_becomes_the_nearest_the_documents_use(typed, meant):
    assert correct(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "refund",
        "we ate a dumpling",  # a word of its own, and near to nothing
        "reload the page",  # common English, although the documents do not have it
        "ask Rofund about it",  # a name
        "rofd",  # too far
        "receit",  # the only near word stands in one passage: it may be the slip
        "E4012 x9 --detach",
        "",
    ],
)
def test_what_may_be_right_is_left_alone(typed):
    assert correct(typed) == typed


def test_the_more_common_word_is_meant():
    assert correct("refundd") == "refund"


def test_a_text_of_unknown_words_is_left_after_a_few():
    asked: list[str] = []

    def beginning_with(letter):
        asked.append(letter)
        return []

    corrected("zq" + " bzzzt" * 1000, lambda word: False, beginning_with)

    assert len(asked) == MOST_UNKNOWN_WORDS
