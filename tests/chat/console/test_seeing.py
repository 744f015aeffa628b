"""The admin page on which a widget's fields are decided, and what a bot would see of one customer."""

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Connector
from accounts.visibility import DEFAULTS, Visibility
from chat.answering import answer_question
from chat.prompts.blocks import source_block
from chat.records import Question
from tests import factories
from tests.record_canaries import TELLABLE, TOLD, customer_of_canaries, found

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(widget):
    return customer_of_canaries("ada")


@pytest.fixture
def office(client: Client) -> Client:
    rights = ("chat.view_widget", "chat.change_widget", "accounts.view_customer")
    client.force_login(factories.staff_member("office", *rights))
    return client


def url(widget) -> str:
    return reverse("admin:chat_widget_sees", args=[widget.pk])


def choices(**changed: str) -> dict[str, str]:
    return {
        **DEFAULTS,
        "attributes.note": "hidden",
        "attributes.canary-ada-customer.attributes.key-": "hidden",
        **changed,
    }


def test_every_field_and_attribute_is_listed_with_its_level(office, widget, ada):
    form = office.get(url(widget)).context["form"]

    assert set(form.names) == set(choices())
    assert form["subscription.plan"].value() == "shown"
    assert form["customer.email"].value() == form["attributes.note"].value() == "hidden"


def test_what_is_decided_holds_for_the_next_question(office, widget, ada):
    office.post(url(widget), choices(**{"customer.email": "masked", "order.total": "hidden"}))

    widget.refresh_from_db()
    assert widget.visible_fields == {"customer.email": "masked", "order.total": "hidden"}
    assert office.get(url(widget)).context["form"]["order.total"].value() == "hidden"


def test_a_default_is_not_written_down(office, widget, ada):
    office.post(url(widget), choices(**{"order.total": "hidden"}))
    office.post(url(widget), choices())

    widget.refresh_from_db()
    assert widget.visible_fields == {}


@pytest.mark.parametrize("wrong", [{"order.total": "everything"}, {"order.total": ""}])
def test_a_level_that_is_none_changes_nothing(office, widget, ada, wrong):
    response = office.post(url(widget), choices(**wrong))

    assert "Nothing was saved" in response.content.decode()
    widget.refresh_from_db()
    assert widget.visible_fields == {}


def test_another_field_cannot_be_smuggled_in(office, widget, ada):
    office.post(url(widget), choices(**{"comment.private": "shown"}))

    widget.refresh_from_db()
    assert widget.visible_fields == {}


def test_who_may_only_look_changes_nothing(client, widget, ada):
    client.force_login(factories.staff_member("looker", "chat.view_widget"))

    assert client.get(url(widget)).status_code == 200
    assert client.post(url(widget), choices()).status_code == 403
    assert "blocks" not in client.get(url(widget), {"customer": ada.external_id}).context


def test_nobody_else_sees_the_page(client, widget):
    client.force_login(factories.staff_member("agent", "chat.use_console"))

    assert client.get(url(widget)).status_code == 403


def test_the_blocks_are_those_of_a_prompt(office, widget, ada, model):
    widget.visible_fields = {"customer.email": "shown", "attributes.note": "shown"}
    widget.save()

    blocks = office.get(url(widget), {"customer": ada.external_id}).context["blocks"]

    async def ignore(event: object) -> None:
        pass

    sees = Visibility(widget.visible_fields)
    question = Question("What about my plan, my orders and my ticket?", "Help", None, factories.actor(ada), sees)
    async_to_sync(answer_question)(question, ignore)
    request = model.requests[-1]
    of_record = [source for source in request.context.sources if source.kind != "document"]
    sent = str(request.messages)
    assert len(blocks) == len(of_record)
    for block, source in zip(blocks, of_record, strict=True):
        assert block.splitlines()[1:-1] == source_block(source, "boundary").splitlines()[1:-1]
        assert all(line in sent for line in block.splitlines()[1:-1])
    assert found("ada", "".join(blocks)) == TOLD | {"customer.email", "customer.attributes.note"}
    assert found("ada", "".join(blocks)) < TELLABLE


def test_who_decides_and_what_is_on_record(office, widget, ada):
    office.post(url(widget), choices(**{"customer.email": "masked", "order.total": "hidden"}))
    office.post(url(widget), choices(**{"customer.email": "shown", "order.total": "hidden"}))
    office.post(url(widget), choices(**{"customer.email": "shown", "order.total": "hidden"}))

    first, second = AuditEntry.objects.order_by("pk")
    assert (first.label, first.action, first.object) == ("office", "visibility.changed", f"widget {widget.pk}")
    assert first.details == {"customer.email": ["hidden", "masked"], "order.total": ["shown", "hidden"]}
    assert second.details == {"customer.email": ["masked", "shown"]}


def test_looking_is_on_record(office, widget, ada):
    office.get(url(widget), {"customer": ada.external_id})

    assert AuditEntry.objects.get(action="customer.viewed").customer == ada


def test_a_customer_is_found_by_name_or_address(office, widget):
    grace, other = (factories.customer(name=f"Grace {number}", email=f"g{number}@example.com") for number in (1, 2))

    assert office.get(url(widget), {"customer": "grace"}).context["found"] == [grace, other]
    assert office.get(url(widget), {"customer": "G2@example.com"}).context["customer"] == other
    assert "There is no customer like that" in office.get(url(widget), {"customer": "nobody\0"}).content.decode()


@pytest.fixture
def billing():
    return Connector.objects.create(name="billing", title="Billing", about="invoice", kind="sample")


def test_each_system_in_use_is_listed_and_shown_by_default(office, widget, billing):
    Connector.objects.create(name="old", title="Old", about="invoice", kind="sample", is_active=False)

    page = office.get(url(widget))

    form = page.context["form"]
    assert [name for name in form.names if name.startswith("connector.")] == ["connector.billing"]
    assert form["connector.billing"].value() == "shown"
    assert "Billing" in page.content.decode()


def test_a_system_is_shown_or_hidden_and_never_masked(office, widget, billing):
    office.post(url(widget), {**DEFAULTS, "connector.billing": "masked"})
    widget.refresh_from_db()
    assert widget.visible_fields == {}

    office.post(url(widget), {**DEFAULTS, "connector.billing": "hidden"})
    widget.refresh_from_db()
    assert widget.visible_fields == {"connector.billing": "hidden"}


def test_a_system_that_is_hidden_stays_so_while_it_is_out_of_use(office, widget, billing):
    office.post(url(widget), {**DEFAULTS, "connector.billing": "hidden"})
    Connector.objects.update(is_active=False)
    office.post(url(widget), {**DEFAULTS, "order.total": "hidden"})

    widget.refresh_from_db()
    assert widget.visible_fields == {"connector.billing": "hidden", "order.total": "hidden"}


def test_the_page_says_which_systems_may_be_asked_and_asks_none(office, widget, ada, billing):
    Connector.objects.create(name="crm", title="Contract", about="contract", kind="sample", sample="CANARY")
    widget.visible_fields = {"connector.billing": "hidden"}
    widget.save()

    page = office.get(url(widget), {"customer": ada.external_id})

    assert page.context["asks"] == ["Contract"]
    assert "CANARY" not in page.content.decode()


def test_nobody_is_asked_about_a_customer_who_is_deactivated(office, widget, ada, billing):
    type(ada).objects.update(is_active=False)

    assert office.get(url(widget), {"customer": ada.external_id}).context["asks"] == []
