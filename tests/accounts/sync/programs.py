"""A program with a key, and rows that nothing is wrong with."""

import json
from typing import Any

from accounts.api_keys import create_api_key

URL = "/api/v1/customers"

SUBSCRIPTION: dict[str, Any] = {
    "plan": "Team",
    "status": "active",
    "seats": 3,
    "price_minor": 2900,
    "currency": "EUR",
    "interval": "month",
    "started_at": "2026-01-01T00:00:00Z",
    "renews_at": "2026-12-01T00:00:00Z",
}
ORDER: dict[str, Any] = {
    "items": [{"name": "Reader", "quantity": 2, "price_minor": 5900}],
    "total_minor": 11_800,
    "currency": "EUR",
    "status": "shipped",
    "carrier": "DHL",
    "tracking": "JD0146",
    "placed_at": "2026-11-01T10:00:00Z",
}
TICKET: dict[str, Any] = {
    "subject": "The reader does not connect",
    "status": "open",
    "priority": "high",
    "category": "hardware",
}
COMMENT: dict[str, Any] = {"author": "Ines", "kind": "agent", "text": "We sent another cable.", "public": True}
EVENT: dict[str, Any] = {"kind": "payment_failed", "text": "The card was declined.", "at": "2026-11-20T10:00:00Z"}
INSIDE: dict[str, dict[str, Any]] = {
    "subscriptions/s-1": SUBSCRIPTION,
    "orders/BR-1": ORDER,
    "tickets/T-1": TICKET,
    "events/e-1": EVENT,
}


class Program:
    def __init__(self, client, scope: str = "customers") -> None:
        self.client = client
        self.headers = {"authorization": f"Bearer {create_api_key('test', scope)[1]}"}

    def put(self, where: str, body: Any = None, **fields: Any):
        return self.send("PUT", f"{URL}/{where}", json.dumps(fields if body is None else body))

    def get(self, where: str):
        return self.send("GET", f"{URL}/{where}")

    def delete(self, where: str):
        return self.send("DELETE", f"{URL}/{where}")

    def bulk(self, *rows: Any):
        """Texts are lines as they are, anything else becomes one."""
        lines = [row if isinstance(row, str | bytes) else json.dumps(row) for row in rows]
        encoded = [line.encode() if isinstance(line, str) else line for line in lines]
        return self.send("POST", f"{URL}/bulk", b"\n".join(encoded), content_type="application/x-ndjson")

    def send(self, method: str, url: str, body: Any = "", content_type: str = "application/json"):
        return self.client.generic(method, url, body, content_type=content_type, headers=self.headers)
