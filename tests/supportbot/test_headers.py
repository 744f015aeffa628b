import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/docs/", "/console/login/", "/admin/login/", "/api/docs/", "/nowhere/"])
def test_nothing_is_looked_up_or_told_to_others_before_anybody_clicks(client, path):
    headers = client.get(path).headers

    assert headers["X-DNS-Prefetch-Control"] == "off"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/docs/", "/console/login/", "/nowhere/"])
def test_pages_load_from_nowhere_else(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]

    allowed = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert allowed["default-src"] == "'none'"
    assert allowed["img-src"] == "'self' data:"
    assert allowed["connect-src"] == "'self' ws://127.0.0.1:8000"
