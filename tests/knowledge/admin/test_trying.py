import re
from collections.abc import Iterable

import pytest
from model_bakery import baker

from knowledge.building import roll_back
from knowledge.models import Chunk, Collection, CollectionPlan
from tests import factories
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


def marks(html: str) -> dict[str, bool]:
    """By page, whether it is marked as too weak."""
    articles = re.findall(r'<article class="knowledge-card knowledge-passage.*?</article>', html, re.DOTALL)
    return {re.findall(r"/docs/help/(\w+)/", each)[0]: "too weak" in each for each in articles}


def pages_in(column: str) -> set[str]:
    return set(re.findall(r"says the (\w+) page", column))


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


def test_it_says_whether_what_was_found_is_enough_for_an_answer(client, editor, help_centre):
    ready(help_centre)
    ready(help_centre, "vat.md", "# VAT\n\nYour invoices show the tax of your country.")

    enough = tried(client, "refund how long it takes")
    too_little = tried(client, "how do I boil an egg")

    assert "Enough for an answer" in enough
    assert marks(enough) == {"refunds": False, "vat": True}
    assert "Too weak for an answer" in too_little
    assert set(marks(too_little).values()) == {True}


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
