"""What becomes of conversations whose agent is no agent any more."""

import pytest
from django.contrib.auth.models import Permission

from accounts.actors import VISITOR
from accounts.models import User
from chat import services, tasks
from chat.models import Conversation
from supportbot.celery import app
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both]
Mode = Conversation.Mode


@pytest.fixture
def ines(db) -> User:
    return factories.agent("ines", first_name="Ines")


@pytest.fixture
def conversation(ines) -> Conversation:
    started = services.start_conversation(factories.widget(), VISITOR, {}).conversation
    services.reply(started.pk, ines, "Hello, Ines here.")
    return started


@pytest.mark.parametrize(
    "leave",
    [
        lambda ines: User.objects.filter(pk=ines.pk).update(is_active=False),
        lambda ines: User.objects.filter(pk=ines.pk).update(is_staff=False),
        lambda ines: ines.user_permissions.remove(Permission.objects.get(codename="use_console")),
        lambda ines: ines.delete(),
    ],
    ids=["deactivated", "no-staff", "without-permission", "deleted"],
)
def test_they_return_to_the_queue_and_the_customer_is_told(conversation, ines, leave):
    leave(ines)

    assert services.release_conversations() == 1

    conversation.refresh_from_db()
    assert (conversation.mode, conversation.agent) == (Mode.WAITING, None)
    assert conversation.messages.order_by("seq").last().text == services.RELEASED


def test_those_of_agents_who_are_here_stay_with_them(conversation, ines):
    assert services.release_conversations() == 0

    conversation.refresh_from_db()
    assert (conversation.mode, conversation.agent) == (Mode.HUMAN, ines)


def test_resolved_ones_are_left_in_peace(conversation, ines):
    services.resolve(conversation.pk)
    ines.delete()

    assert services.release_conversations() == 0


def test_it_happens_by_itself():
    assert tasks.release_conversations.name in {entry["task"] for entry in app.conf.beat_schedule.values()}
