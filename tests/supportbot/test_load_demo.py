import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Customer, Event, Order, Subscription, Ticket, TicketComment, User
from chat.models import Widget
from knowledge.models import Collection, Document
from supportbot.demo import company, loading, staff
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_logins(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def counts() -> list[int]:
    models = (Customer, Subscription, Order, Ticket, TicketComment, Event, User, Collection, Document, Widget)
    return [model._default_manager.count() for model in models]


def test_it_loads_everything_the_company_has():
    call_command("load_demo", verbosity=0)

    written = company.read()
    assert Customer.objects.count() == len(written["customers"])
    assert set(Collection.objects.values_list("slug", flat=True)) == {c["slug"] for c in written["collections"]}
    assert Document.objects.count() == len(list(company.DOCUMENTS.rglob("*.md")))
    assert not Document.objects.filter(status=Document.Status.FAILED).exists()


def test_loading_again_changes_nothing():
    loading.load()
    before = counts()

    loading.load()

    assert counts() == before


def test_the_widget_may_be_embedded_here():
    loading.load()

    widget = Widget.objects.get(public_key="demo")
    assert {"http://127.0.0.1:8000", "http://localhost:8000"} <= set(widget.origins)


def test_agents_may_edit_documents_and_only_the_administrator_everything(client):
    loading.load()

    agent = User.objects.get(username=company.read()["agents"][0]["username"])
    assert agent.is_staff
    assert not agent.is_superuser
    assert agent.has_perms(["knowledge.change_document", "chat.use_console", "accounts.view_customer"])
    assert not agent.has_perm("accounts.change_user")
    assert User.objects.get(username=staff.ADMIN).is_superuser


def test_the_printed_passwords_work_and_are_for_their_owner_only(client, settings):
    loading.load()

    for username, password in staff.logins().items():
        assert client.login(username=username, password=password)
    assert (settings.DATA_DIR / staff.LOGINS).stat().st_mode & 0o077 == 0


def test_no_two_installations_have_the_same_passwords(settings, tmp_path):
    first = staff.new_logins(["admin"])
    settings.DATA_DIR = tmp_path / "other"

    assert staff.new_logins(["admin"]) != first


def test_dates_in_comments_are_counted_from_today():
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    assert (
        company.with_dates(now, "booked on {date:-3}, due {date:9}")
        == "booked on 19 November 2026, due 1 December 2026"
    )


def test_no_placeholder_is_left_in_any_comment():
    loading.load()

    assert not TicketComment.objects.filter(text__contains="{").exists()


def test_after_some_days_the_dates_are_counted_anew():
    loading.load()
    Customer.objects.update(synced_at=timezone.now() - timedelta(days=3))
    Order.objects.update(placed_at=timezone.now() - timedelta(days=400))

    loading.refresh()

    assert Order.objects.filter(placed_at__gt=timezone.now() - timedelta(days=30)).exists()


def test_what_happened_lately_fits_what_was_bought_and_asked():
    loading.load()

    for event in Event.objects.exclude(text=""):
        known = [*event.customer.orders.all(), event.customer.attributes, *event.customer.subscriptions.all()]
        named = re.findall(r"BR2?-[\d-]+|ending \d+", event.text)
        assert all(name in str(known) + comments_of(event.customer) for name in named)
    assert all(customer.events.exists() for customer in Customer.objects.all())


def comments_of(customer: Customer) -> str:
    return " ".join(TicketComment.objects.filter(ticket__customer=customer).values_list("text", flat=True))


def test_it_does_not_mix_with_other_customers_unless_told_to():
    factories.customer(external_id="cus_real")

    with pytest.raises(CommandError, match="holds data of its own"):
        call_command("load_demo")
    assert Customer.objects.count() == 1

    call_command("load_demo", force=True, verbosity=0)
    assert Customer.objects.count() > 1


def test_it_does_not_take_over_somebody_elses_administrator(django_user_model):
    django_user_model.objects.create_superuser("admin", password="theirs")

    with pytest.raises(CommandError):
        call_command("load_demo")

    assert django_user_model.objects.get().check_password("theirs")
