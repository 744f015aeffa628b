"""A real server in the test's own loop, and a real browser that looks at it."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.async_api import BrowserContext, Page, async_playwright

from supportbot.asgi import application

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
]


class Server(uvicorn.Server):
    """In the test's own loop, where the announcements of one process are heard."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture
async def site(settings) -> AsyncIterator[str]:
    server = Server(uvicorn.Config(application, port=0, log_config=None, lifespan="off", ws="websockets-sansio"))
    serving = asyncio.create_task(server.serve())
    await server.is_up.wait()
    settings.PUBLIC_URL = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield settings.PUBLIC_URL
    server.should_exit = server.force_exit = True
    await serving


@pytest.fixture
async def browser(site: str) -> AsyncIterator[BrowserContext]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("Needs Chromium.")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield await chromium.new_context(base_url=site)
        await chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser had to say against the pages."""
    return []


def listen_to(page: Page, complaints: list[str]) -> None:
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
