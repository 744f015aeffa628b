"""A mail server on this machine, which fails as the real ones do."""

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from typing import Literal

from django.test import override_settings


class MailServer:
    """``hangs`` answers to nothing. ``drops`` takes each mail, and is gone before it says so."""

    def __init__(self) -> None:
        self.mode: Literal["works", "hangs", "drops"] = "works"
        self.calls = 0
        self.mails: list[EmailMessage] = []
        self.closes = Event()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Django's mail goes to it."""
    own = MailServer()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            own.calls += 1
            if own.mode == "hangs":
                own.closes.wait()
                return
            self.say("220 hello")
            for line in self.rfile:
                if line.upper().startswith(b"DATA"):
                    self.say("354 go on")
                    own.mails.append(email.message_from_bytes(self.mail(), policy=default))
                    if own.mode == "drops":
                        return
                self.say("250 yes")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def mail(self) -> bytes:
            return b"".join(iter(self.rfile.readline, b".\r\n"))

    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=server.server_address[1]):
            yield own
        own.closes.set()
        server.shutdown()
