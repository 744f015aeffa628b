"""The same secrets, looked for in whatever an answer is made of and wherever a document is shown."""

import json
from dataclasses import asdict

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group

from accounts import actors
from accounts.actors import VISITOR
from accounts.api_keys import create_api_key
from chat.answering import answer_question
from chat.records import Question
from knowledge.models import Document
from tests.canaries import MAY_READ, SLUGS, canary, fill_shelves, leaks, sentences
from tests.factories import actor, customer, staff_member

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = [*(sentence for slug in SLUGS for sentence in sentences(slug)), "How long do refunds take?"]


@pytest.fixture(autouse=True)
def shelves(settings):
    settings.EMBEDDING_MODEL = "hashing"
    return fill_shelves()


@pytest.fixture
def identities():
    """What a question says of its asker, by actor."""
    sales, other = Group.objects.get(name="Sales"), Group.objects.create(name="Other")
    on_the_plan = customer(external_id="team")
    elsewhere = customer(external_id="solo")
    elsewhere.subscriptions.update(plan="Solo")
    return {
        "anybody": VISITOR,
        "customer on another plan": actor(elsewhere),
        "customer on the plan": actor(on_the_plan),
        "staff": colleague("none"),
        "staff of another group": colleague("other", other),
        "staff of the group": colleague("sales", sales),
    }


def colleague(username, *groups):
    member = staff_member(username)
    member.groups.set(groups)
    return actors.staff(member)


ASKERS = [actor for actor in MAY_READ if actor not in ("customer", "superuser")]


def answered(text, identity, collection_ids=None):
    said = []

    async def emit(event):
        said.append(asdict(event))

    answer = async_to_sync(answer_question)(Question(text, "Help", collection_ids, actor=identity), emit)
    return json.dumps([said, asdict(answer)], default=str).replace(json.dumps(text)[1:-1], "")


@pytest.mark.parametrize("actor", ASKERS)
def test_no_model_request_holds_what_is_not_for_the_asker(identities, model, actor):
    for text in ASKED:
        answered(text, identities[actor])

    prompts = "\n".join(message["content"] for request in model.requests for message in request.messages)
    for text in ASKED:
        prompts = prompts.replace(text, "")
    assert model.requests
    assert leaks(actor, prompts) == set()


@pytest.mark.parametrize("actor", ASKERS)
def test_no_answer_citation_or_trace_holds_it_either(identities, actor):
    for text in ASKED:
        assert leaks(actor, answered(text, identities[actor])) == set()


def test_a_widget_answers_from_its_own_collections(shelves, identities):
    asked, identity = "How long do refunds take?", identities["staff"]
    said = answered(asked, identity, frozenset([shelves["customers"]]))

    assert canary("customers") in said
    assert not [slug for slug in SLUGS if slug != "customers" and canary(slug) in said]
    assert canary("public") in answered(asked, identity, frozenset([shelves["public"]]))


def test_an_api_key_sees_what_everybody_sees(client, shelves):
    headers = {"authorization": f"Bearer {create_api_key('test')[1]}"}
    for text in ASKED:
        body = json.dumps({"question": text, "collections": list(shelves)})
        said = client.post("/api/v1/answers", body, content_type="application/json", headers=headers)
        assert leaks("anybody", said.content.decode().replace(text, "")) == set()


@pytest.mark.parametrize(("actor", "groups"), [("anybody", None), ("staff", []), ("staff of another group", ["Other"])])
def test_no_hosted_page_shows_it(client, actor, groups):
    if groups is not None:
        user = staff_member("ines")
        user.groups.set(Group.objects.get_or_create(name=name)[0] for name in groups)
        client.force_login(user)

    assert leaks(actor, client.get("/docs/").content.decode()) == set()
    for slug in set(SLUGS) - MAY_READ[actor]:
        assert client.get(f"/docs/{slug}/").status_code == 404
    for document in Document.objects.exclude(collection__slug__in=MAY_READ[actor]):
        response = client.get(document.get_absolute_url())
        assert response.status_code == 404
        assert canary(document.collection.slug) not in response.content.decode()
