"""An editor's answer to the very question, over a real index: whole, cited, and only when it is asked for."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from chat import metrics
from chat.answering import answer_question
from chat.curated import curated_answer, is_asked
from chat.records import Question
from knowledge import curating
from knowledge.ingestion import build_index, ingest
from knowledge.models import Collection, CuratedAnswer
from tests.chat.contexts import build_context
from tests.factories import collection

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE = """You can cancel at any time. Your plan runs until the end of the paid month.

1. Open **Billing**.
2. Choose *Cancel subscription*.

Or over the API:

```bash
curl -X DELETE /v1/plan  # array[1] stays
```

| Plan | Notice |
|---|---|
| Team | none |
| Business | 30 days |"""


@pytest.fixture
def curate(settings):
    settings.EMBEDDING_MODEL = "minilm"

    def curate(answer=WHOLE, audience="public", **fields):
        shelf = collection(audience=audience, slug="answers")
        curated = CuratedAnswer(
            collection=shelf,
            question="How do I cancel my subscription?",
            variants=["Terminate my contract"],
            answer=answer,
            **fields,
        )
        ingest([curating.save(curated).pk])
        build_index(shelf.pk)
        return curated

    return curate


async def ask(text):
    said = []

    async def emit(event):
        said.append(getattr(event, "text", ""))

    answer = await answer_question(Question(text, "Help", collection_ids=None), emit)
    assert "".join(said) == answer.text
    return answer


@pytest.mark.parametrize("question", ["how can I cancel the subscription?", "terminate the contract please"])
async def test_it_is_quoted_whole_and_cited_whatever_its_blocks(curate, model, question):
    curated = await sync_to_async(curate)()

    answer = await ask(question)

    assert answer.text == f"{WHOLE}\n\n[1]"
    assert (answer.engine, answer.outcome, answer.answered) == ("curated", "curated", True)
    assert [(cited.number, cited.title) for cited in answer.citations] == [(1, curated.question)]
    assert answer.citations[0].url.startswith("http")
    assert model.requests == []


async def test_one_longer_than_a_passage_is_whole_too(curate, model):
    long = "\n\n".join(f"Paragraph {number} says " + "something more about it, " * 40 for number in range(8)).strip()
    await sync_to_async(curate)(answer=long)

    assert (await ask("How do I cancel my subscription?")).text == f"{long} [1]"


async def test_another_question_about_the_same_is_for_the_engine(curate, model):
    await sync_to_async(curate)()
    model.will_say("It runs on. [1]")

    assert (await ask("What happens to my data when I cancel my subscription?")).engine == "scripted"


@pytest.mark.parametrize("taken_away", ["its use", "its audience"])
def test_what_was_taken_away_after_the_search_is_not_quoted(curate, taken_away):
    curate()
    context = build_context(Question("How do I cancel my subscription?", "Help", collection_ids=None), "cancel")
    assert context.passages[0].is_curated

    if taken_away == "its use":
        CuratedAnswer.objects.update(is_active=False)
    else:
        Collection.objects.update(audience="staff")

    assert async_to_sync(curated_answer)(context) is None


async def test_it_is_counted_as_such(curate, widget, visit):
    def counted():
        return metrics.ANSWERS.labels("curated", "complete", True, "curated")._value.get()

    curated = await sync_to_async(curate)()
    await sync_to_async(widget.collections.add)(curated.collection)
    before = counted()

    finished = await (await visit()).ask("How do I cancel my subscription?")

    assert finished["text"] == f"{WHOLE}\n\n[1]"
    assert counted() == before + 1


@pytest.mark.parametrize(
    "query",
    [
        "When can I cancel my subscription?",
        "Why was my subscription cancelled?",
        "Who may cancel the subscription?",
        "How much does it cost to cancel my subscription?",
        "How do I pause my subscription?",
        "Cancel subscription S-4711",
    ],
)
def test_near_questions_that_want_another_answer(settings, query):
    settings.EMBEDDING_MODEL = "minilm"

    assert not is_asked(query, ["How do I cancel my subscription?", "Cancel the subscription"])


@pytest.mark.parametrize("query", ["I want to stop my subscription", "cancel my subscription, please", "Cancel!"])
def test_other_words_for_the_same_question(settings, query):
    settings.EMBEDDING_MODEL = "minilm"

    assert is_asked(query, ["How do I cancel my subscription?", "cancel"])


def test_without_an_embedder_the_words_must_be_the_same(settings):
    settings.EMBEDDING_MODEL = "unreachable-model"
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"

    assert is_asked("how can i cancel the subscription", ["How do I cancel my subscription?"])
    assert not is_asked("stop the subscription", ["How do I cancel my subscription?"])
