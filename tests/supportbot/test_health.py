import pytest
from django.urls import resolve

from supportbot import health


def test_a_living_process_says_so_without_a_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.both
@pytest.mark.django_db
def test_it_is_ready_when_everything_answers(client):
    response = client.get("/readyz")

    assert response.status_code == 200, response.content
    assert response.json() == {"status": "ok", "database": "ok", "broker": "ok", "index": "ok"}


@pytest.mark.django_db
def test_it_is_not_ready_without_its_broker_and_says_why(client, settings, tmp_path):
    settings.REDIS_URL = ""
    settings.BROKER_DIR = tmp_path / "missing"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["broker"] == "No worker has been started yet."
    assert response.json()["status"] == "unavailable"


@pytest.mark.django_db
def test_it_is_not_ready_while_its_index_is_not(client, monkeypatch):
    monkeypatch.setattr("knowledge.indexes.health", lambda: "The index of Help is missing.")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["index"] == "The index of Help is missing."


@pytest.mark.django_db
def test_it_is_ready_while_something_earlier_answers_and_says_so(client, monkeypatch):
    monkeypatch.setattr("knowledge.indexes.health", lambda: "ok: an earlier version answers.")

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["index"] == "ok: an earlier version answers."


@pytest.mark.django_db
def test_it_is_not_ready_before_the_database_has_its_tables(client, monkeypatch):
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [1, 2])

    assert client.get("/readyz").json()["database"] == "2 migrations have not been run: manage.py migrate."


def test_metrics_can_be_scraped(client):
    response = client.get("/metrics")

    assert response["Content-Type"].startswith("text/plain")
    assert b"python_info" in response.content


def test_probes_come_under_any_name_and_are_not_sent_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["support.example.com"]

    assert client.get("/healthz", headers={"host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/healthz/x", headers={"host": "10.0.0.7:8000"}).status_code != 200


async def test_probes_are_answered_by_the_asynchronous_server(async_client):
    assert (await async_client.get("/healthz")).status_code == 200


@pytest.mark.parametrize("path", health.PROBES)
def test_each_probe_is_also_listed_among_the_urls(path):
    assert resolve(path).func is health.PROBES[path]
