"""The web server inside the demo's own process."""

import logging
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_start = on_start
        self.on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # The worker may use the time in which the server says goodbye to its visitors.
        self.on_stop()
        super().handle_exit(sig, frame)


def serve(listener: socket.socket, on_start: Callable[[], None], on_stop: Callable[[], None]) -> None:
    config = uvicorn.Config(
        "supportbot.asgi:application",
        ws="websockets-sansio",
        ws_max_size=65536,
        ws_per_message_deflate=False,
        # Ctrl-C should give the terminal back soon; a deployment can wait longer for its streams.
        timeout_graceful_shutdown=3,
        # Whose word counts is for TRUSTED_PROXIES to say.
        proxy_headers=False,
        log_config=None,
        lifespan="on",
    )
    config.load()
    quiet()
    Server(config, on_start, on_stop).run(sockets=[listener])


def quiet() -> None:
    """A line per request would bury the addresses and logins. LOG_LEVEL=DEBUG shows them all."""
    if logging.getLogger().level == logging.INFO:
        logging.getLogger().setLevel(logging.WARNING)
