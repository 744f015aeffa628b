"""Which socket is answered by whom, and whom each lets in."""

from channels.sessions import SessionMiddlewareStack
from django.urls import path

from chat.console.consumers import ConsoleConsumer
from chat.console.origins import OwnOriginOnly
from chat.consumers import VisitorConsumer

websocket_urlpatterns = [
    # No session middleware on purpose: browsers send cookies with cross-site handshakes.
    path("ws/chat/", VisitorConsumer.as_asgi()),
    path("ws/console/", OwnOriginOnly(SessionMiddlewareStack(ConsoleConsumer.as_asgi()))),
]
