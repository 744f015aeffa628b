"""Work on conversations beside what visitors wait for."""

from celery import shared_task
from django.conf import settings

from chat import codes, retention, services


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


@shared_task
def forget_codes() -> int:
    return retention.forget_codes()


@shared_task(autoretry_for=(OSError,), retry_backoff=2, max_retries=4)
def mail_code(code_id: int) -> None:
    """The errors of a mail server are OSErrors, too."""
    codes.mail(code_id)
