import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Connector, User
from tests import factories

pytestmark = pytest.mark.django_db

RIGHTS = [f"accounts.{verb}_{model}" for model in ("connector", "connectorfact") for verb in ("view", "add", "change")]
WRITTEN = {
    "title": "Billing",
    "name": "billing",
    "about": "next invoice",
    "is_active": "on",
    "kind": "http",
    "method": "GET",
    "url": "https://billing.example.com/v1/{external_id}",
    "new_headers": "Authorization: Bearer key-of-billing",
    "body": "",
    "sample": "",
    "timeout": "1",
    "most_bytes": "65536",
    "cache_seconds": "60",
    "facts-TOTAL_FORMS": "1",
    "facts-INITIAL_FORMS": "0",
    "facts-0-name": "Next invoice",
    "facts-0-path": "$.amount",
    "facts-0-kind": "money",
    "facts-0-currency": "EUR",
}
ADD = reverse("admin:accounts_connector_add")


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(factories.staff_member("office", *RIGHTS, "accounts.view_customer"))
    return client


def problems(response) -> str:
    formset = response.context["inline_admin_formsets"][0].formset
    return str(response.context["adminform"].form.errors) + str(formset.errors)


def change(office: Client, made: Connector, **changes: str):
    """Headers are left as they are, unless the changes say something else."""
    same = {"facts-INITIAL_FORMS": "1", "facts-0-id": str(made.facts.get().pk), "facts-0-connector": str(made.pk)}
    url = reverse("admin:accounts_connector_change", args=[made.pk])
    return office.post(url, {**WRITTEN, **same, "new_headers": "", **changes})


def test_a_connector_is_made_with_its_facts(office):
    office.post(ADD, WRITTEN)

    made = Connector.objects.get()
    assert made.headers == "Authorization: Bearer key-of-billing"
    assert [fact.name for fact in made.facts.all()] == ["Next invoice"]


def test_headers_are_encrypted_and_only_their_names_shown_again(office):
    office.post(ADD, {**WRITTEN, "new_headers": "Authorization: Bearer key-of-billing\nX-Key: key-of-billing"})
    made = Connector.objects.get()

    page = office.get(reverse("admin:accounts_connector_change", args=[made.pk])).content.decode()

    assert "key-of-billing" not in page
    assert "Authorization, X-Key" in page
    assert "key-of-billing" not in office.get(reverse("admin:accounts_connector_changelist")).content.decode()


def test_whoever_may_only_look_is_told_the_names_too(client):
    made = Connector.objects.create(name="shop", title="Shop", about="parcels", headers="X-Key: key-of-billing")
    client.force_login(factories.staff_member("onlooker", "accounts.view_connector"))

    page = client.get(reverse("admin:accounts_connector_change", args=[made.pk])).content.decode()

    assert "X-Key" in page
    assert "key-of-billing" not in page
    assert "Remove the headers" not in page


def test_only_headers_that_are_kept_can_be_removed(office):
    office.post(ADD, {**WRITTEN, "new_headers": ""})
    bare = Connector.objects.get()
    pages = [ADD, reverse("admin:accounts_connector_change", args=[bare.pk])]

    assert not [url for url in pages if "headers that are kept" in office.get(url).content.decode()]
    change(office, bare, new_headers="X-Key: 2")
    assert "Remove the headers that are kept" in office.get(pages[1]).content.decode()


@pytest.mark.parametrize(("changes", "kept"), [({}, True), ({"forget_headers": "on"}, False)])
def test_headers_stay_until_they_are_replaced_or_removed(office, changes, kept):
    office.post(ADD, WRITTEN)

    change(office, Connector.objects.get(), **changes)

    assert bool(Connector.objects.get().headers) is kept


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.net/v1/{external_id}",
        "http://billing.example.com/v1/{external_id}",
        "https://billing.example.com:8443/v1/{external_id}",
    ],
)
def test_kept_headers_go_to_no_other_server(office, settings, url):
    settings.FETCH_PRIVATE_HOSTS = frozenset(["billing.example.com"])
    office.post(ADD, WRITTEN)
    made = Connector.objects.get()

    response = change(office, made, url=url)
    change(office, made, kind="sample", sample="{}", url="")
    change(office, made, url=url)

    assert "leads to another server" in problems(response)
    made.refresh_from_db()
    assert (made.url, made.headers) == ("", WRITTEN["new_headers"])


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        ({"new_headers": "X-Key: 2", "url": "https://new.example.net/"}, "X-Key: 2"),
        ({"forget_headers": "on", "url": "https://new.example.net/"}, ""),
        ({"url": "https://BILLING.example.com:443/v2/{email}"}, WRITTEN["new_headers"]),
    ],
)
def test_an_address_changes_with_new_headers_without_any_or_on_its_server(office, changes, headers):
    office.post(ADD, WRITTEN)

    change(office, Connector.objects.get(), **changes)

    made = Connector.objects.get()
    assert (made.url, made.headers) == (changes["url"], headers)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": ""}, "Where is it asked?"),
        ({"url": "https://{external_id}.example.com/"}, "Braces come after the host only"),
        ({"url": "https://billing.example.com{external_id}/"}, "Braces come after the host only"),
        ({"url": "https://user:pw@billing.example.com/"}, "user name"),
        ({"url": "http://169.254.169.254/{external_id}"}, "not on the public internet"),
        ({"url": "http://localhost:9000/"}, "usual ports"),
        ({"url": "file:///etc/passwd"}, "whole address"),
        ({"url": "https://billing.example.com/{name}"}, "Nothing fills {name}"),
        ({"url": "https://billing.example.com/{ external_id }"}, "Write {external_id} without blanks"),
        ({"url": "https://billing.example.com/{ name }"}, "without blanks"),
        ({"url": "https://billing.example.com/{external_id"}, "Braces stand in pairs"),
        ({"url": "https://billing.example.com/external_id}"}, "Braces stand in pairs"),
        ({"url": "https://billing.example.com/{{external_id}}"}, "Braces stand in pairs"),
        ({"new_headers": "Authorization"}, "Line 1 is no header"),
        ({"new_headers": "X-Key: 2\nhost: evil.example.net"}, "Line 2: host is set by the request itself"),
        ({"new_headers": "Content-Length: 3"}, "Content-Length is set by the request itself"),
        ({"new_headers": "Transfer-Encoding: chunked"}, "Transfer-Encoding is set by the request itself"),
        ({"new_headers": "Connection: close"}, "Connection is set by the request itself"),
        ({"new_headers": "A: b\nX Y: z"}, "Line 2 is no header"),
        ({"method": "POST", "body": "{"}, "no JSON"),
        ({"method": "POST", "body": '{"id": "{secret}"}'}, "Nothing fills {secret}"),
        ({"method": "POST", "body": '{"id": "{ email }"}'}, "Write {email} without blanks"),
        ({"kind": "sample"}, "Write the JSON"),
        ({"kind": "sample", "sample": "{"}, "no JSON"),
        ({"timeout": "30"}, "1.5"),
        ({"most_bytes": "99999999"}, "1048576"),
        ({"name": "Billing system"}, "Small letters"),
        ({"facts-0-path": "amount"}, "no JSONPath"),
        ({"facts-0-currency": ""}, "Which currency?"),
        ({"facts-0-currency": "euros"}, "a code such as EUR"),
    ],
)
def test_what_cannot_work_is_named_and_nothing_is_made(office, wrong, words):
    response = office.post(ADD, {**WRITTEN, **wrong})

    assert words in problems(response)
    assert not Connector.objects.exists()


def sample() -> Connector:
    made = Connector.objects.create(
        name="shop", title="Shop", about="parcels", kind="sample", sample='{"parcel": "JD1", "note": "<b>x</b>"}'
    )
    made.facts.create(name="Parcel", path="$.parcel")
    made.facts.create(name="Due", path="$.due", kind="date")
    return made


def test_it_can_be_tried_for_a_customer(office):
    factories.customer(external_id="cus_1")

    page = office.post(reverse("admin:accounts_connector_try", args=[sample().pk]), {"customer": "cus_1"})

    text = page.content.decode()
    assert "JD1" in text
    assert "Nothing of this kind is at this place." in text
    assert "<b>x</b>" not in text
    assert AuditEntry.objects.get().customer_external_id == "cus_1"


@pytest.mark.parametrize("customer", ["", "nobody"])
def test_nobody_is_tried_for_a_customer_there_is_not(office, customer):
    page = office.post(reverse("admin:accounts_connector_try", args=[sample().pk]), {"customer": customer})

    assert page.context["found"] is None


def test_it_is_tried_by_those_who_may_change_it_and_see_customers(client):
    factories.customer(external_id="cus_1")
    url = reverse("admin:accounts_connector_try", args=[sample().pk])
    for number, rights in enumerate((RIGHTS, ["accounts.view_connector", "accounts.view_customer"])):
        client.force_login(factories.staff_member(f"half-{number}", *rights))

        assert client.post(url, {"customer": "cus_1"}).status_code == 403


def test_headers_that_nobody_can_decipher_any_more_can_be_replaced(office, settings):
    factories.customer(external_id="cus_1")
    office.post(ADD, WRITTEN)
    made = Connector.objects.get()
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-anybody"
    office.force_login(User.objects.get())

    listed = office.get(reverse("admin:accounts_connector_changelist")).content.decode()
    page = office.get(reverse("admin:accounts_connector_change", args=[made.pk])).content.decode()
    tried = office.post(reverse("admin:accounts_connector_try", args=[made.pk]), {"customer": "cus_1"})
    elsewhere = change(office, made, url="https://new.example.net/")
    change(office, made, new_headers="X-Key: 2")

    assert "Billing" in listed
    assert "SECRET_KEY_FALLBACKS, or enter the secret again" in page
    assert "SECRET_KEY_FALLBACKS" in tried.context["found"].problem
    assert "leads to another server" in problems(elsewhere)
    assert Connector.objects.get().headers == "X-Key: 2"


def test_what_is_done_to_a_connector_is_on_record_by_the_names_of_its_fields(admin_client):
    admin_client.post(ADD, WRITTEN)
    made = Connector.objects.get()
    change(admin_client, made, url="https://billing.example.com/v2/{email}", new_headers="X-Key: CANARY")
    change(admin_client, made, url="https://billing.example.com/v2/{email}", **{"facts-0-path": "$.sum"})
    change(admin_client, made, url="https://billing.example.com/v2/{email}", **{"facts-0-path": "$.sum"})
    admin_client.post(reverse("admin:accounts_connector_delete", args=[made.pk]), {"post": "yes"})

    entries = AuditEntry.objects.order_by("pk")
    assert {(entry.label, entry.action, entry.object) for entry in entries} == {
        ("admin", "connector.changed", f"connector {made.pk}")
    }
    first, *later = [entry.details for entry in entries]
    assert (first["name"], first["connector"]) == ("billing", "made")
    assert {"url", "new_headers", "facts.path"} < set(first["fields"])
    assert later == [
        {"name": "billing", "connector": "changed", "fields": ["new_headers", "url"]},
        {"name": "billing", "connector": "changed", "fields": ["facts.path"]},
        {"name": "billing", "connector": "deleted"},
    ]


def test_connectors_that_are_deleted_together_are_each_on_record(admin_client):
    rows = [Connector.objects.create(name=name, title=name, url="https://example.com/") for name in ("billing", "crm")]
    chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}

    admin_client.post(reverse("admin:accounts_connector_changelist"), chosen)

    assert not Connector.objects.exists()
    assert [entry.details["name"] for entry in AuditEntry.objects.order_by("pk")] == ["billing", "crm"]


def test_a_header_that_was_kept_before_it_was_refused_is_named_and_can_be_replaced(office):
    factories.customer(external_id="cus_1")
    made = Connector.objects.create(
        name="shop", title="Shop", about="parcels", url="https://shop.example.com/", headers="Host: evil.example.net"
    )
    made.facts.create(name="Parcel", path="$.parcel")

    page = office.get(reverse("admin:accounts_connector_change", args=[made.pk])).content.decode()
    tried = office.post(reverse("admin:accounts_connector_try", args=[made.pk]), {"customer": "cus_1"})
    change(office, made, url=made.url, new_headers="X-Key: 2")

    assert "Host is set by the request itself" in page
    assert "evil.example.net" not in page
    assert "Host is set by the request itself" in tried.context["found"].problem
    assert Connector.objects.get().headers == "X-Key: 2"
