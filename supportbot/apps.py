from django.apps import AppConfig
from django.core.signals import request_finished
from django.db import connections


class SupportbotConfig(AppConfig):
    name = "supportbot"

    def ready(self) -> None:
        from supportbot import checks  # noqa: F401  (registers them)

        request_finished.connect(close_kept_connections)


def close_kept_connections(**_: object) -> None:
    """Of the thread that a server has for each request alone: nobody could use them again, or close them."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
