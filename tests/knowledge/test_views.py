import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from model_bakery import baker

from accounts.models import User
from knowledge.ingestion import ingest
from knowledge.models import Collection, Document
from knowledge.selectors import SIGNED_LINK_SECONDS, signed_url
from knowledge.services import save_document
from tests import factories

pytestmark = pytest.mark.django_db

SECRET = "the discount floor is 24 euros"


def page(collection: Collection, path: str = "page.md", text: str = f"# A page\n\nIt says that {SECRET}.") -> Document:
    document, _ = save_document(collection=collection, path=path, content=text)
    ingest([document.pk])
    document.refresh_from_db()
    return document


def collection(audience: str, **fields: Any) -> Collection:
    return factories.collection(audience, slug=audience, name=audience.title(), **fields)


def staff(client, **fields: Any) -> User:
    user = baker.make(User, is_staff=True, is_active=True, **fields)
    client.force_login(user)
    return user


class TestWhoMayRead:
    @pytest.mark.parametrize(("audience", "status"), [("public", 200), ("customers", 404), ("staff", 404)])
    def test_visitors_read_what_is_public(self, client, audience, status):
        document = page(collection(audience))

        assert client.get(document.get_absolute_url()).status_code == status

    @pytest.mark.parametrize("audience", ["public", "customers", "staff"])
    def test_staff_read_everything_open_to_staff(self, client, audience):
        staff(client)

        assert SECRET in client.get(page(collection(audience)).get_absolute_url()).text

    def test_staff_of_another_group_do_not_read_it(self, client):
        handbook = collection("staff")
        handbook.groups.add(baker.make("auth.Group"))
        staff(client)

        assert client.get(page(handbook).get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_superuser": True, "is_staff": False}])
    def test_accounts_that_are_not_staff_read_what_visitors_read(self, client, fields):
        client.force_login(baker.make(User, **fields))

        assert client.get(page(collection("staff")).get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("address", ["/docs/", "/docs/public/", "/docs/public/page/", "/docs/staff/"])
    def test_what_may_not_be_read_is_not_even_named(self, client, address):
        page(collection("public"))
        page(collection("staff"), "battle-card.md")

        text = client.get(address).text

        assert "battle-card" not in text
        assert "Staff" not in text


class TestSignedLinks:
    def test_it_opens_one_page_for_customers(self, client):
        customers = collection("customers")
        one, other = page(customers, "one.md"), page(customers, "other.md", f"# Another page\n\nAlso {SECRET}.")

        response = client.get(signed_url(one, "a-page"))

        assert SECRET in response.text
        assert "Another page" not in response.text
        assert response["Cache-Control"] == "no-cache, private"
        assert client.get(signed_url(one).replace("/one/", "/other/")).status_code == 404
        assert client.get(other.get_absolute_url()).status_code == 404

    def test_it_ends_after_an_hour(self, client, time_machine):
        link = signed_url(page(collection("customers")))
        time_machine.move_to(timezone.now() + timedelta(seconds=SIGNED_LINK_SECONDS + 1))

        assert client.get(link).status_code == 404

    def test_a_forged_one_opens_nothing(self, client):
        link = signed_url(page(collection("customers")))

        assert client.get(f"{link}x").status_code == 404

    def test_there_is_none_for_staff_documents(self, client):
        document = page(collection("staff"))

        assert signed_url(document, "x") == f"{document.get_absolute_url()}#x"

    def test_it_ends_when_the_collection_becomes_internal(self, client):
        customers = collection("customers")
        link = signed_url(page(customers))
        Collection.objects.filter(pk=customers.pk).update(audience="staff")

        assert client.get(link).status_code == 404


class TestWhatIsShown:
    def test_a_document_that_was_never_ready_has_no_page(self, client):
        document, _ = save_document(collection=collection("public"), path="page.md", content="# New\n\nText.")

        assert client.get(document.get_absolute_url()).status_code == 404

    def test_a_page_stays_while_its_document_is_read_again(self, client):
        document = page(collection("public"))
        save_document(collection=document.collection, path=document.path, content="# New\n\nOther text.")

        assert SECRET in client.get(document.get_absolute_url()).text

    def test_a_failed_document_loses_its_page(self, client):
        document = page(collection("public"))
        ingest([save_document(collection=document.collection, path=document.path, content="# Only headings")[0].pk])

        assert client.get(document.get_absolute_url()).status_code == 404

    def test_every_passage_has_its_anchor_on_the_page(self, client):
        document = page(
            collection("public"), text="# A\n\nOne.\n\n## B *c*\n\nTwo.\n\n## B c\n\nThree.\n\n### D {#own}\n\nFour."
        )

        ids = set(re.findall(r'id="([^"]+)"', client.get(document.get_absolute_url()).text))

        assert set(document.chunks.values_list("anchor", flat=True)) <= ids

    def test_links_between_documents_lead_to_their_pages(self, client):
        help_centre, customers = collection("public"), collection("customers")
        page(help_centre, "billing/vat.md")
        page(customers, "credits.md")
        text = "[a](vat.md#rates) [b](../billing/vat) [c](gone.md) [d](../../customers/credits.md)"

        html = client.get(page(help_centre, "billing/refunds.md", text).get_absolute_url()).text

        assert '<a href="/docs/public/billing-vat/#rates" rel="noopener">a</a>' in html
        assert '<a href="/docs/public/billing-vat/" rel="noopener">b</a> c d' in html

    def test_a_link_that_names_no_document_is_relative_to_its_own_address(self, client):
        document = page(collection("public"), text="[a](../vat/)")
        Document.objects.filter(pk=document.pk).update(url="https://a.example/docs/refunds/")

        assert 'href="https://a.example/docs/vat/"' in client.get(document.get_absolute_url()).text

    def test_it_turns_to_the_pages_of_the_same_folder(self, client):
        public = collection("public")
        for path in ("a/1.md", "b/1.md", "b/3.md", "c/1.md"):
            page(public, path, "# Title\n\nText.")

        html = client.get(page(public, "b/2.md").get_absolute_url()).text

        assert re.findall(r'class="(?:before|after)" href="([^"]+)"', html) == [
            "/docs/public/b-1/",
            "/docs/public/b-3/",
        ]

    def test_there_is_nothing_the_content_security_policy_would_refuse(self, client):
        public = collection("public")
        text = "# A page\n\n|a|\n|--:|\n|1|\n\n![x](https://evil.example/x.png)"

        for address in ("/docs/", "/docs/public/", page(public, text=text).get_absolute_url()):
            html = client.get(address).text
            assert not re.search(r"<script|<style|<img|\sstyle=|\son\w+=", html)

    def test_an_unchanged_page_is_not_sent_twice(self, client):
        address = page(collection("public")).get_absolute_url()
        etag = client.get(address)["ETag"]

        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304

    def test_an_empty_site_says_so(self, client):
        assert "Nothing has been published yet" in client.get("/docs/").text

    def test_a_list_of_many_pages_takes_few_queries(self, client, django_assert_max_num_queries):
        public = collection("public")
        for number in range(12):
            page(public, f"folder/{number}.md")

        with django_assert_max_num_queries(4):
            client.get("/docs/")
