import pytest
from django.contrib.auth.models import Group

from knowledge import indexes, services
from knowledge.access import CUSTOMERS, EVERYTHING, PUBLIC, Audience
from knowledge.building import build_index
from knowledge.embedders import get_embedder
from knowledge.embedders.hashing import HashingEmbedder
from knowledge.errors import EmbeddingError
from knowledge.ingestion import ingest
from knowledge.models import Chunk, Collection, Document
from knowledge.retrieval import evidence
from knowledge.search import explained_search, search_passages
from tests.factories import collection

pytestmark = pytest.mark.django_db

REFUNDS = "# Billing\n\n## Refunds\n\nRefunds take five working days after we received the parcel."


def texts(query, audience=PUBLIC, **options):
    return [passage.text for passage in search_passages(query, audience, **options)]


def test_a_passage_says_what_it_is_where_it_stands_and_how_near_it_is(publish, settings):
    settings.PUBLIC_URL = "https://help.example"
    document = publish("billing.md", REFUNDS)

    (passage,) = search_passages("how long do refunds take", PUBLIC)

    assert passage.headings == ("Billing", "Refunds")
    assert passage.url == f"https://help.example{document.get_absolute_url()}#refunds"
    assert (passage.title, passage.document_id) == ("Billing", document.pk)
    assert passage.score == pytest.approx(1.02)
    assert set(passage.evidence) == {"vector", "words", "page", "freshness"}
    assert 0 < passage.similarity < 1


@pytest.mark.parametrize("query", ["stock:write", "what does stock:write mean", "why do I get ERRNOSTOCK"])
def test_an_identifier_leads_to_the_page_that_has_it(publish, query):
    for number in range(5):
        publish(
            f"{number}.md",
            f"# Counting {number}\n\nWhat the shelves mean to your stock, and why you get error {number}.",
        )
    publish("writing.md", "# Letters\n\nHow to write to us when a parcel is late.")
    publish("api.md", "# Access\n\nA key with stock:write may set quantities, else it is told ERRNOSTOCK.")

    assert search_passages(query, PUBLIC)[0].title == "Access"


def test_a_common_word_that_is_shouted_is_no_identifier(publish):
    publish("a.md", "# Parcels\n\nNEVER send a parcel without its number.")
    publish("b.md", REFUNDS)

    assert "names" not in search_passages("I NEVER got my parcel", PUBLIC)[0].evidence


def test_the_end_of_a_long_story_counts():
    story = "I was at the lake and the weather was nice. " * 50

    asked, _ = explained_search(f"{story} What is the fee for a chargeback?", PUBLIC)

    assert asked.parts[-1] == "What is the fee for a chargeback?"


@pytest.mark.parametrize("query", ["???", "!", "🙂🙂", "- . -"])
def test_a_query_without_a_word_finds_nothing(publish, query):
    publish("billing.md", REFUNDS)

    assert search_passages(query, PUBLIC) == []


def test_many_passages_are_searched_by_meaning_and_by_words_at_once(publish, monkeypatch):
    publish("billing.md", REFUNDS)
    one_after_the_other = search_passages("how long do refunds take", PUBLIC)
    monkeypatch.setattr(evidence, "MANY", 0)

    assert search_passages("how long do refunds take", PUBLIC) == one_after_the_other


def test_a_published_page_is_linked_where_it_is_published(publish):
    publish("billing.md", REFUNDS, url="https://example.com/billing")

    assert search_passages("refunds", PUBLIC)[0].url == "https://example.com/billing#refunds"


@pytest.mark.parametrize(
    ("format", "url", "place"),
    [
        ("pdf", "https://example.com/guide.pdf", "#page=7"),
        ("pdf", "", "#refunds"),
        ("pptx", "https://example.com/guide.pptx", "#refunds"),
    ],
)
def test_a_link_to_a_pdf_opens_it_at_the_page(publish, settings, format, url, place):
    document = publish("billing.md", REFUNDS, url=url)
    Document.objects.update(format=format)
    Chunk.objects.update(page=7)

    (passage,) = search_passages("refunds", PUBLIC)

    assert passage.url == f"{url or settings.PUBLIC_URL + document.get_absolute_url()}{place}"


AUDIENCES = [PUBLIC, CUSTOMERS, Audience(staff=True), Audience(staff=True, group_ids=frozenset({999}))]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize(
    "query", ["CANARY-sales margin", "The margin is 40 percent, CANARY-sales.", "margin", "parcel"]
)
def test_nobody_finds_what_is_not_meant_for_them(publish, audience, query):
    everyone, sales = collection(slug="all"), collection(slug="sales", audience="staff")
    sales.groups.add(Group.objects.create(name="Sales"))
    publish("a.md", REFUNDS, everyone)
    publish("b.md", "The margin is 40 percent, CANARY-sales.", sales)

    assert not any("CANARY" in text for text in texts(query, audience))
    assert not any("CANARY" in text for text in texts(query, audience, collection_ids=[sales.pk]))


@pytest.mark.parametrize(
    ("audience", "found"),
    [
        (PUBLIC, {"public"}),
        (CUSTOMERS, {"public", "customers"}),
        (Audience(staff=True), {"public", "customers", "staff"}),
        (EVERYTHING, {"public", "customers", "staff"}),
    ],
)
def test_everybody_finds_what_is_meant_for_them(publish, audience, found):
    for name in Collection.Audience.values:
        publish("a.md", f"Canary of {name}", collection(slug=name, audience=name))

    assert {text.rpartition(" ")[2] for text in texts("canary", audience)} == found


def test_a_collection_whose_audience_shrinks_is_closed_at_once(docs, publish):
    publish("a.md", REFUNDS)
    Collection.objects.filter(pk=docs.pk).update(audience="staff")

    assert texts("refunds") == []


def test_a_deleted_document_is_gone_from_the_next_search(publish):
    document = publish("a.md", REFUNDS)
    services.delete([document])

    assert texts("refunds") == []


def test_an_edited_document_never_says_what_it_said_before(publish, put):
    publish("a.md", REFUNDS)
    document = put("a.md", REFUNDS.replace("five", "nine"))

    assert texts("refunds") == []

    ingest([document.pk])
    build_index(document.collection_id)
    assert "nine working days" in texts("refunds")[0]


def test_what_an_edit_leaves_as_it_was_is_found_before_the_index_is_built(publish, put):
    page = f"{REFUNDS} {'Parcels travel two days. ' * 8}\n\n## Invoices\n\n{'Invoices come by mail each month. ' * 8}"
    publish("a.md", page)
    ingest([put("a.md", page.replace("by mail", "by post")).pk])

    assert texts("refunds")[0].startswith("Refunds take five")
    assert not any("by mail" in text for text in texts("invoices"))


def test_processing_again_takes_nothing_away_meanwhile(publish):
    document = publish("a.md", REFUNDS)
    services.make_pending([document.pk])
    assert texts("refunds")

    ingest([document.pk])
    assert texts("refunds")


def test_without_an_embedder_the_words_are_searched(publish, monkeypatch):
    publish("a.md", REFUNDS)
    publish("b.md", "Invoices come by mail.")

    def down(self, texts):
        raise EmbeddingError("The embedding service does not answer.", retryable=True)

    get_embedder("hashing").remembered.clear()
    monkeypatch.setattr(HashingEmbedder, "embed", down)
    (passage,) = search_passages("invoice", PUBLIC)

    assert (passage.text, passage.similarity) == ("Invoices come by mail.", 0.0)


def test_a_damaged_collection_does_not_silence_the_others(publish, largest_index_file):
    publish("a.md", REFUNDS)
    publish("b.md", "Refunds for partners take a day.", other := collection(slug="partners"))
    indexes.engines.clear()
    largest_index_file(other).write_bytes(b"")

    assert [text[:17] for text in texts("refunds")] == ["Refunds take five"]


@pytest.fixture
def largest_index_file(settings):
    def find(where):
        files = [path for path in settings.INDEX_ROOT.glob(f"{where.pk}-*/*") if path.is_file()]
        return max(files, key=lambda path: path.stat().st_size)

    return find


def test_a_search_takes_three_queries_whatever_it_finds(publish, django_assert_max_num_queries):
    for number in range(12):
        publish(f"{number}.md", f"Refunds of kind {number} take {number} days, says paragraph {number}.")
    indexes.serving(list(Collection.objects.values_list("pk", flat=True)))

    with django_assert_max_num_queries(3):
        assert len(search_passages("refunds", PUBLIC)) == 8


def test_a_vector_the_caller_has_is_used(publish, monkeypatch):
    publish("a.md", REFUNDS)
    vector = get_embedder("hashing").embed(["refunds"])[0]
    monkeypatch.setattr(HashingEmbedder, "embed", None)

    assert texts("refunds again", embedding=vector)


@pytest.mark.parametrize("query", ["", "   ", "\x00", "?" * 9000])
def test_a_question_without_words_is_no_error(publish, query):
    publish("a.md", REFUNDS)

    assert isinstance(texts(query), list)


def test_ids_of_the_index_are_only_hints(publish):
    document = publish("a.md", REFUNDS)
    Chunk.objects.filter(document=document).delete()

    assert texts("refunds") == []
    assert Document.objects.get().status == Document.Status.READY


@pytest.mark.parametrize(("plans", "found"), [({"Pro"}, True), ({"Team", "Pro"}, True), ({"Team"}, False), ((), False)])
def test_a_collection_for_some_plans_answers_only_customers_on_them(plans, found, publish):
    pro = collection(slug="pro", audience="customers")
    pro.plans.create(plan="Pro")
    pro.plans.create(plan="Enterprise")
    publish("a.md", REFUNDS, pro)

    assert bool(texts("refunds", Audience(customer=True, plans=frozenset(plans)))) is found


def test_staff_read_what_is_for_some_plans(publish):
    pro = collection(slug="pro", audience="customers")
    pro.plans.create(plan="Pro")
    publish("a.md", REFUNDS, pro)

    assert texts("refunds", Audience(customer=True, staff=True))


@pytest.mark.parametrize("publication", ["draft", "retired"])
def test_only_published_documents_answer(publication, publish):
    document = publish("a.md", REFUNDS)

    Document.objects.filter(pk=document.pk).update(publication=publication)

    assert texts("refunds") == []


def test_passages_that_follow_each_other_are_shown_as_one(publish):
    paragraphs = [" ".join(f"refunds {letter}{number}" for number in range(90)) + "." for letter in "abc"]
    publish("a.md", "# Refunds\n\n" + "\n\n".join(paragraphs))

    (passage,) = search_passages("refunds", PUBLIC)

    assert Chunk.objects.count() == 3
    assert passage.text == "\n\n".join(paragraphs)


def test_a_reranker_decides_the_order(publish, settings):
    publish("a.md", "# Refunds\n\nRefunds, refunds, refunds.")
    publish("b.md", "# Money\n\nHow long a refund to a credit card takes depends on the bank.")
    question = "refund to credit card"
    settings.RERANK_MODEL = "words"

    first, second = search_passages(question, PUBLIC)

    assert first.title == "Money"
    assert first.evidence["reranker"] == 2.0
    assert second.evidence["reranker"] == 0.0


def test_a_reranker_that_is_down_changes_nothing(publish, settings):
    publish("a.md", REFUNDS)
    publish("b.md", "Invoices come by mail.")
    as_it_was = texts("refunds and invoices")
    settings.RERANK_MODEL, settings.RERANK_URL = "remote", "http://127.0.0.1:9/rerank"

    assert texts("refunds and invoices") == as_it_was


def test_a_question_and_its_parts_are_embedded_in_one_go(publish, monkeypatch):
    publish("a.md", REFUNDS)
    calls = []
    embed = HashingEmbedder.embed

    def counted(self, texts):
        calls.append(list(texts))
        return embed(self, texts)

    monkeypatch.setattr(HashingEmbedder, "embed", counted)

    search_passages(
        "I sent a parcel back to you two weeks ago. Nobody has written to me since then. When will I get my refund?",
        PUBLIC,
        also=["refund after return"],
    )

    (together,) = calls
    assert "refund after return" in together
    assert len(together) > 2
