"""The production processes, with the very commands of compose.yaml, against real PostgreSQL and Redis."""

import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.servers import free_port
from tests.supportbot.test_docker import command_of

SAVE = """
import django; django.setup()
from knowledge.models import Collection
from knowledge.services import save_document
help = Collection.objects.create(slug="help", name="Help", audience="public")
save_document(collection=help, path="refunds.md", content="# Refunds\\n\\nA refund takes five days.")
"""
STATE = (
    "SELECT (SELECT status FROM knowledge_document), (SELECT count(*) FROM knowledge_indexversion WHERE status = %s)"
)


class Production:
    def __init__(self, folder: Path, postgres_url: str, redis_url: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.started: list[subprocess.Popen[bytes]] = []
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DJANGO_SETTINGS_MODULE": "supportbot.settings",
            "SECRET_KEY": "k" * 50,
            "DATABASE_URL": postgres_url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(folder / "data"),
            "EMBEDDING_MODEL": "hashing",
        }

    def run(self, command: list[str]) -> str:
        result = subprocess.run(
            command, env=self.environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=90
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def state(self) -> tuple[str, int]:
        """Of the one document, and how many indexes are served."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as database:
            status, served = database.execute(STATE, ["serving"]).fetchone() or ("", 0)
        return status, served

    def start(self, service: str) -> None:
        # The container has its ports for itself; a test takes what is free.
        words = [str(self.port) if word == "8000" else word for word in command_of(service)]
        with (self.folder / f"{service}.log").open("wb") as log:
            process = subprocess.Popen(
                words, env=self.environment, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
            )
        self.started.append(process)

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def logs(self) -> str:
        return "\n".join(f"{log.name}:\n{log.read_text()[-3000:]}" for log in self.folder.glob("*.log"))

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.3)

    def stop(self) -> list[int]:
        for process in self.started:
            process.send_signal(signal.SIGTERM)
        return [process.wait(20) for process in self.started]


@pytest.fixture
def production(tmp_path, postgres_url, redis_url) -> Iterator[Production]:
    name = f"production_{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    running = Production(tmp_path, postgres_url.rpartition("/")[0] + f"/{name}", redis_url.rpartition("/")[0] + "/15")
    yield running
    for process in running.started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.slow
def test_the_processes_of_production_start_work_together_and_end(production):
    production.run(command_of("migrate"))
    for service in ("web", "worker", "beat"):
        production.start(service)
    production.wait_for(lambda: production.status("/healthz") == 200)
    production.wait_for(lambda: production.status("/readyz") == 200)

    production.run([sys.executable, "-c", SAVE])
    production.wait_for(lambda: production.state() == ("ready", 1))
    production.wait_for(lambda: production.status("/readyz") == 200)

    ping = "celery -A supportbot inspect ping --timeout 10"
    assert "pong" in production.run(shlex.split(ping))
    # uvicorn ends in order and then, as is the custom, by the signal it was sent.
    assert production.stop() == [-signal.SIGTERM, 0, 0], production.logs()
