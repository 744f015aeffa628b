import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both, pytest.mark.slow]


@pytest.fixture
def migrate():
    def to(name):
        executor = MigrationExecutor(connection)
        executor.migrate([("accounts", name)])
        return executor.loader.project_state([("accounts", name)]).apps

    newest = max(name for app, name in MigrationExecutor(connection).loader.graph.nodes if app == "accounts")
    yield to
    to(newest)


def test_subscriptions_from_before_are_told_apart(migrate):
    old = migrate("0002_api_key_scopes")
    customer = old.get_model("accounts", "Customer").objects.create(external_id="cus_1")
    for plan in ("Team", "Solo"):
        fields = {"status": "active", "price_minor": 100, "currency": "EUR", "interval": "month"}
        customer.subscriptions.create(plan=plan, started_at=timezone.now(), **fields)

    new = migrate("0003_record")

    ids = new.get_model("accounts", "Subscription").objects.values_list("external_id", flat=True)
    assert len(set(ids)) == 2
