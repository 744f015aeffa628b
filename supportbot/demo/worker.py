"""A Celery worker beside the demo's web server, in a process of its own.

``python -m supportbot.demo.worker`` is that process. It lives as long as somebody holds its standard
input open, so it cannot outlive the demo, however the demo ends.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

# A task may finish; what takes longer is taken up again at the next start.
GRACE = 6.0


class Worker:
    """The process as the demo sees it. One that dies is started again."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.stopping = False
        self.process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # In a session of its own: Ctrl-C reaches the demo only, which then stops the worker in order.
            return subprocess.Popen(
                [sys.executable, "-m", "supportbot.demo.worker"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _watch(self) -> None:
        while True:
            self.process.wait()
            if self.stopping:
                return
            time.sleep(1)
            self.process = self._start()

    def ask_to_stop(self) -> None:
        self.stopping = True
        if self.process.stdin:
            self.process.stdin.close()

    def stop(self) -> None:
        self.ask_to_stop()
        try:
            self.process.wait(GRACE + 2)
        except subprocess.TimeoutExpired:
            self.process.kill()


def main() -> None:
    from celery.beat import EmbeddedService

    from supportbot.celery import app

    # Chats are answered by the web server; embedding documents must not take the processor from it.
    os.nice(10)
    threading.Thread(target=end_with, args=[sys.stdin.buffer], daemon=True).start()
    # In a thread and in memory: `celery worker -B` would make one more process, which could be left behind.
    EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler").start()  # type: ignore[union-attr]
    app.worker_main(["worker", "--pool", "solo", "--concurrency", "1", "--without-gossip", "--without-mingle"])


def end_with(parent: IO[bytes]) -> None:
    """An idle worker ends at once; Celery's own way takes up to five seconds to notice."""
    from celery.worker import state

    parent.read()
    deadline = time.monotonic() + GRACE
    while state.active_requests and time.monotonic() < deadline:
        time.sleep(0.05)
    os._exit(0)


if __name__ == "__main__":
    main()
