"""Whatever a program sends, the API answers. The requests are made up from its own schema, fitting it and not."""

import json
import os
import re
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from accounts.api_keys import create_api_key
from accounts.models import ApiKey
from tests.factories import collection, customer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both, pytest.mark.slow]

# More of them make a longer run: FUZZ_EXAMPLES=600 are over 15 000 requests.
EXAMPLES, EXAMPLES_OF_OTHER_KEYS = int(os.environ.get("FUZZ_EXAMPLES", "30")), 4
DOORS = {
    "answers": r".* /answers",
    "documents": r".* /collections/",
    "customers": r"(GET|PUT|POST) /customers/.*|DELETE /customers/[^/]+/.*",
    "privacy": r"DELETE /customers/[^/]+$|GET /customers/[^/]+/export",
}
# Half of the requests are about rows that are there.
KNOWN = {"external_id": "42", "key": "1", "ticket": "1", "collection": "docs", "own_id": "a"}


@schemathesis.serializer("application/x-ndjson")
def json_lines(context: object, row: Any) -> bytes:
    """One row, then what is no row."""
    return row if isinstance(row, bytes) else f"{json.dumps(row)}\n{{\n".encode()


@pytest.fixture
def schema() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())


@pytest.fixture(autouse=True)
def rows_that_are_there() -> None:
    customer(external_id=KNOWN["external_id"])
    collection(slug=KNOWN["collection"])


def requests_for(operation: Any) -> st.SearchStrategy["schemathesis.Case[Any]"]:
    names = [parameter.name for parameter in operation.path_parameters]
    known = {name: KNOWN[name] for name in names if name in KNOWN}
    fitting, unfitting = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    strategies = [operation.as_strategy(fitting), operation.as_strategy(fitting, path_parameters=known)]
    if operation.body:
        strategies += [operation.as_strategy(unfitting), operation.as_strategy(unfitting, path_parameters=known)]
    return st.one_of(strategies)


def is_door(scope: str, operation: Any) -> bool:
    """Whether keys of this scope are for it."""
    return bool(re.match(DOORS[scope], f"{operation.method.upper()} {operation.path.removeprefix('/api/v1')}"))


@pytest.mark.parametrize("scope", ApiKey.Scope.values)
def test_no_request_is_a_server_error(schema, scope):
    key = {"Authorization": f"Bearer {create_api_key('fuzz', scope)[1]}"}
    statuses: list[int] = []
    doors: list[str] = []

    for found in schema.get_all_operations():
        operation = found.ok()
        doors += [operation.path] if is_door(scope, operation) else []

        @seed(20261126)
        @settings(
            max_examples=EXAMPLES if is_door(scope, operation) else EXAMPLES_OF_OTHER_KEYS,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(requests_for(operation))
        def every_request(case: "schemathesis.Case[Any]") -> None:
            statuses.append(case.call_and_validate(headers=key, checks=[not_a_server_error]).status_code)

        every_request()

    assert doors
    assert len(statuses) > 50
    assert max(statuses) < 500
