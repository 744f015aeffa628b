"""Periodic work on conversations."""

from celery import shared_task

from chat import services


@shared_task
def close_lost_answers() -> int:
    return services.close_lost_answers()
