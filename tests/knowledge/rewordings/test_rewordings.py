import pytest

from knowledge.access import PUBLIC
from knowledge.rewordings import REWORDINGS, get_rewording
from knowledge.rewordings.keywords import Keywords
from knowledge.search import explained_search


@pytest.fixture(params=REWORDINGS)
def rewording(request, settings):
    """Every engine behind the contract."""
    settings.SEARCH_REWORDING = request.param
    return get_rewording()


@pytest.mark.parametrize(
    "question", ["", "refunds", "how do I get a refund for the parcel?", "\x00 ???", "the " * 2000]
)
def test_it_puts_a_question_otherwise_or_not_at_all(rewording, question):
    reworded = rewording.reworded(question)

    assert question not in reworded
    assert all(text.strip() for text in reworded)


def test_keywords_are_the_words_that_say_something():
    assert Keywords().reworded("is the --detach flag of a worker set?") == ["--detach flag worker set?"]


def test_there_is_none_unless_one_is_chosen():
    assert get_rewording() is None


@pytest.mark.django_db
def test_what_is_put_otherwise_is_searched_besides(settings, publish):
    publish("a.md", "A refund takes five days.")
    settings.SEARCH_REWORDING = "keywords"

    asked, passages = explained_search("how long does a refund take", PUBLIC)

    assert asked.parts == ("how long does refund take",)
    assert "parts" in passages[0].evidence
