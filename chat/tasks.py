"""Periodic work on conversations."""

from celery import shared_task
from django.conf import settings

from chat import retention, services


@shared_task
def close_lost_answers() -> int:
    return services.close_lost_answers()


@shared_task
def release_conversations() -> int:
    return services.release_conversations()


@shared_task
def forget_traces() -> int:
    return retention.forget_traces(settings.TRACE_DAYS) if settings.TRACE_DAYS else 0


@shared_task
def forget_unsent_images() -> int:
    return retention.forget_unsent_images()
