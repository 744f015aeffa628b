"""A request in somebody's name: what became of it, what was said, and whether anything was written."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings

from tests.images import png
from tests.record_canaries import found
from tests.supportbot.permissions.company import Company
from tests.supportbot.permissions.policy import CONVERSATION, RECORD, SHELF

LOGINS = ("/console/login/?next=", "/admin/login/")
GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)|<(?:\w+:)?(\w+)>")
WRITES = ("INSERT", "UPDATE", "DELETE")
# Of a session anybody may have one, and what is in it is theirs.
NOT_COUNTED = '"django_session"'
NOW = "2026-11-01T12:00:00Z"

# What would be done if it were allowed, by the address. Where nothing is said, an empty form is sent.
JSON_BODIES: dict[str, Any] = {
    "POST api/v1/answers": {"question": ""},
    f"POST {SHELF}": {"documents": [{"id": "new", "content": "# New"}]},
    f"PUT {SHELF}/<path:own_id>": {"content": "# Changed"},
    f"PUT {RECORD}": {"name": "Changed"},
    f"PUT {RECORD}/subscriptions/<path:key>": {"plan": "Changed"},
    f"PUT {RECORD}/orders/<path:key>": {"carrier": "Changed"},
    f"PUT {RECORD}/tickets/<path:key>": {"subject": "Changed"},
    f"PUT {RECORD}/tickets/<path:ticket>/comments/<path:key>": {"kind": "agent", "text": "Changed"},
    f"PUT {RECORD}/events/<path:key>": {"kind": "Changed", "at": NOW},
}
LINES = {"POST api/v1/customers/bulk": {"external_id": "cus_ada", "name": "Changed"}}
IMAGES = {"POST api/v1/attachments"}
FORMS = {
    f"POST {CONVERSATION}reply/": {"text": "Changed", "client_id": "1"},
    "POST admin/accounts/customer/<int:pk>/erase/": {"external_id": "cus_ada"},
}
QUERIES = {
    "GET admin/knowledge/document/try/": {"q": "refunds"},
    "GET admin/autocomplete/": {
        "app_label": "knowledge",
        "model_name": "collection",
        "field_name": "groups",
    },
}


@dataclass(frozen=True)
class Reply:
    pattern: str
    status: int
    location: str
    said: str
    written: tuple[str, ...]
    touched_bob: bool

    @property
    def is_refused(self) -> bool:
        return self.status in (401, 403, 404, 405) or self.location.startswith(LOGINS) or self.is_not_there

    @property
    def is_not_there(self) -> bool:
        """Where the admin sends whoever asks for a row that is not there for them."""
        return self.location == "/admin/" and "<path:object_id>" in self.pattern

    @property
    def names_customers(self) -> set[str]:
        return {owner for owner in ("ada", "bob") if found(owner, self.said)}


def address(pattern: str, ids: dict[str, Any]) -> str:
    return "/" + GROUP.sub(lambda match: quote(str(ids[match[1] or match[2]])), pattern)


def body_of(key: str) -> dict[str, Any]:
    if key in JSON_BODIES:
        return {"data": json.dumps(JSON_BODIES[key]), "content_type": "application/json"}
    if key in LINES:
        return {"data": json.dumps(LINES[key]), "content_type": "application/x-ndjson"}
    if key in IMAGES:
        return {"data": png(), "content_type": "image/png"}
    return {"data": urlencode(FORMS.get(key, {})), "content_type": "application/x-www-form-urlencoded"}


class Asker:
    """Whatever a request does is undone after it."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.client = Client(raise_request_exception=False)
        # Files that anybody may have are not what this is about, and to look for them takes longer than all else.
        with override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if "servestatic" not in name]):
            self.client.handler.load_middleware()

    def ask(
        self,
        role: str,
        method: str,
        pattern: str,
        path: str,
        *,
        from_elsewhere: bool = False,
        also: Mapping[str, str] | None = None,
    ) -> Reply:
        """``from_elsewhere``: by a page of another site in whose browser they are signed in. ``also`` is asked for."""
        self.client.handler.enforce_csrf_checks = from_elsewhere
        cast, key = self.company.cast, f"{method} {pattern}"
        cookie = cast.cookies.get(role)
        self.client.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: cookie} if cookie else {})
        query = urlencode({**QUERIES.get(key, {}), **cast.query(role, pattern), **(also or {})})
        body = {} if method == "GET" else body_of(key)
        with undone(), watching_writes() as written:
            response = self.client.generic(method, f"{path}?{query}", headers=cast.headers(role), **body)
            content = b"".join(response) if response.streaming else response.content
            touched_bob = bool(written) and not self.company.is_bob_as_he_was
        said = content.decode(errors="replace")
        return Reply(
            pattern, response.status_code, response.headers.get("Location", ""), said, tuple(written), touched_bob
        )


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def watching_writes() -> Iterator[list[str]]:
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(WRITES) and NOT_COUNTED not in sql:
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield written
