import pytest
import time_machine

from accounts.models import Customer
from chat.plans import SECONDS, known_plans
from knowledge.models import Collection

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def gold(customer: Customer) -> str:
    customer.subscriptions.update(plan="Gold", status="canceled")
    return "Gold"


@pytest.fixture
def silver() -> str:
    for slug in ("one", "two"):
        Collection.objects.create(slug=slug, name=slug, audience="customers").plans.create(plan="Silver")
    return "Silver"


def test_all_plans_are_known_that_somebody_had_or_something_is_kept_to(gold, silver):
    assert known_plans() == {gold, silver}


def test_they_are_read_once_a_minute(gold, silver, django_assert_num_queries):
    with time_machine.travel(1_000_000.0, tick=False) as clock:
        with django_assert_num_queries(2):
            known_plans()
            known_plans()
        clock.shift(SECONDS)
        Collection.objects.all().delete()

        assert known_plans() == {gold}
