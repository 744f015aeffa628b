"""What 500 idle visitors cost one server process."""

import asyncio
import json
import socket
import subprocess
import sys
import time

import psutil
from websockets.asyncio.client import ClientConnection, connect

from chat.models import Widget
from tests.bench.report import Row

SOCKETS = 500
GOAL_KIB = 60
ORIGIN = "https://bench.example"
SERVER = [
    "supportbot.asgi:application",
    "--log-level",
    "error",
    "--ws",
    "websockets-sansio",
    "--ws-max-size",
    "65536",
    "--ws-per-message-deflate",
    "false",
]


def measure() -> list[Row]:
    widget = Widget.objects.create(name="Bench", origins=[ORIGIN])
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "uvicorn", "--port", str(port), *SERVER])
    try:
        wait_for(port)
        kib = asyncio.run(idle(server.pid, f"ws://127.0.0.1:{port}/ws/chat/?widget={widget.public_key}"))
    finally:
        server.terminate()
        server.wait()
    return [Row(f"{SOCKETS} idle sockets, each", f"{kib:.1f} KiB", goal=f"< {GOAL_KIB} KiB", met=kib < GOAL_KIB)]


async def idle(pid: int, url: str) -> float:
    """KiB per socket that said hello, over what the process took with the first few."""
    server = psutil.Process(pid)
    opened = [await visitor(url) for _ in range(20)]
    before = server.memory_info().rss
    for _ in range(0, SOCKETS, 25):
        opened += await asyncio.gather(*(visitor(url) for _ in range(25)))
    await asyncio.sleep(2)
    grown = server.memory_info().rss - before
    await asyncio.gather(*(connection.close() for connection in opened))
    return grown / 1024 / SOCKETS


async def visitor(url: str) -> ClientConnection:
    connection = await connect(url, origin=ORIGIN, compression=None)  # type: ignore[arg-type]
    await connection.send(json.dumps({"type": "hello"}))
    ready = json.loads(await connection.recv())
    if ready["type"] != "ready":
        raise RuntimeError(f"The server said {ready}.")
    return connection


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 30) -> None:
    for _ in range(int(seconds / 0.1)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing answers on port {port}.")
