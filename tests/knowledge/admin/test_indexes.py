import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from model_bakery import baker

from knowledge import tasks
from knowledge.building import rebuild_index, roll_back
from knowledge.models import Collection, IndexVersion
from tests import factories
from tests.knowledge.admin.people import ready, sign_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/knowledge/indexversion/"
HTMX = {"HX-Request": "true"}
Status = IndexVersion.Status


def version(collection: Collection, status: Status, **fields: Any) -> IndexVersion:
    given: dict[str, Any] = {"lease_expires_at": timezone.now() + timedelta(minutes=5), "details": {}, **fields}
    return baker.make(IndexVersion, collection=collection, status=status, **given)


def two_versions(collection: Collection) -> tuple[IndexVersion, IndexVersion]:
    """The one before, and the one that is served."""
    ready(collection)
    rebuild_index(collection.pk)
    served, before = collection.index_versions.all()
    return before, served


def offered(client, collection: Collection) -> dict[int, str]:
    """By version, what its button says."""
    html = client.get(f"{PAGE}{collection.pk}/card/").text
    return {int(pk): said for pk, said in re.findall(r'version (\d+) at once">([^<]*)</button>', html)}


class TestPage:
    def test_every_collection_shows_its_versions_and_which_one_answers(self, client, editor, help_centre):
        before, served = two_versions(help_centre)

        html = client.get(PAGE).text

        assert f"Version {served.pk} answers. It has everything that is published." in html
        assert f"#{before.pk}</strong>" in html
        assert "Every vector is compared, 256 numbers each" in html

    def test_a_failed_build_says_why(self, client, editor, help_centre):
        version(help_centre, Status.FAILED, error="The model did not answer.")

        assert "The model did not answer." in client.get(PAGE).text

    def test_a_build_shows_how_far_it_is_and_is_asked_about_again(self, client, editor, help_centre):
        version(help_centre, Status.BUILDING, done=1200, expected=5000)

        html = client.get(f"{PAGE}{help_centre.pk}/card/").text

        assert 'value="1200" max="5000"' in html
        assert "1,200 of 5,000 passages" in html
        assert f'hx-get="{PAGE}{help_centre.pk}/card/"' in html

    def test_a_finished_one_is_not_asked_about(self, client, editor, help_centre):
        two_versions(help_centre)

        assert "hx-get" not in client.get(f"{PAGE}{help_centre.pk}/card/").text

    def test_a_build_whose_worker_is_gone_does_not_look_busy(self, client, editor, help_centre):
        version(help_centre, Status.BUILDING, lease_expires_at=timezone.now() - timedelta(minutes=1))

        html = client.get(f"{PAGE}{help_centre.pk}/card/").text

        assert "The worker that was building it is gone" in html
        assert "hx-get" not in html

    def test_without_collections_it_says_what_to_do(self, client, editor):
        assert "Add the first collection" in client.get(PAGE).text

    def test_many_collections_take_few_queries(self, client, editor, django_assert_max_num_queries):
        for _ in range(10):
            version(factories.collection(), Status.RETIRED)

        with django_assert_max_num_queries(12):
            client.get(PAGE)

    def test_collections_of_other_groups_are_out_of_sight(self, client, publisher, minutes):
        version(minutes, Status.RETIRED)

        assert "Board minutes" not in client.get(PAGE).text
        assert client.get(f"{PAGE}{minutes.pk}/card/").status_code == 404


class TestRebuild:
    def test_it_is_asked_for_and_awaited(self, client, editor, help_centre, django_capture_on_commit_callbacks):
        ready(help_centre)

        with django_capture_on_commit_callbacks() as callbacks:
            html = client.post(f"{PAGE}{help_centre.pk}/rebuild/", headers=HTMX).text

        assert [each.args for each in callbacks] == [(tasks.rebuild_index, help_centre.pk)]
        assert "Asked for." in html
        assert f"card/?after={IndexVersion.objects.get().pk}" in html

    def test_it_is_not_awaited_once_it_has_begun(self, client, editor, help_centre):
        before, _ = two_versions(help_centre)

        assert "Asked for." not in client.get(f"{PAGE}{help_centre.pk}/card/?after={before.pk}").text

    def test_a_browser_without_scripts_is_shown_the_page_again(self, client, editor, help_centre):
        assert client.post(f"{PAGE}{help_centre.pk}/rebuild/").url == PAGE

    def test_a_build_can_be_cancelled(self, client, editor, help_centre):
        building = version(help_centre, Status.BUILDING)

        html = client.post(f"{PAGE}{building.pk}/cancel/", headers=HTMX).text

        building.refresh_from_db()
        assert building.cancel_requested
        assert "Stopping" in html


class TestRollBack:
    def test_an_earlier_version_answers_at_once_and_newer_ones_wait(self, client, publisher, help_centre):
        before, _ = two_versions(help_centre)

        html = client.post(f"{PAGE}{before.pk}/roll-back/", headers=HTMX).text

        before.refresh_from_db()
        assert before.status == Status.SERVING
        assert f"Held at version {before.pk}" in html
        assert "Rebuild" not in html

    def test_back_is_what_is_older_than_what_answers(self, client, publisher, help_centre):
        before, newest = two_versions(help_centre)
        assert offered(client, help_centre) == {before.pk: "Roll back"}

        roll_back(before)

        assert offered(client, help_centre) == {newest.pk: "Use this version"}

    def test_it_is_held_until_it_is_released(self, client, publisher, help_centre, django_capture_on_commit_callbacks):
        roll_back(two_versions(help_centre)[0])

        with django_capture_on_commit_callbacks() as callbacks:
            html = client.post(f"{PAGE}{help_centre.pk}/release/", headers=HTMX).text

        assert "Held at version" not in html
        assert [each.args for each in callbacks] == [(tasks.build_index, help_centre.pk)]

    def test_one_that_is_not_kept_says_so(self, client, publisher, help_centre):
        failed = version(help_centre, Status.FAILED)

        html = client.post(f"{PAGE}{failed.pk}/roll-back/", headers=HTMX).text

        assert "This version is not kept any more" in html


class TestPermissions:
    @pytest.mark.parametrize("action", ["{collection}/rebuild/", "{version}/cancel/"])
    def test_who_may_only_look_changes_nothing(self, client, help_centre, action):
        sign_in(client, "view")
        address = action.format(collection=help_centre.pk, version=version(help_centre, Status.BUILDING).pk)

        assert client.post(f"{PAGE}{address}").status_code == 403

    @pytest.mark.parametrize("action", ["{collection}/release/", "{version}/roll-back/"])
    def test_what_everybody_is_answered_from_is_for_publishers(self, client, editor, help_centre, action):
        before, _ = two_versions(help_centre)
        address = action.format(collection=help_centre.pk, version=before.pk)

        assert client.post(f"{PAGE}{address}").status_code == 403
        assert "Roll back" not in client.get(PAGE).text

    @pytest.mark.parametrize("action", ["{collection}/rebuild/", "{collection}/release/", "{version}/roll-back/"])
    def test_indexes_of_other_groups_are_left_alone(self, client, publisher, minutes, action):
        address = action.format(collection=minutes.pk, version=version(minutes, Status.RETIRED).pk)

        assert client.post(f"{PAGE}{address}").status_code == 404

    def test_nobody_writes_versions_by_hand(self, client, admin_user, help_centre):
        client.force_login(admin_user)

        assert client.get(f"{PAGE}add/").status_code == 403

    def test_a_link_alone_changes_nothing(self, client, publisher, help_centre):
        assert client.get(f"{PAGE}{help_centre.pk}/rebuild/").status_code == 405

    def test_who_sees_no_indexes_sees_none_here(self, client, help_centre):
        sign_in(client)

        assert client.get(PAGE).status_code == 403
        assert client.get(f"{PAGE}{help_centre.pk}/card/").status_code == 403
