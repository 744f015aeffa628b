"""Settings that are each valid, and unsafe or useless together. Errors keep every process from starting.

What is fine for a look around on one's own machine is not fine at an address that others can reach:
PUBLIC_URL tells the two apart.
"""

import ipaddress
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.http.request import validate_host

SHORTEST_SECRET = 32


def refuse_unsafe_start() -> None:
    """For the web server, which does not run Django's checks by itself."""
    if errors := [message for message in check_settings(None) if message.is_serious()]:
        sys.exit("\n".join(f"supportbot cannot start: {error.msg} {error.hint} ({error.id})" for error in errors))


@register
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    found = [own_address_answered(), model_keys_protected(), vector_store_installed(), vector_store_key_protected()]
    if not is_local(settings.PUBLIC_URL):
        found += [debug_off(), hosts_named(), secret_long(), connection_encrypted(), processes_connected()]
    return [message for message in found if message]


def is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def own_address_answered() -> CheckMessage | None:
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if validate_host(host, settings.ALLOWED_HOSTS):
        return None
    return Error(
        f"ALLOWED_HOSTS does not contain {host}, the host of PUBLIC_URL.",
        hint="Add it, or leave ALLOWED_HOSTS out.",
        id="supportbot.E001",
    )


def debug_off() -> CheckMessage | None:
    if not settings.DEBUG:
        return None
    return Error(
        "DEBUG is on at a public address: error pages would show the settings and customers' data.",
        hint="Set DEBUG=false.",
        id="supportbot.E002",
    )


def hosts_named() -> CheckMessage | None:
    if "*" not in settings.ALLOWED_HOSTS:
        return None
    return Error(
        "ALLOWED_HOSTS allows every name, so links in answers could be made to point anywhere.",
        hint="Name the hosts, or leave ALLOWED_HOSTS out.",
        id="supportbot.E003",
    )


def secret_long() -> CheckMessage | None:
    if len(settings.SECRET_KEY) >= SHORTEST_SECRET:
        return None
    return Error(
        f"SECRET_KEY is shorter than {SHORTEST_SECRET} characters: sessions could be forged.",
        hint="python -c 'import secrets; print(secrets.token_urlsafe(50))' makes a good one.",
        id="supportbot.E004",
    )


def connection_encrypted() -> CheckMessage | None:
    if settings.SECURE:
        return None
    return Warning(
        "PUBLIC_URL is not https: passwords and chats travel in the open.",
        hint="Put a proxy with a certificate in front, and give PUBLIC_URL its https address.",
        id="supportbot.W001",
    )


def processes_connected() -> CheckMessage | None:
    if settings.REDIS_URL or settings.EMBEDDED:
        return None
    return Warning(
        "DATABASE_URL is set but REDIS_URL is not: several web processes would not hear of each other's chats.",
        hint="Set REDIS_URL, unless exactly one web process runs.",
        id="supportbot.W002",
    )


def model_keys_protected() -> CheckMessage | None:
    keys = {
        "OPENAI_BASE_URL": (settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY),
        "FALLBACK_OPENAI_BASE_URL": (settings.FALLBACK_OPENAI_BASE_URL, settings.FALLBACK_OPENAI_API_KEY),
    }
    exposed = [name for name, (base, key) in keys.items() if key and not is_protected(base)]
    if not exposed:
        return None
    return Warning(
        f"{' and '.join(exposed)} is not https: the key and the customers' questions travel in the open.",
        hint="Use the https address of the service.",
        id="supportbot.W003",
    )


def is_protected(base: str) -> bool:
    """By encryption, or by staying on this machine or in a network where hosts have short names."""
    return base.startswith("https://") or is_local(base) or "." not in urlsplit(base).netloc


def vector_store_installed() -> CheckMessage | None:
    if not settings.VECTOR_STORE_URL.startswith("qdrant") or find_spec("qdrant_client"):
        return None
    return Error(
        "VECTOR_STORE_URL is that of a Qdrant, but the package qdrant-client is not installed.",
        hint="pip install qdrant-client, on every machine that searches or builds indexes.",
        id="supportbot.E005",
    )


def vector_store_key_protected() -> CheckMessage | None:
    url = settings.VECTOR_STORE_URL
    if (
        not settings.QDRANT_API_KEY
        or not url.startswith("qdrant://")
        or "." not in urlsplit(url).netloc
        or is_local(url)
    ):
        return None
    return Warning(
        "VECTOR_STORE_URL is not qdrant+https: QDRANT_API_KEY and all documents travel in the open.",
        hint="Use qdrant+https://, or a private network.",
        id="supportbot.W004",
    )
