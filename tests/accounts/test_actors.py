import pytest
from django.contrib.auth.models import AnonymousUser, Group

from accounts import actors
from accounts.actors import VISITOR, Actor
from accounts.api_keys import create_api_key
from accounts.models import Customer
from accounts.records import Proof
from tests import factories

pytestmark = pytest.mark.django_db

# Each is the other to a database that folds more than capitals, one way or the other.
LOOKALIKES = [
    ("victim@mail.com", "vıctim@mail.com"),
    ("vıctim@mail.com", "victim@mail.com"),
    ("victim@mail.com", "victim@maıl.com"),
    ("sam@mail.com", "ſam@mail.com"),
    ("ſam@mail.com", "sam@mail.com"),
    ("\u212aim@mail.com", "kim@mail.com"),
    ("kim@mail.com", "\u212aim@mail.com"),
    ("İvy@mail.com", "ivy@mail.com"),
    ("strasse@mail.com", "straße@mail.com"),
    ("straße@mail.com", "straße@mail.com"),
]
BY_TOKEN = Proof("token")
BY_CODE = Proof("email", "ada@example.com")


@pytest.fixture
def ada():
    return factories.customer(name="Ada", email="Ada@Example.com")


def test_a_customer_is_who_they_proved_to_be(ada):
    for proof in (BY_TOKEN, BY_CODE):
        actor = actors.customer(ada.pk, proof)

        assert actor.is_verified
        assert (actor.kind, actor.customer_id, actor.proof) == ("customer", ada.pk, proof)


@pytest.mark.parametrize("proof", [None, Proof("email"), Proof("email", "eve@example.com")])
def test_whoever_proved_nothing_is_a_visitor(ada, proof):
    assert actors.customer(ada.pk, proof) == VISITOR
    assert actors.customer(None, BY_TOKEN) == VISITOR
    assert not VISITOR.is_verified


def test_another_address_takes_back_what_a_code_proved(ada):
    by_code, by_token = (actors.customer(ada.pk, proof) for proof in (BY_CODE, BY_TOKEN))
    ada.email = "new@example.com"
    ada.save()

    assert actors.again(by_code) == VISITOR
    assert actors.again(by_token) == by_token


@pytest.mark.parametrize("proof", [BY_TOKEN, BY_CODE])
def test_a_deactivated_customer_is_a_visitor(ada, proof):
    actor = actors.customer(ada.pk, proof)
    ada.is_active = False
    ada.save()

    assert actors.again(actor) == VISITOR


def test_an_address_that_nobody_has_proves_nothing(ada):
    ada.email = ""
    ada.save()

    assert actors.customer(ada.pk, Proof("email", "")) == VISITOR


@pytest.mark.both
@pytest.mark.parametrize(("ours", "proved"), LOOKALIKES)
def test_an_address_that_only_looks_alike_proves_nothing(ada, ours, proved):
    Customer.objects.update(email=ours)
    actor = Actor("customer", ada.pk, Proof("email", proved))

    assert actors.again(actor) == VISITOR
    assert actors.still_proved([actor]) == set()


@pytest.mark.both
def test_capitals_in_an_address_do_not_matter(ada):
    actor = Actor("customer", ada.pk, Proof("email", "ADA@example.COM"))

    assert actors.again(actor) == actor
    assert actors.still_proved([actor]) == {actor}


def test_staff_are_what_they_are_now():
    ines, sales = factories.staff_member("ines"), Group.objects.create(name="Sales people")
    ines.groups.add(sales)
    actor = actors.staff(ines, "192.0.2.7")

    assert (actor.label, actor.user_id, actor.ip, actor.group_ids) == (
        "ines",
        ines.pk,
        "192.0.2.7",
        frozenset({sales.pk}),
    )
    assert actor.is_staff
    assert not actor.is_verified
    ines.groups.clear()
    assert actors.again(actor).group_ids == frozenset()
    ines.is_active = False
    ines.save()
    assert actors.again(actor) == VISITOR


def test_nobody_who_is_not_signed_in_is_staff(rf):
    request = rf.get("/")
    request.user = AnonymousUser()

    with pytest.raises(TypeError):
        actors.staff_of(request)


def test_a_program_is_its_key_and_nobody_when_asked_again():
    key, _ = create_api_key("shop", "customers")
    actor = actors.program(key, "192.0.2.7")

    assert (actor.kind, actor.label, actor.ip) == ("program", "shop", "192.0.2.7")
    assert actors.again(actor) == VISITOR


def test_nobody_becomes_a_customer_by_being_asked_again(ada):
    assert actors.again(Actor("visitor", ada.pk)) == VISITOR
    assert actors.again(Actor("customer", ada.pk)) == VISITOR
