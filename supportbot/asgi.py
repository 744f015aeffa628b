"""The application a web server runs: pages and API over HTTP, chats over WebSocket, and a tidy end."""

import os
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportbot.settings")
http = get_asgi_application()

websocket_urlpatterns: list[Any] = []


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Before the process ends, running answers are stored as far as they came."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "lifespan.startup.complete"})


application = ProtocolTypeRouter({"http": http, "websocket": URLRouter(websocket_urlpatterns), "lifespan": lifespan})
