"""A /rerank endpoint on this machine, and its faults."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from knowledge.rerankers.words import WordsReranker


class Endpoint(BaseHTTPRequestHandler):
    status = 200
    body: bytes | None = None

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = self.body if self.body is not None else answer(asked["query"], asked["documents"])
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def answer(query: str, documents: list[str]) -> bytes:
    """Best first, as these services do: the text is told by ``index``."""
    scores = enumerate(WordsReranker().scores(query, documents))
    rows = [{"index": index, "relevance_score": score} for index, score in scores]
    return json.dumps({"results": sorted(rows, key=lambda row: -row["relevance_score"])}).encode()


@contextmanager
def rerank_endpoint(status: int = 200, body: bytes | None = None) -> Iterator[str]:
    handler = type("Handler", (Endpoint,), {"status": status, "body": body})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/rerank"
    finally:
        server.shutdown()
        server.server_close()
