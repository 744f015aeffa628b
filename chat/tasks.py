"""Work on conversations beside what visitors wait for."""

from celery import shared_task

from chat import codes, retention, services


@shared_task
def close_lost_answers() -> int:
    return services.close_lost_answers()


@shared_task
def release_conversations() -> int:
    return services.release_conversations()


@shared_task
def forget() -> dict[str, int]:
    return retention.forget()


@shared_task(autoretry_for=(OSError,), retry_backoff=2, max_retries=4)
def mail_code(code_id: int) -> None:
    """The errors of a mail server are OSErrors, too."""
    codes.mail(code_id)
