"""A small web site on this machine, to be read as the real ones are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


class Website:
    """Pages by path, for GET and POST. A page is text, bytes, a whole answer, or a function that writes one by hand."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        self.pages: dict[str, Any] = {}
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []

    def __setitem__(self, path: str, page: str | bytes | Answer | Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.pages[path] = page

    def __delitem__(self, path: str) -> None:
        del self.pages[path]

    def asked_for(self, path: str) -> int:
        return self.requests.count(path)


def page(body: str, title: str = "A page", head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body><main>{body}</main></body></html>"


def links(*paths: str) -> str:
    return page("<p>Some text to read here.</p>" + "".join(f'<a href="{path}">{path}</a> ' for path in paths))


def redirect(to: str, status: int = 301) -> Answer:
    return status, {"Location": to}, b""


def etagged(body: str, etag: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Says 304 to whoever has it."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            send(handler, (304, {"ETag": etag}, b""))
        else:
            send(handler, (200, {"ETag": etag, "Content-Type": "text/html"}, body.encode()))

    return answer


def send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    status, headers, body = answer
    handler.send_response(status)
    for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
        handler.send_header(name, value)
    if status != 304:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def website() -> Iterator[Website]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests.append(self.path)
            site.headers.append(dict(self.headers))
            site.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            found = site.pages.get(self.path, (404, {}, b"Not here."))
            if callable(found):
                found(self)
            elif isinstance(found, tuple):
                send(self, found)
            else:
                send(self, (200, {}, found.encode() if isinstance(found, str) else found))

        do_POST = do_GET

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                """Whoever asked has left."""

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Website(server.server_port)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
