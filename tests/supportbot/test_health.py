import pytest


def test_a_living_process_says_so_without_a_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.both
@pytest.mark.django_db
def test_it_is_ready_when_everything_answers(client):
    response = client.get("/readyz")

    assert response.status_code == 200, response.content
    assert response.json() == {"status": "ok", "database": "ok", "broker": "ok", "index": "ok"}


def test_metrics_can_be_scraped(client):
    response = client.get("/metrics")

    assert response["Content-Type"].startswith("text/plain")
    assert b"python_info" in response.content
