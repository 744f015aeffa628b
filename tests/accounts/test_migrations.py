import pytest
from django.utils import timezone

from tests.migrating import migrating

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both, pytest.mark.slow]


@pytest.fixture
def migrate():
    with migrating("accounts") as to:
        yield to


def test_subscriptions_from_before_are_told_apart(migrate):
    old = migrate("0002_api_key_scopes")
    customer = old.get_model("accounts", "Customer").objects.create(external_id="cus_1")
    for plan in ("Team", "Solo"):
        fields = {"status": "active", "price_minor": 100, "currency": "EUR", "interval": "month"}
        customer.subscriptions.create(plan=plan, started_at=timezone.now(), **fields)

    new = migrate("0003_record")

    ids = new.get_model("accounts", "Subscription").objects.values_list("external_id", flat=True)
    assert len(set(ids)) == 2
