import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from knowledge.building import build_index
from knowledge.ingestion import ingest
from knowledge.models import CollectionPlan
from knowledge.services import save_document
from tests.factories import collection, customer, staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages(settings):
    """A page for everyone, for customers, for those on the Team plan, and for staff."""
    settings.EMBEDDING_MODEL = "hashing"
    for name in ("public", "customers", "team", "staff"):
        shelf = collection(slug=name, audience="customers" if name == "team" else name)
        if name == "team":
            CollectionPlan.objects.create(collection=shelf, plan="Team")
        document, _ = save_document(collection=shelf, path="a.md", content=f"# Canary\n\nThe canary sings for {name}.")
        ingest([document.pk])
        build_index(shelf.pk)


def search(*arguments):
    out = StringIO()
    call_command("search", "canary", *arguments, stdout=out)
    return out.getvalue()


def found(*arguments):
    passages = json.loads(search("--json", *arguments))["passages"]
    return {passage["text"].rpartition(" ")[2].rstrip(".") for passage in passages}


def test_everybody_is_searched_for_with_their_own_eyes():
    customer(external_id="42")
    staff_member("ines")

    assert found() == {"public"}
    assert found("--as", "customer:42") == {"public", "customers", "team"}
    assert found("--as", "staff:ines") == {"public", "customers", "team", "staff"}


def test_every_score_is_explained():
    shown = search("--explain")

    assert "1. Canary" in shown
    assert "vector 0.700  words 0.130" in shown
    assert "similarity" in shown


def test_a_slip_of_the_pen_is_shown_as_it_was_understood():
    staff_member("ines")
    out = StringIO()
    call_command("search", "canray sings", "--explain", "--as", "staff:ines", stdout=out)

    assert out.getvalue().startswith("Understood as: canary sings")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as", "customer:nobody"], "no active customer with the id 'nobody'"),
        (["--as", "staff:nobody"], "nobody on the staff with the user name 'nobody'"),
        (["--as", "everybody"], "--as must be public, customer:ID"),
        (["--collection", "staff"], "They see no collection staff"),
        (["--limit", "0"], "--limit must be from 1 to 100"),
    ],
)
def test_bad_arguments_are_named(arguments, sentence):
    with pytest.raises(CommandError, match=sentence) as caught:
        search(*arguments)

    assert caught.value.returncode == 2


def test_what_is_no_text_is_searched_without():
    out = StringIO()
    call_command("search", "\udcff canary", stdout=out)
    assert "The canary sings for public." in out.getvalue()

    with pytest.raises(CommandError, match="no active customer"):
        search("--as", "customer:\udcff")


def test_nothing_found_is_told_by_the_exit_code(settings):
    with pytest.raises(SystemExit) as caught:
        call_command("search", "   ", stdout=StringIO())

    assert caught.value.code == 1
