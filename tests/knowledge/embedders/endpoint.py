"""An embeddings endpoint on this machine that speaks the protocol, and its faults."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from knowledge.embedders.hashing import HashingEmbedder


class Endpoint(BaseHTTPRequestHandler):
    status = 200
    body: bytes | None = None

    def do_POST(self) -> None:
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
        body = self.body if self.body is not None else answer(texts)
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json" if body[:1] == b"{" else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def answer(texts: list[str]) -> bytes:
    """In reverse: the order is told by ``index``."""
    rows = [
        {"object": "embedding", "index": index, "embedding": vector.tolist()}
        for index, vector in enumerate(HashingEmbedder().embed(texts))
    ]
    return json.dumps(
        {"object": "list", "model": "m", "data": rows[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    ).encode()


@contextmanager
def embeddings_endpoint(status: int = 200, body: bytes | None = None) -> Iterator[str]:
    handler = type("Handler", (Endpoint,), {"status": status, "body": body})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
