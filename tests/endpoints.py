"""Services on this machine that answer a POST of JSON as the real ones do, and their faults."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Endpoint(BaseHTTPRequestHandler):
    answer: Callable[[Any], bytes]
    status = 200
    body: bytes | None = None

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = self.body if self.body is not None else type(self).answer(asked)
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json" if body[:1] == b"{" else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def endpoint(answer: Callable[[Any], bytes], status: int = 200, body: bytes | None = None) -> Iterator[str]:
    """Its address. ``body`` is sent instead of the answer, with ``status``."""
    handler = type("Handler", (Endpoint,), {"answer": staticmethod(answer), "status": status, "body": body})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
