import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from model_bakery import baker

from accounts.models import User
from knowledge.admin.forms import CollectionForm
from knowledge.models import Collection, Document, Source, SyncRun
from knowledge.visits import syncing
from knowledge.visits.visiting import process_here, visit
from tests import factories
from tests.knowledge.admin.people import sign_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/knowledge/source/"
HTMX = {"HX-Request": "true"}
Status = SyncRun.Status


@pytest.fixture
def administrator(client) -> User:
    user = baker.make(User, is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(6):
        (tmp_path / f"{number}.md").write_text(f"# Page {number}\n\nText of page {number}.\n")
    return tmp_path


@pytest.fixture
def source(help_centre, folder) -> Source:
    return baker.make(Source, collection=help_centre, kind="folder", location=str(folder), name="Handbook")


@pytest.fixture
def visited(source) -> Callable[[], SyncRun]:
    def visited() -> SyncRun:
        run = visit(syncing.request_sync(source).pk, process_here)
        assert run
        return run

    return visited


@pytest.fixture
def shrunk(visited, folder) -> SyncRun:
    """A visit that found four of six documents gone."""
    visited()
    for number in range(4):
        (folder / f"{number}.md").unlink()
    run: SyncRun = visited()
    assert run.status == Status.ASKING
    return run


def add(client, kind: str, collection: Collection, location: str, **fields: Any):
    given = {"name": "", "collection": collection.pk, "location": location, "sync_every": "", "publishes": "on"}
    numbers = {"max_depth": 5, "max_pages": 100} if kind == "site" else {}
    return client.post(f"{PAGE}add/?kind={kind}", given | numbers | fields)


def panel(client, source: Source) -> str:
    return str(client.get(f"{PAGE}{source.pk}/visits/").text)


class TestAdding:
    def test_the_kind_is_asked_first(self, client, editor):
        html = client.get(f"{PAGE}add/").text

        assert "Reads every page of one host" in html
        assert "?kind=folder" not in html

    @pytest.mark.parametrize(
        ("kind", "asked", "not_asked"),
        [
            ("site", {"max_depth", "include"}, {"branch", "url_prefix"}),
            ("page", {"location"}, {"include", "max_pages"}),
            ("git", {"branch", "folder", "url_prefix"}, {"max_depth"}),
        ],
    )
    def test_each_kind_asks_for_what_means_something_to_it(self, client, editor, help_centre, kind, asked, not_asked):
        html = client.get(f"{PAGE}add/?kind={kind}").text

        assert all(f'name="{name}"' in html for name in asked)
        assert not any(f'name="{name}"' in html for name in not_asked)

    @pytest.mark.parametrize(
        ("kind", "does"),
        [("site", "Reads every page"), ("page", "Reads one page"), ("git", "Reads the documents in a repository")],
    )
    def test_each_form_says_what_it_will_do(self, client, editor, help_centre, kind, does):
        html = client.get(f"{PAGE}add/?kind={kind}").text

        assert does in html
        assert "begins when you save" in html
        assert "What comes from here is brought to us" not in html

    def test_a_new_one_is_visited_at_once(self, client, editor, help_centre):
        response = add(client, "site", help_centre, "https://help.example.com/", sync_every=60)

        source = Source.objects.get()
        assert response.url == f"{PAGE}{source.pk}/change/"
        assert (source.kind, source.runs.get().requested_by) == ("site", editor)
        assert source.next_sync_at

    @pytest.mark.parametrize(
        ("kind", "location", "reason"),
        [
            ("site", "help.example.com", "is not a web address"),
            ("site", "ftp://example.com/", "begin with https://"),
            ("page", "http://169.254.169.254/latest/", "not on the public internet"),
            ("page", "http://[::1]/", "not on the public internet"),
            ("page", "http://192.168.1.5:8090/", "not on the public internet"),
            ("git", "https://192.168.1.5:8090/docs.git", "not on the public internet"),
            ("git", "https://git.internal:8090/docs.git", "FETCH_PRIVATE_HOSTS"),
            ("page", "https://ada:secret@example.com/", "user name or password"),
            ("git", "/srv/docs", "begins with https://"),
            ("git", "http://example.com/docs.git", "begins with https://"),
            ("git", "ext::sh -c touch", "begins with https://"),
            ("page", "", "This field is required"),
        ],
    )
    def test_a_location_that_cannot_be_read_is_refused_with_a_reason(
        self, client, editor, help_centre, kind, location, reason
    ):
        assert reason in add(client, kind, help_centre, location).text
        assert not Source.objects.exists()

    @pytest.mark.parametrize(
        ("location", "reason"), [("docs", "Give the whole path"), ("/no/such/folder", "There is no folder")]
    )
    def test_a_folder_has_to_be_there(self, client, administrator, help_centre, location, reason):
        assert reason in add(client, "folder", help_centre, location).text

    def test_the_same_place_twice_is_refused(self, client, administrator, source):
        html = add(client, "folder", source.collection, source.location).text

        assert "This collection has this source already" in html

    def test_a_source_does_not_go_round_a_review(self, client, editor, help_centre):
        Collection.objects.update(needs_review=True)

        html = add(client, "page", help_centre, "https://example.com/").text

        assert "everything waits for review" in html
        assert add(client, "page", help_centre, "https://example.com/", publishes="").url


class TestChanging:
    def test_its_times_can_be_changed(self, client, administrator, source):
        given = {"name": "Manual", "location": source.location, "sync_every": 60, "publishes": "on"}

        client.post(f"{PAGE}{source.pk}/change/", given)

        source.refresh_from_db()
        assert source.name == "Manual"
        assert source.next_sync_at

    def test_what_comes_by_itself_has_nothing_to_visit(self, client, editor, help_centre):
        pushed = baker.make(Source, collection=help_centre, kind="push", name="CMS")

        html = client.get(f"{PAGE}{pushed.pk}/change/").text

        assert "What comes from here is brought to us." in html
        assert "Sync now" not in html

    def test_its_documents_outlive_it(self, client, administrator, source, visited):
        visited()

        client.post(f"{PAGE}{source.pk}/delete/", {"post": "yes"})

        assert not Source.objects.exists()
        assert Document.objects.filter(publication="published").count() == 6


class TestVisits:
    def test_the_last_one_says_what_it_brought(self, client, editor, source, visited):
        visited()

        assert "6 added" in panel(client, source)
        assert "Done" in client.get(PAGE).text

    def test_failures_are_named_with_their_reasons(self, client, editor, source, visited, folder):
        (folder / "bad.md").write_bytes(b"%PDF-1.7")
        visited()

        html = panel(client, source)

        assert "bad.md" in html
        assert "This looks like a binary file" in html

    def test_one_can_be_asked_for_and_is_watched(self, client, administrator, source):
        html = client.post(f"{PAGE}{source.pk}/sync/", headers=HTMX).text

        assert "It begins as soon as a worker is free" in html
        assert f'hx-get="{PAGE}{source.pk}/visits/"' in html
        assert source.runs.get().requested_by == administrator

    def test_one_under_way_shows_how_far_it_is(self, client, editor, source):
        baker.make(SyncRun, source=source, status=Status.RUNNING, seen=1200, expected=5000, failures=[])

        html = panel(client, source)

        assert "1,200 of 5,000 looked at" in html
        assert 'value="1200" max="5000"' in html

    def test_one_under_way_can_be_cancelled(self, client, administrator, source):
        run = baker.make(SyncRun, source=source, status=Status.RUNNING, failures=[])

        assert "Stopping" in client.post(f"{PAGE}{source.pk}/visits/{run.pk}/cancel/", headers=HTMX).text
        run.refresh_from_db()
        assert run.cancel_requested

    def test_a_finished_one_is_not_watched(self, client, editor, source, visited):
        visited()

        assert "hx-get" not in panel(client, source)

    def test_a_source_that_shrank_waits_for_a_yes(self, client, administrator, source, shrunk):
        html = panel(client, source)

        assert "4 of 6 documents are no longer there. Retire them?" in html
        assert "Yes, retire them" in html

    def test_the_documents_that_a_yes_would_retire_are_named(self, client, administrator, source, shrunk):
        Document.objects.filter(path="1.md").update(url="https://help.example.com/one")

        named = panel(client, source).partition("knowledge-missing")[2].partition("</ul>")[0]

        assert re.findall(r"<a [^>]*>([^<]*)</a> <code>([^<]*)</code>", named) == [
            ("Page 0", "0.md"),
            ("Page 1", "https://help.example.com/one"),
            ("Page 2", "2.md"),
            ("Page 3", "3.md"),
        ]

    def test_only_the_first_of_many_are_named(self, client, administrator, source):
        many = baker.make(Document, collection=source.collection, source=source, page_starts=[], _quantity=12)
        missing = [document.pk for document in many]
        baker.make(SyncRun, source=source, status=Status.ASKING, failures=[], missing=missing)

        html = panel(client, source)

        assert html.count("<code>") == 10
        assert "and 2 more" in html

    def test_what_waits_for_a_yes_is_not_said_to_be_removed(self, client, administrator, source, shrunk):
        html = panel(client, source)

        assert "2 unchanged, would remove 4." in html
        assert re.search(r"<td>0 <span[^>]*>would remove 4</span></td>", html)

    def test_a_yes_retires_what_is_gone(self, client, administrator, source, shrunk):
        client.post(f"{PAGE}{source.pk}/visits/{shrunk.pk}/approve/")
        visit(shrunk.pk, process_here)

        assert Document.objects.filter(publication="retired").count() == 4

    def test_a_no_keeps_everything(self, client, administrator, source, shrunk):
        client.post(f"{PAGE}{source.pk}/visits/{shrunk.pk}/cancel/")

        shrunk.refresh_from_db()
        assert shrunk.status == Status.CANCELLED
        assert Document.objects.filter(publication="published").count() == 6

    def test_many_can_be_asked_for_at_once(self, client, administrator, source):
        client.post(PAGE, {"action": "sync", "_selected_action": [source.pk]})

        assert source.runs.count() == 1

    def test_a_long_list_takes_few_queries(self, client, editor, django_assert_max_num_queries):
        for number in range(10):
            made = baker.make(Source, collection=factories.collection(), kind="page", location=str(number))
            baker.make(SyncRun, source=made, status=Status.DONE, failures=[])

        with django_assert_max_num_queries(14):
            client.get(PAGE)


class TestPermissions:
    @pytest.mark.parametrize("what", ["sync/", "visits/{run}/cancel/", "visits/{run}/approve/"])
    def test_who_may_only_look_asks_for_nothing(self, client, help_centre, what):
        sign_in(client, "view", "publish")
        source = baker.make(Source, collection=help_centre, kind="page", location="https://example.com/")
        run = baker.make(SyncRun, source=source, status=Status.ASKING, failures=[])

        assert client.post(f"{PAGE}{source.pk}/{what.format(run=run.pk)}").status_code == 403
        assert "Sync now" not in panel(client, source)
        assert "Somebody who may change this source has to decide." in panel(client, source)

    def test_where_publishers_decide_editors_do_not_retire(self, client, editor, help_centre):
        source = baker.make(Source, collection=help_centre, kind="page", location="https://example.com/")
        run = baker.make(SyncRun, source=source, status=Status.ASKING, failures=[])
        assert "Yes, retire them" in panel(client, source)
        Collection.objects.update(needs_review=True)

        assert client.post(f"{PAGE}{source.pk}/visits/{run.pk}/approve/").status_code == 403
        assert "Yes, retire them" not in panel(client, source)
        assert "Only a publisher may say yes." in panel(client, source)

    @pytest.mark.parametrize("what", ["sync/", "visits/{run}/cancel/", "visits/{run}/approve/"])
    def test_folders_of_the_machine_are_visited_for_administrators(self, client, publisher, source, what):
        run = baker.make(SyncRun, source=source, status=Status.ASKING, failures=[])

        assert client.post(f"{PAGE}{source.pk}/{what.format(run=run.pk)}").status_code == 403
        html = panel(client, source)
        assert not any(button in html for button in ("Sync now", "Yes, retire them", "settings below"))
        assert "Folders of this machine are for administrators, so one of them has to decide." in html

    def test_folders_are_left_out_when_many_are_visited(self, client, publisher, source):
        page = baker.make(Source, collection=source.collection, kind="page", location="https://example.com/")

        html = client.post(PAGE, {"action": "sync", "_selected_action": [source.pk, page.pk]}, follow=True).text

        assert "1 was left as it is" in html
        assert (source.runs.count(), page.runs.count()) == (0, 1)

    def test_folders_of_the_machine_are_for_administrators(self, client, editor, source):
        assert "There is no" not in add(client, "folder", source.collection, "/etc").text
        client.post(f"{PAGE}{source.pk}/change/", {"name": "", "location": "/etc", "publishes": "on"})

        source.refresh_from_db()
        assert source.location != "/etc"
        assert Source.objects.count() == 1

    @pytest.mark.parametrize("what", ["visits/", "sync/", "change/"])
    def test_sources_of_other_groups_are_out_of_sight(self, client, publisher, minutes, what):
        theirs = baker.make(Source, collection=minutes, kind="page", location="https://board.example.com/")
        ask = client.post if what == "sync/" else client.get

        assert ask(f"{PAGE}{theirs.pk}/{what}").status_code in (404, 302)
        assert "board.example.com" not in client.get(PAGE).text
        assert not theirs.runs.exists()

    @pytest.mark.parametrize("page", ["", "add/", "{pk}/visits/", "{pk}/change/"])
    def test_staff_without_permission_see_nothing(self, client, source, page):
        sign_in(client)

        assert client.get(f"{PAGE}{page.format(pk=source.pk)}").status_code == 403


def test_a_collection_is_saved_without_what_workers_count(client, administrator, help_centre, monkeypatch):
    fields = {
        "name": "Renamed",
        "slug": help_centre.slug,
        "audience": help_centre.audience,
        "language": help_centre.language,
    }
    clean = CollectionForm.clean

    def clean_late(form: CollectionForm) -> Any:
        Collection.objects.filter(pk=help_centre.pk).update(content_version=77)
        return clean(form)

    monkeypatch.setattr(CollectionForm, "clean", clean_late)
    client.post(f"/admin/knowledge/collection/{help_centre.pk}/change/", fields)
    help_centre.refresh_from_db()

    assert (help_centre.name, help_centre.content_version) == ("Renamed", 77)
