"""Is the process alive, and can it do its work."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

import prometheus_client
from asgiref.sync import sync_to_async
from celery.exceptions import OperationalError as CeleryError
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import sync_and_async_middleware
from kombu.exceptions import OperationalError

from knowledge import indexes
from supportbot.celery import app


def alive(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when database, broker and index can serve, each "ok"; else 503 with the reason beside each."""
    checks = {"database": database(), "broker": broker(), "index": indexes.health()}
    healthy = all(reason.startswith("ok") for reason in checks.values())
    return JsonResponse({"status": "ok" if healthy else "unavailable", **checks}, status=200 if healthy else 503)


def database() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "The database does not answer."
    return f"{len(waiting)} migrations have not been run: manage.py migrate." if waiting else "ok"


def broker() -> str:
    if not settings.REDIS_URL:
        return "ok" if settings.BROKER_DIR.is_dir() else "No worker has been started yet."
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, CeleryError, OSError):
        return "The broker does not answer."
    return "ok"


def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(prometheus_client.generate_latest(), content_type=prometheus_client.CONTENT_TYPE_LATEST)


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": alive, "/readyz": ready, "/metrics": metrics}


@sync_and_async_middleware
def answer_probes(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """The outermost middleware. Probes come every few seconds, from inside, over plain HTTP and under any
    host name: they are neither redirected nor refused, and fill no log."""

    def answer(request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        probe = PROBES.get(request.path_info)
        return probe(request) if probe else get_response(request)

    async def answer_async(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return await (sync_to_async(probe)(request) if probe else get_response(request))

    return answer_async if iscoroutinefunction(get_response) else answer
