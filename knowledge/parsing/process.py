"""The parser as its owner sees it: started when it is first needed, ended when it misbehaves, started again."""

import atexit
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from socket import socket, socketpair
from threading import Lock

from knowledge.parsing.limits import OUT_OF_MEMORY
from knowledge.parsing.messages import Answer, Closed, Request, TooLong, Trouble, receive_answer, send_request

COMMAND = [sys.executable, "-P", "-m", "knowledge.parsing.child"]
SECONDS_TO_DIE = 2
# It ends itself after a while without work, maybe just now.
ENDED_BY_ITSELF = 0
TROUBLES: dict[int | None, Trouble] = {OUT_OF_MEMORY: Trouble.MEMORY, -signal.SIGXCPU: Trouble.BUSY}


class ParserProcess:
    """One per process that parses, for all its threads, one document at a time. Forks start their own."""

    def __init__(self) -> None:
        self.forget()
        atexit.register(self.end)
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        self.lock = Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.connection: socket | None = None

    def ask(self, request: Request) -> Answer:
        with self.lock:
            return self.answer(request) or self.answer(request) or Answer(reason="it ends before it answers")

    def answer(self, request: Request) -> Answer | None:
        """None if the parser had ended before it was asked."""
        connection = self.running() or self.start()
        answer = None
        try:
            answer = converse(connection, request)
        except (Closed, OSError):
            return died(self.end(wait=SECONDS_TO_DIE))
        finally:
            # Also when the owner is told to stop: an answer nobody waited for must not be taken for the next one.
            if not answer or answer.is_last:
                self.end()
        return answer

    def running(self) -> socket | None:
        if self.process and self.process.poll() is not None:
            self.end()
        return self.connection

    def start(self) -> socket:
        """With no secrets in its environment and no file of ours open, and out of reach of the terminal's signals."""
        self.connection, theirs = socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                COMMAND,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=environment(),
                start_new_session=True,
            )
        return self.connection

    def interrupt(self) -> None:
        """Whoever waits for an answer has none."""
        if process := self.process:
            process.kill()
            process.wait()

    def end(self, wait: float = 0) -> int | None:
        """Its exit code, if there is one."""
        process, connection = self.process, self.connection
        self.process = self.connection = None
        if connection:
            connection.close()
        if not process:
            return None
        with suppress(subprocess.TimeoutExpired):
            return process.wait(wait)
        process.kill()
        return process.wait()


def environment() -> dict[str, str]:
    """One arena keeps the memory a parser may have from being spread thin over its threads."""
    packages = os.pathsep.join(filter(None, sys.path))
    return {"PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}


def converse(connection: socket, request: Request) -> Answer:
    deadline = time.monotonic() + request.seconds
    connection.settimeout(request.seconds)
    try:
        send_request(connection, request)
        return receive_answer(connection, request.most_characters, deadline)
    except TimeoutError:
        return Answer(trouble=Trouble.SLOW, reason="no answer in time", is_last=True)
    except TooLong:
        return Answer(trouble=Trouble.LONG, reason="an answer beyond all limits", is_last=True)
    except (ValueError, TypeError, LookupError) as error:
        return Answer(reason=f"no answer that makes sense: {error!r}", is_last=True)


def died(code: int | None) -> Answer | None:
    if code == ENDED_BY_ITSELF:
        return None
    trouble = TROUBLES.get(code, Trouble.CRASHED)
    return Answer(trouble=trouble, reason=f"the parser ended with {code}")
