"""The guards of the test suite itself."""

import socket

import pytest
from django.conf import settings

from tests import network


def test_a_connection_to_the_outside_is_refused_and_remembered():
    with pytest.raises(RuntimeError, match=r"192\.0\.2\.1:80"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)

    assert network.attempts == ["192.0.2.1:80"]
    network.attempts.clear()


def test_a_name_is_not_looked_up():
    with pytest.raises(RuntimeError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)

    network.attempts.clear()


def test_this_machine_may_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_no_state_is_kept_in_the_project_folder():
    for folder in (settings.DATA_DIR, settings.MEDIA_ROOT, settings.INDEX_ROOT, settings.BROKER_DIR):
        assert settings.BASE_DIR not in folder.parents


@pytest.mark.both
@pytest.mark.django_db
def test_a_database_is_there(django_user_model):
    django_user_model.objects.create_user("someone", password="x")

    assert django_user_model.objects.count() == 1
