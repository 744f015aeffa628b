"""The Celery application. Tasks are doorbells: the work they point at is a row in the database."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportbot.settings")

app = Celery("supportbot")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(["accounts", "knowledge", "knowledge.visits", "chat"])


@setup_logging.connect
def use_our_logging(**_: object) -> None:
    """Connecting this signal keeps Celery from replacing the project's own log configuration."""


@worker_init.connect
def make_broker_folders(**_: object) -> None:
    prepare_broker()


@worker_ready.connect
def take_up_what_was_left(**_: object) -> None:
    """Whatever is due, at once: the schedule's first ring may be a while away, and no schedule may be running."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"])


def prepare_broker() -> None:
    """The file-based broker does not make its own folders."""
    from django.conf import settings

    if not settings.REDIS_URL:
        for folder in ("queue", "control"):
            (settings.BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
