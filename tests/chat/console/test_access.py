"""Who may look, who is sent to the login, and who is refused: every address, the whole cast."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories

PAGES = ["", "list/", "conversations/{id}/", "conversations/{id}/news/?after=0", "conversations/{id}/customer/"]
ACTIONS = ["take-over", "reply", "give-back", "resolve", "read"]


@pytest.fixture
def address(talk):
    conversation = talk("Hello")
    return lambda path: f"/console/{path.format(id=conversation.pk)}"


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_sent_to_the_login(client: Client, address, path: str):
    response = client.get(address(path))

    assert response.status_code == 302
    assert response["Location"].startswith("/console/login/?next=/console/")


@pytest.mark.parametrize("path", PAGES)
def test_users_who_are_no_staff_are_refused(client: Client, address, outsider, path: str):
    client.force_login(outsider)

    assert client.get(address(path)).status_code == 403


@pytest.fixture(params=["never had it", "lost it"])
def unpermitted(request, agent, db):
    """A member of staff who may not use the console."""
    if request.param == "never had it":
        return factories.staff_member("editor", "chat.view_conversation")
    agent.user_permissions.clear()
    return agent


@pytest.mark.parametrize("path", PAGES)
def test_staff_without_the_permission_are_refused(client: Client, address, unpermitted, path: str):
    client.force_login(unpermitted)

    assert client.get(address(path)).status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
def test_and_do_nothing(client: Client, address, unpermitted, action: str):
    client.force_login(unpermitted)

    assert client.post(address(f"conversations/{{id}}/{action}/"), {"text": "Hi", "client_id": "1"}).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_the_permission_may_come_with_a_role_or_with_being_superuser(client: Client, address, path: str):
    by_role, superuser = factories.staff_member("role"), factories.staff_member("root", is_superuser=True)
    by_role.groups.set(Group.objects.filter(name="Agents"))

    for user in (by_role, superuser):
        client.force_login(user)
        assert client.get(address(path)).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_every_agent_may_look(desk: Client, address, path: str):
    response = desk.get(address(path))

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", PAGES)
def test_a_deactivated_agent_is_out_at_once(desk: Client, agent, address, path: str):
    agent.is_active = False
    agent.save()

    assert desk.get(address(path)).status_code == 302


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_are_for_agents_only(client: Client, outsider, address, action: str):
    assert client.post(address(f"conversations/{{id}}/{action}/")).status_code == 302

    client.force_login(outsider)

    assert client.post(address(f"conversations/{{id}}/{action}/")).status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_do_not_happen_by_following_a_link(desk: Client, address, action: str):
    assert desk.get(address(f"conversations/{{id}}/{action}/")).status_code == 405


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_need_the_token_of_the_page(agent, address, action: str):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(agent)

    assert strict.post(address(f"conversations/{{id}}/{action}/"), {"text": "Hi", "client_id": "1"}).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_looking_changes_nothing(desk: Client, address, path: str):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        desk.get(address(path))

    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_fragment_takes_the_whole_page_to_the_login(client: Client):
    response = client.get(
        "/console/list/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/console/?folder=mine"}
    )

    assert response["HX-Redirect"] == "/console/login/?next=/console/%3Ffolder%3Dmine"


def test_a_conversation_that_is_not_there_is_not_found(desk: Client):
    assert desk.get("/console/conversations/999/").status_code == 404
