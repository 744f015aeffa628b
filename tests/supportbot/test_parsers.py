import pytest

from accounts.api_keys import create_api_key
from tests.factories import collection

pytestmark = pytest.mark.django_db

ROUTES = [
    ("PUT", "/api/v1/customers/42", "customers"),
    ("POST", "/api/v1/answers", "answers"),
    ("PUT", "/api/v1/collections/docs/documents/a", "documents"),
]


@pytest.mark.parametrize(("method", "url", "scope"), ROUTES)
def test_a_body_that_is_nested_without_end_is_refused(client, method, url, scope):
    collection(slug="docs")
    headers = {"authorization": f"Bearer {create_api_key('test', scope)[1]}"}

    response = client.generic(method, url, '{"a":' + "[" * 100_000, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "parse_error")
