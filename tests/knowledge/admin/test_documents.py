import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from model_bakery import baker

from knowledge import leases, tasks
from knowledge.admin.forms import last_change
from knowledge.building import build_index, release, roll_back
from knowledge.ingestion import ingest
from knowledge.loaders import FORMATS
from knowledge.models import Chunk, Collection, Document
from knowledge.services import save_document
from tests import factories
from tests.knowledge.admin.people import LIST, REFUNDS, change, edit, ready, sign_in, write
from tests.knowledge.loaders.files import pdf

pytestmark = pytest.mark.django_db


def upload(client, collection: Collection, *files: tuple[str, bytes], folder: str = ""):
    given = {"upload": "1", "upload-collection": collection.pk, "upload-folder": folder}
    return client.post(f"{LIST}add/", given | {"upload-documents": [SimpleUploadedFile(*file) for file in files]})


class TestUpload:
    def test_every_file_becomes_a_document(self, client, editor, help_centre):
        upload(client, help_centre, ("a.md", b"# A\n\nText."), ("b.html", b"<h1>B</h1><p>Text."), folder="/guides/")

        assert set(Document.objects.values_list("path", "format", "status")) == {
            ("guides/a.md", "markdown", "pending"),
            ("guides/b.html", "html", "pending"),
        }

    def test_a_file_is_replaced_in_its_own_folder(self, client, editor, help_centre):
        upload(client, help_centre, ("guide.pdf", b"%PDF-1.7 broken"), folder="my guides")
        document = Document.objects.get()
        page = client.get(reverse("admin:knowledge_document_change", args=[document.pk])).text

        (address,) = re.findall(r'href="([^"]+)">upload a file', page)
        assert 'value="my guides"' in client.get(unescape(address)).text

    def test_the_page_waits_for_what_the_reading_says(self, client, editor, help_centre):
        html = upload(client, help_centre, ("a.md", b"Text.")).text

        document = Document.objects.get()
        assert f"statuses/?id={document.pk}" in html
        assert f'id="problem-{document.pk}"' in html

    def test_bad_files_are_named_with_their_reason_and_hold_up_nobody(self, client, editor, help_centre):
        bad = [("logo.png", b"\x89PNG"), ("empty.md", b"  "), ("docs.zip", b"PK\x03\x04"), ("report.md", b"%PDF-1.7")]

        html = upload(client, help_centre, *bad, ("good.md", b"# Good\n\nText.")).text

        assert [document.path for document in Document.objects.all()] == ["good.md"]
        assert "4 of 5 files were refused" in html
        assert "The other file was taken." in html
        for name, reason in [
            ("logo.png", "this kind cannot be read"),
            ("empty.md", "is empty"),
            ("docs.zip", "Unpack it and upload"),
            ("report.md", "This is a PDF"),
        ]:
            assert re.search(rf"{re.escape(name)}</strong><span[^>]*>[^<]*{reason}", html)

    @pytest.mark.parametrize(
        ("good", "said"), [(0, "The file was refused"), (1, "The other file was taken"), (2, "The other 2 were taken")]
    )
    def test_it_says_what_became_of_the_others(self, client, editor, help_centre, good, said):
        others = [(f"{number}.md", b"Text.") for number in range(good)]

        assert said in upload(client, help_centre, ("logo.png", b"\x89PNG"), *others).text

    def test_a_charset_that_is_none_holds_up_nobody(self, client, editor, help_centre):
        upload(client, help_centre, ("a.html", b"<meta charset=undefined><p>Caf\xe9"), ("b.md", b"# B\n\nText."))

        assert set(Document.objects.values_list("path", flat=True)) == {"a.html", "b.md"}

    def test_a_bad_file_does_not_replace_a_good_document(self, client, editor, help_centre):
        document = ready(help_centre)

        upload(client, help_centre, ("refunds.md", b"%PDF-1.7"))

        document.refresh_from_db()
        assert (document.status, document.content) == ("ready", REFUNDS)

    def test_a_full_disk_is_said_of_each_file_that_has_no_room(self, client, editor, help_centre, no_room):
        html = upload(client, help_centre, ("guide.pdf", b"%PDF-1.7 one"), ("good.md", b"# Good\n\nText.")).text

        assert re.search(r"guide.pdf</strong><span[^>]*>[^<]*There is no space left on the disk", html)
        assert Document.objects.get().path == "good.md"

    def test_a_file_that_is_too_large_is_refused(self, client, editor, help_centre, settings):
        settings.MAX_DOCUMENT_BYTES = 1024 * 1024

        assert "larger than 1 MB" in upload(client, help_centre, ("a.md", b"a" * (1024 * 1024 + 1))).text

    def test_every_format_that_can_be_read_is_named(self, client, editor, help_centre):
        html = client.get(f"{LIST}add/").text

        assert all(f"{suffix}," in html or f"{suffix};" in html for suffix in FORMATS)

    @pytest.mark.parametrize("folder", ["../other", "a//b", "a\\b", "."])
    def test_files_stay_inside_their_collection(self, client, editor, help_centre, folder):
        upload(client, help_centre, ("a.md", b"Text."), folder=folder)

        assert not Document.objects.exists()


class TestWrite:
    def test_a_page_is_named_after_its_title(self, client, editor, help_centre):
        response = write(client, help_centre, title="How refunds work")

        document = Document.objects.get()
        assert (document.path, document.title) == ("how-refunds-work.md", "How refunds work")
        assert response.url == change(document)

    def test_it_does_not_overwrite_another_document(self, client, editor, help_centre):
        ready(help_centre)

        assert "There is a document of this name already" in write(client, help_centre).text
        assert Document.objects.get().content == REFUNDS

    def test_an_empty_text_is_refused_with_a_sentence(self, client, editor, help_centre):
        assert "This document is empty" in write(client, help_centre, content="\n \n").text


class TestEdit:
    def test_a_new_text_waits_and_is_enqueued(self, client, editor, help_centre, django_capture_on_commit_callbacks):
        document = ready(help_centre)

        with django_capture_on_commit_callbacks() as callbacks:
            edit(client, document, content="# Refunds\n\nOther text.\n")

        document.refresh_from_db()
        assert (document.status, document.revision) == ("pending", 2)
        assert (tasks.ingest_documents, [document.pk]) in [getattr(each, "args", None) for each in callbacks]

    def test_saving_without_a_change_reads_nothing_again(self, client, editor, help_centre):
        document = ready(help_centre)

        edit(client, document, content=REFUNDS.replace("\n", "\r\n"))

        document.refresh_from_db()
        assert (document.status, document.revision) == ("ready", 1)

    def test_a_title_of_its_own_follows_the_text(self, client, editor, help_centre):
        document = ready(help_centre)

        edit(client, document, content=REFUNDS.replace("# Refunds", "# Money back"))

        document.refresh_from_db()
        assert document.title == "Money back"

    def test_a_chosen_title_stays(self, client, editor, help_centre):
        document = ready(help_centre)

        edit(client, document, title="Chosen", content=f"{REFUNDS}More.\n")

        document.refresh_from_db()
        assert document.title == "Chosen"

    def test_an_unreadable_text_is_refused_and_changes_nothing(self, client, editor, help_centre):
        document = ready(help_centre)

        assert "This document is empty" in edit(client, document, content="   ").text
        document.refresh_from_db()
        assert document.status == "ready"

    def test_a_change_somebody_else_made_meanwhile_is_not_lost(self, client, editor, help_centre):
        document = ready(help_centre)
        seen = last_change(document.pk)
        save_document(collection=help_centre, path=document.path, content="# Theirs\n\nText.")

        assert "Somebody changed this document" in edit(client, document, content="# Mine\n\nText.", seen=seen).text
        assert Document.objects.get().content.startswith("# Theirs")

    def test_a_failed_document_says_why_and_what_to_do(self, client, editor, help_centre):
        save_document(collection=help_centre, path="refunds.md", data=b"%PDF-1.7")

        html = client.get(change(Document.objects.get())).text

        assert "This looks like a binary file" in html
        assert "Correct the text and save it" in html

    @pytest.mark.parametrize(
        ("silent", "said"), [(timedelta(0), "is being read"), (2 * leases.SILENCE, "has not been heard of")]
    )
    def test_a_worker_that_fell_silent_is_said_to_have(self, client, editor, help_centre, silent, said):
        document = ready(help_centre)
        until = timezone.now() + leases.LEASE - silent
        Document.objects.update(status=Document.Status.PROCESSING, lease_expires_at=until)

        assert said in client.get(change(document)).text

    def test_what_is_no_text_keeps_its_file_and_gets_a_title(self, client, editor, help_centre):
        document, _ = save_document(collection=help_centre, path="guide.pdf", data=pdf("A refund takes five days."))

        edit(client, document, title="The guide")

        document.refresh_from_db()
        assert document.title == "The guide"
        assert document.file.open().read() == pdf("A refund takes five days.")

    def test_a_file_that_is_missing_is_said_to_be(self, client, editor, help_centre):
        document, _ = save_document(collection=help_centre, path="guide.pdf", data=pdf("A refund takes five days."))
        document.file.storage.delete(str(document.file.name))

        assert "The file of this document is missing" in edit(client, document, title="The guide").text

    def test_deleting_takes_its_passages_along(self, client, editor, help_centre):
        document = ready(help_centre)

        client.post(reverse("admin:knowledge_document_delete", args=[document.pk]), {"post": "yes"})

        assert not Document.objects.exists()
        assert not Chunk.objects.exists()

    def test_the_preview_shows_the_page(self, client, editor):
        html = client.post(f"{LIST}preview/", {"content": REFUNDS, "path": "refunds.md"}).text

        assert "<h1>Refunds</h1>" in html
        assert '<h2 id="how-long-it-takes">' in html

    def test_the_preview_runs_nothing(self, client, editor):
        html = client.post(f"{LIST}preview/", {"content": "Text <script>alert(1)</script>", "path": "a.txt"}).text

        assert "<script" not in html


def badge_in(html: str, document: Document) -> str:
    (badge,) = re.findall(rf'id="status-{document.pk}"[^>]*><span[^>]*>([^<]*)<', html)
    return str(badge).strip()


class TestHeldIndex:
    @pytest.fixture
    def rolled_back(self, help_centre) -> tuple[Document, Document]:
        """One that is as it was when the index that answers was built, and one that was changed since."""
        same, changed = ready(help_centre, "vat.md"), ready(help_centre)
        ready(help_centre, changed.path, f"{REFUNDS}Gift cards are not refunded.\n")
        before = help_centre.index_versions.exclude(status="serving").first()
        assert before
        assert roll_back(before)
        return same, changed

    def test_a_text_it_does_not_have_is_not_said_to_be_used(self, client, editor, rolled_back):
        _, changed = rolled_back

        html = client.get(change(changed)).text

        assert "Answers use this document" not in html
        assert re.search(r"The index is held at version \d+, which does not have this text", html)
        assert "/admin/knowledge/indexversion/" in html

    def test_the_list_says_which_texts_it_does_not_have(self, client, editor, rolled_back):
        same, changed = rolled_back
        lists = client.get(LIST).text, client.get(f"{LIST}statuses/?id={same.pk}&id={changed.pk}").text

        for html in lists:
            assert [badge_in(html, each) for each in (same, changed)] == ["Ready", "Held back"]
            assert html.count("Answers do not use what changed until the index is released.") == 1

    def test_a_list_of_many_takes_no_query_each(self, client, editor, help_centre, django_assert_max_num_queries):
        for number in range(10):
            ready(help_centre, f"{number}.md")
        before = help_centre.index_versions.last()
        assert before
        assert roll_back(before)

        with django_assert_max_num_queries(19):
            html = client.get(LIST).text
        assert html.count("Held back") > 1

    def test_a_collection_it_answers_for_is_not_said_to_be_brought_up_to_date(self, client, editor, rolled_back):
        html = client.get("/admin/knowledge/collection/").text

        assert "being brought up to date" not in html
        assert ", held back" in html

    def test_a_text_it_has_is_used(self, client, editor, rolled_back):
        same, _ = rolled_back

        assert "Answers use this document" in client.get(change(same)).text

    def test_once_released_the_newest_is_used(self, client, editor, help_centre, rolled_back):
        _, changed = rolled_back
        release(help_centre.pk)
        build_index(help_centre.pk)

        assert "Answers use this document" in client.get(change(changed)).text


class TestReindex:
    def test_the_button_has_it_read_again(self, client, editor, help_centre):
        document = ready(help_centre)

        client.post(reverse("admin:knowledge_document_reindex", args=[document.pk]))

        document.refresh_from_db()
        assert document.status == "pending"

    def test_a_link_alone_changes_nothing(self, client, editor, help_centre):
        address = reverse("admin:knowledge_document_reindex", args=[ready(help_centre).pk])

        assert client.get(address).status_code == 405


class TestLists:
    def test_documents_show_passages_and_beside_their_status_what_is_wrong(self, client, editor, help_centre):
        ready(help_centre)
        save_document(collection=help_centre, path="bad.md", data=b"%PDF-1.7")

        html = client.get(LIST).text

        assert re.search(r"field-passages[^>]*>\s*1\s*<", html)
        states = re.findall(r'<td class="[^"]*field-state.*?</td>', html, re.DOTALL)
        assert ["This looks like a binary file" in state for state in states] == [True, False]

    def test_a_long_list_takes_few_queries(self, client, editor, help_centre, django_assert_max_num_queries):
        for number in range(10):
            save_document(collection=help_centre, path=f"{number}.md", content="Text.")

        with django_assert_max_num_queries(16):
            client.get(LIST)

    def test_collections_take_few_queries(self, client, editor, django_assert_max_num_queries):
        for _ in range(10):
            save_document(collection=factories.collection(), path="a.md", content="Text.")

        with django_assert_max_num_queries(12):
            client.get("/admin/knowledge/collection/")

    def test_unfinished_documents_are_asked_about_until_they_are_done(self, client, editor, help_centre):
        document, _ = save_document(collection=help_centre, path="a.md", content="Text.")
        address = f"{LIST}statuses/?id={document.pk}"
        assert f"statuses/?id={document.pk}" in client.get(LIST).text
        assert "Waiting" in (waiting := client.get(address).text)
        ingest([document.pk])

        assert "hx-get" in waiting
        assert "Ready" in (done := client.get(address).text)
        assert "hx-get" not in done

    def test_once_one_fails_its_reason_is_shown(self, client, editor, help_centre):
        upload(client, help_centre, ("guide.pdf", pdf("A refund takes five days.")[:60]))
        document = Document.objects.get()
        assert f'<span id="problem-{document.pk}"></span>' in client.get(LIST).text
        ingest([document.pk])
        document.refresh_from_db()

        html = client.get(f"{LIST}statuses/?id={document.pk}").text

        assert document.error
        assert re.search(rf'id="problem-{document.pk}" hx-swap-oob="true">{re.escape(document.error)}<', html)

    def test_collections_show_counts_and_the_index_that_answers(self, client, editor, help_centre):
        ready(help_centre)

        html = client.get("/admin/knowledge/collection/").text

        assert "1 ready" in html
        assert re.search(r"Version \d+, 1 passages, built", html)


class TestCollections:
    def form(self, **fields: Any) -> dict[str, Any]:
        return {
            "name": "Help",
            "slug": "help",
            "description": "",
            "language": "english",
            "audience": "public",
            **fields,
        }

    def test_a_new_one_is_for_staff_unless_somebody_says_otherwise(self, client, editor):
        html = client.get("/admin/knowledge/collection/add/").text

        assert re.search(r'value="staff"[^>]*checked', html)

    def test_groups_do_not_pretend_to_protect_what_everyone_may_read(self, client, editor):
        group: Group = baker.make("auth.Group")

        response = client.post("/admin/knowledge/collection/add/", self.form(groups=[group.pk]))

        assert "Only a collection for staff can be kept to groups" in response.text
        assert client.post("/admin/knowledge/collection/add/", self.form(groups=[group.pk], audience="staff")).url

    def test_plans_keep_a_collection_to_some_customers(self, client, editor):
        client.post(
            "/admin/knowledge/collection/add/", self.form(audience="customers", plans="Team\n\n Team \nBusiness")
        )

        collection = Collection.objects.get()
        assert set(collection.plans.values_list("plan", flat=True)) == {"Team", "Business"}
        html = client.get(f"/admin/knowledge/collection/{collection.pk}/change/").text
        assert "Business\nTeam</textarea>" in html

    def test_plans_do_not_pretend_to_protect_what_everyone_may_read(self, client, editor):
        html = client.post("/admin/knowledge/collection/add/", self.form(plans="Team")).text

        assert "Only a collection for identified customers can be kept to plans" in html

    def test_another_language_is_another_index(self, client, editor, help_centre, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as callbacks:
            client.post(f"/admin/knowledge/collection/{help_centre.pk}/change/", self.form(language="german"))

        assert (tasks.rebuild_index, help_centre.pk) in [getattr(each, "args", None) for each in callbacks]

    def test_deleting_one_takes_its_documents_along(self, client, editor, help_centre):
        ready(help_centre)
        address = reverse("admin:knowledge_collection_delete", args=[help_centre.pk])
        assert "Documents: 1" in client.get(address).text

        client.post(address, {"post": "yes"})

        assert not Collection.objects.exists()
        assert not Chunk.objects.exists()


class TestPermissions:
    @pytest.mark.parametrize(
        "page", ["", "add/", "try/", "statuses/", "{pk}/change/", "{pk}/status/", "{pk}/passages/"]
    )
    def test_staff_without_permission_see_nothing(self, client, help_centre, page):
        document = ready(help_centre)
        sign_in(client)

        assert client.get(f"{LIST}{page.format(pk=document.pk)}").status_code == 403

    @pytest.mark.parametrize("page", ["add/", "preview/", "{pk}/reindex/", "{pk}/delete/"])
    def test_staff_without_permission_change_nothing(self, client, help_centre, page):
        document = ready(help_centre)
        sign_in(client)

        assert client.post(f"{LIST}{page.format(pk=document.pk)}").status_code == 403

    def test_who_may_only_look_changes_nothing(self, client, help_centre):
        document = ready(help_centre)
        sign_in(client, "view")

        assert client.get(change(document)).status_code == 200
        assert edit(client, document, content="Mine.").status_code == 403
        assert client.post(f"{LIST}{document.pk}/reindex/").status_code == 403

    def test_visitors_are_sent_to_the_login(self, client):
        assert client.get(LIST).status_code == 302

    def test_documents_of_other_groups_are_out_of_sight(self, client, editor):
        handbook = factories.collection("staff", name="Board minutes")
        handbook.groups.add(baker.make("auth.Group"))
        document = ready(handbook, "minutes.md", "# Minutes\n\nThe merger is planned for spring.")

        for page in ("", "add/", "try/?question=merger"):
            assert not re.search("Board minutes|Minutes|merger is", client.get(f"{LIST}{page}").text)
        assert client.get(f"{LIST}{document.pk}/passages/").status_code == 404
        assert "merger" not in client.get(change(document), follow=True).text
