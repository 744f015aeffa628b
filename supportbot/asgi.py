"""The application a web server runs: pages and API over HTTP, chats over WebSocket, and a tidy end."""

import asyncio
import os
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportbot.settings")
http = get_asgi_application()

# These need Django to be set up.
from chat import running  # noqa: E402
from chat.routing import websocket_urlpatterns  # noqa: E402
from chat.warming import warm_up  # noqa: E402
from supportbot.checks import refuse_unsafe_start  # noqa: E402
from supportbot.proxies import BehindProxies  # noqa: E402

refuse_unsafe_start()


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """A socket at an unknown address is refused; it is no error of ours worth a traceback."""
    await send({"type": "websocket.close"})


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Models are loaded while the first visitors arrive, and running answers stored as far as they came at the end."""
    warming = asyncio.create_task(warm_up())
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            warming.cancel()
            await running.shut_down()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "lifespan.startup.complete"})


sockets = URLRouter([*websocket_urlpatterns, re_path("", nowhere)])  # type: ignore[arg-type]
application = BehindProxies(ProtocolTypeRouter({"http": http, "websocket": sockets, "lifespan": lifespan}))
