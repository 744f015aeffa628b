import re
from collections.abc import Iterable

import pytest
from model_bakery import baker

from chat.evidence import judged
from chat.records import Question
from knowledge import curating
from knowledge.building import build_index, roll_back
from knowledge.ingestion import ingest
from knowledge.models import Chunk, Collection, CollectionPlan, CuratedAnswer
from tests import factories
from tests.chat.contexts import build_context
from tests.knowledge.admin.people import ready

pytestmark = pytest.mark.django_db

TRY = "/admin/knowledge/document/try/"
QUESTION = "how long does a refund take"


def says(collection: Collection, who: str) -> None:
    ready(collection, text=f"# Refunds\n\nA refund takes five days, says the {who} page.")


def tried(client, question: str = QUESTION, **fields: object) -> str:
    return str(client.get(TRY, {"question": question, **fields}).text)


def columns(html: str) -> dict[str, str]:
    """By the first of those who are shown it."""
    parts = re.split(r"<h2>(Everyone|Customers[^<]*|You, as staff)</h2>", html)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def verdict(html: str) -> str:
    """In words, as one reads it."""
    (said,) = re.findall(r'<p class="knowledge-verdict.*?</p>', html, re.DOTALL)
    return " ".join(re.sub(r"<.*?>", " ", said).split())


def pages_in(column: str) -> set[str]:
    return set(re.findall(r"says the (\w+) page", column))


@pytest.fixture
def minilm(settings) -> None:
    """Only real vectors say how far what was found is an answer."""
    settings.EMBEDDING_MODEL = "minilm"


@pytest.fixture
def for_each_audience(db) -> Iterable[Collection]:
    made = [factories.collection(audience) for audience in ("public", "customers", "staff")]
    for collection in made:
        says(collection, collection.audience)
    return made


def test_each_kind_of_asker_gets_what_it_may_read(client, editor, for_each_audience):
    shown = columns(tried(client))

    assert {who: pages_in(column) for who, column in shown.items()} == {
        "Everyone": {"public"},
        "Customers": {"public", "customers"},
        "You, as staff": {"public", "customers", "staff"},
    }


def test_every_plan_that_occurs_is_an_asker(client, editor, help_centre):
    says(help_centre, "public")
    enterprise = factories.collection("customers")
    for plan in ("Enterprise", "Team"):
        baker.make(CollectionPlan, collection=enterprise, plan=plan)
    says(enterprise, "enterprise")

    html = tried(client)

    shown = columns(html)
    assert "The same for: Customers without a plan" in shown["Everyone"]
    assert pages_in(shown["Customers on Enterprise"]) == {"public", "enterprise"}
    assert "The same for: Customers on Team, You, as staff" in shown["Customers on Enterprise"]


def test_what_everyone_gets_is_folded_up_in_the_other_columns(client, editor, for_each_audience):
    customers = columns(tried(client))["Customers"]

    assert re.search(r"<summary>.*everyone’s no. 1.*</summary>", customers, re.DOTALL)


def test_where_all_get_the_same_there_is_one_list(client, editor, help_centre):
    says(help_centre, "public")

    html = tried(client)

    assert list(columns(html)) == ["Everyone"]
    assert "Everyone gets the same, whoever asks." in html


def test_a_passage_has_every_score_and_its_place(client, editor, help_centre):
    ready(help_centre)

    html = tried(client)

    for kind in ("meaning", "words", "page", "freshness", "similarity"):
        assert re.search(rf"{kind} \d\.\d\d<", html)
    assert f"passages/?chunk={Chunk.objects.get().pk}" in html
    assert "/docs/help/refunds/#how-long-it-takes" in html


@pytest.mark.parametrize(
    ("asked", "says", "because"),
    [
        ("When does a refund reach my card?", "Would be answered.", "nearest passage"),
        ("Can I change my country?", "Only related pages.", "nearest passage"),
        ("How do I boil an egg for ten minutes?", "Would be refused.", "0 of the 4 words that say something"),
    ],
)
def test_it_says_whether_what_was_found_is_enough_for_an_answer(
    client, editor, minilm, help_centre, asked, says, because
):
    ready(help_centre, text="# Refunds\n\nA refund reaches your card in 5 to 10 business days.")
    ready(help_centre, "vat.md", "# VAT\n\nYour invoices show the tax of your country.")

    said = verdict(tried(client, asked))

    assert said.startswith(says)
    assert re.search(r"Strength \d\.\d\d, where 0\.50 is enough", said)
    assert because in said


def test_what_is_said_is_what_the_chat_would_decide(client, editor, minilm, help_centre):
    ready(help_centre)
    question = Question(QUESTION, "Help", collection_ids=None)

    decided = judged(build_context(question, QUESTION))

    assert f"Strength {decided.strength:.2f}" in verdict(tried(client))
    assert decided.reason in verdict(tried(client))


def test_it_says_that_a_curated_answer_is_given_whatever_the_strength(client, editor, help_centre):
    ready(help_centre)
    assert "curated answer" not in verdict(tried(client))

    curated = CuratedAnswer(collection=help_centre, question="How long does a refund take?", answer="Five days.")
    ingest([curating.save(curated).pk])
    build_index(help_centre.pk)

    assert "A curated answer was found" in verdict(tried(client))


def test_it_says_that_a_held_index_is_without_what_changed(client, editor, help_centre, minutes):
    for collection in (help_centre, minutes):
        ready(collection)
        ready(collection, text="# Refunds\n\nA refund takes a day.")
        before = collection.index_versions.exclude(status="serving").first()
        assert before
        assert roll_back(before)

    html = tried(client)

    assert re.search(r"Help centre</strong> is answered from version \d+, which is held", html)
    assert "Board minutes" not in html


def test_it_says_how_the_question_was_understood(client, editor, help_centre):
    ready(help_centre)
    ready(help_centre, "review.md", "# Reviews\n\nEvery refund is reviewed.")

    assert "Understood as" in (html := tried(client, "how long does a refundd take"))
    assert "<strong>how long does a refund take</strong>" in html
    assert "Understood as" not in tried(client)


def test_chosen_collections_narrow_it(client, editor, help_centre):
    ready(help_centre)
    other = factories.collection("public")

    assert "Nothing that everyone may read was found" in tried(client, collections=other.pk)


def test_collections_of_other_groups_are_out_of_sight(client, editor, minutes):
    baker.make(CollectionPlan, collection=minutes, plan="Directors")
    ready(minutes, text="# Minutes\n\nThe merger is planned for spring.")

    html = tried(client, "when is the merger")

    assert not re.search("planned for spring|Board minutes|Directors", html)
    assert re.search("isn’t|Select a valid choice|not one of", tried(client, collections=minutes.pk))


def test_a_plan_costs_a_query_and_not_a_search(client, editor, help_centre, django_assert_max_num_queries):
    ready(help_centre)
    for number in range(10):
        baker.make(CollectionPlan, collection=help_centre, plan=str(number))

    with django_assert_max_num_queries(35):
        tried(client)
