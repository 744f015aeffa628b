"""What a proved token does to the customer's row."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.claims import profile_of
from accounts.errors import IdentityError
from accounts.identifying import customer_of
from accounts.identity import Identity
from accounts.models import Customer
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both]

NOW = datetime.now(UTC).replace(microsecond=0)


def token(ago: int = 0, **claims: object) -> Identity:
    """Issued this many seconds ago."""
    issued = NOW - timedelta(seconds=ago)
    return Identity("cus_1", issued, issued + timedelta(minutes=15), profile_of(claims), "k1")


def test_an_unknown_customer_is_made_as_the_company_signed():
    made = customer_of(token(name="Ada", email="ada@example.com", attributes={"tier": "gold"}))

    kept = Customer.objects.get()
    assert kept == made
    assert (kept.external_id, kept.name, kept.email) == ("cus_1", "Ada", "ada@example.com")
    assert (kept.attributes, kept.identified_at, kept.changed_at) == ({"tier": "gold"}, NOW, None)


def test_what_is_signed_replaces_what_was_there_and_leaves_the_rest():
    factories.customer(external_id="cus_1", name="Typed", company="Analytics")
    Customer.objects.update(attributes={"tier": "silver", "seats": 5})

    customer_of(token(name="Ada", attributes={"tier": "gold"}))

    kept = Customer.objects.get()
    assert (kept.name, kept.company, kept.attributes) == ("Ada", "Analytics", {"tier": "gold", "seats": 5})


def test_an_older_token_never_overwrites_newer_news():
    customer_of(token(ago=30, name="Ada King"))
    customer_of(token(ago=60, name="Ada Byron"))

    assert Customer.objects.get().name == "Ada King"


def test_a_newer_token_with_the_same_news_makes_them_newer():
    for ago, name in [(90, "Ada King"), (30, "Ada King"), (60, "Ada Byron")]:
        customer_of(token(ago=ago, name=name))

    assert Customer.objects.get().name == "Ada King"


def test_what_another_system_told_later_stays():
    factories.customer(external_id="cus_1", name="Ada King", changed_at=NOW - timedelta(seconds=10))

    customer_of(token(ago=60, name="Ada Byron"))

    assert Customer.objects.get().name == "Ada King"


def test_a_clock_that_goes_ahead_does_not_silence_others():
    customer_of(token(ago=-50, name="Ada"))

    identified_at = Customer.objects.get().identified_at
    assert identified_at
    assert identified_at <= datetime.now(UTC)


def test_a_token_that_says_nothing_more_writes_nothing(django_assert_num_queries):
    factories.customer(external_id="cus_1", name="Ada")

    with django_assert_num_queries(1):
        customer_of(token())


def test_a_deactivated_customer_is_refused_and_left_as_they_are():
    factories.customer(external_id="cus_1", name="Ada", is_active=False)

    with pytest.raises(IdentityError):
        customer_of(token(name="Eve"))

    assert Customer.objects.get().name == "Ada"


def test_null_removes_an_attribute():
    customer_of(token(ago=30, attributes={"tier": "gold", "seats": None, "inside": {"none": None}}))
    assert Customer.objects.get().attributes == {"tier": "gold", "inside": {"none": None}}

    customer_of(token(attributes={"tier": None, "seats": 3}))

    assert Customer.objects.get().attributes == {"inside": {"none": None}, "seats": 3}


def test_more_attributes_than_one_may_have_are_refused_with_those_that_are_there():
    customer_of(token(ago=30, attributes={f"a{number}": number for number in range(60)}))

    with pytest.raises(IdentityError) as refused:
        customer_of(token(name="Eve", attributes={f"b{number}": number for number in range(60)}))

    assert "`attributes` is not valid: With those that are there already" in refused.value.reason
    assert (len(Customer.objects.get().attributes), Customer.objects.get().name) == (60, "")


def test_an_empty_claim_empties_and_one_that_is_null_says_nothing():
    customer_of(token(ago=30, name="Ada", email="ada@example.com", phone="+4930901820"))

    customer_of(token(name=None, email="", phone=""))

    kept = Customer.objects.get()
    assert (kept.name, kept.email, kept.phone) == ("Ada", "", "")
