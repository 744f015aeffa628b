from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_login_failed
from prometheus_client import Counter

LOGINS_FAILED = Counter("supportbot_logins_failed", "Logins refused because name and password do not match")


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Customers and staff"

    def ready(self) -> None:
        user_login_failed.connect(count_failed_login, dispatch_uid="accounts.count_failed_login")


def count_failed_login(**_: Any) -> None:
    LOGINS_FAILED.inc()
