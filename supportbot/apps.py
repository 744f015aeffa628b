from django.apps import AppConfig


class SupportbotConfig(AppConfig):
    name = "supportbot"

    def ready(self) -> None:
        from supportbot import checks  # noqa: F401  (registers them)
