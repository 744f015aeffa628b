"""Which socket is answered by whom, and whom each lets in."""

from django.urls import path

from chat.consumers import VisitorConsumer

websocket_urlpatterns = [
    # No session middleware on purpose: browsers send cookies with cross-site handshakes.
    path("ws/chat/", VisitorConsumer.as_asgi()),
]
