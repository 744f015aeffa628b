"""The one command people try first, run as they run it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.servers import free_port

LONGEST_START = 120
LONGEST_STOP = 10


class Demo:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.output: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(self.port)],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "EMBEDDING_MODEL": "hashing"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_until_running(self) -> None:
        assert self.process.stdout
        deadline = time.monotonic() + LONGEST_START
        for line in self.process.stdout:
            self.output.append(line)
            if "No OPENAI_API_KEY" in line:
                return
            assert time.monotonic() < deadline, self.report()
        pytest.fail(self.report())

    def report(self) -> str:
        log = self.folder / "worker.log"
        return "".join(self.output) + (log.read_text()[-5000:] if log.exists() else "")

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as response:
            status: int = response.status
        return status

    def forget_password(self, address: str) -> None:
        """As somebody on the sign-in page does."""
        page = f"http://127.0.0.1:{self.port}/console/password/reset/"
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        (token,) = re.findall(
            r'name="csrfmiddlewaretoken" value="(\w+)"', browser.open(page, timeout=20).read().decode()
        )
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "email": address}).encode()
        browser.open(page, form, timeout=20).close()

    def log_has(self, words: str) -> bool:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if words in (self.folder / "worker.log").read_text():
                return True
            time.sleep(0.2)
        return False

    def children(self) -> list[int]:
        """Linux lists them by the thread that started them."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for thread in threads for pid in thread.read_text().split()]

    def end(self, how: signal.Signals) -> float:
        started = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(LONGEST_STOP + 5)
        return time.monotonic() - started


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    running = Demo(folder)
    try:
        running.wait_until_running()
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        assert running.process.stdout
        running.process.stdout.close()


def gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_the_demo_starts_answers_ends_and_starts_again(tmp_path):
    with demo(tmp_path) as first:
        assert first.get("/healthz") == 200
        assert first.get("/readyz") == 200
        assert first.get("/ask/") == 200
        logins = json.loads((tmp_path / "demo_logins.json").read_text())
        assert all(password in "".join(first.output) for password in logins.values())
        (worker,) = first.children()

        assert f"Mail is not sent, but written to {tmp_path / 'worker.log'}" in "".join(first.output)
        first.forget_password("admin@brindle.example")
        assert first.log_has(f"http://127.0.0.1:{first.port}/console/password/reset/key/")

        assert first.end(signal.SIGINT) < LONGEST_STOP
        assert first.process.returncode == 0
        assert gone(worker, 1)

    with demo(tmp_path) as second:
        assert "Loading" not in "".join(second.output)
        assert second.get("/readyz") == 200
        (worker,) = second.children()

        second.process.kill()
        assert gone(worker, LONGEST_STOP), "a worker outlived its demo"

    with demo(tmp_path) as third:
        (worker,) = third.children()
        os.kill(worker, signal.SIGKILL)
        assert gone(worker, 5)
        time.sleep(2)
        assert third.children(), "nobody started a new worker"

        assert third.end(signal.SIGTERM) < LONGEST_STOP


def test_a_port_in_use_is_one_clear_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert result.returncode == 1
    assert result.stderr.strip() == (
        f"CommandError: Port {port} on 127.0.0.1 cannot be used (Address already in use)."
        f" Choose another: make demo PORT={port + 1}"
    )
    assert not (tmp_path / "db.sqlite3").exists()
