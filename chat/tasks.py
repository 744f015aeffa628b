"""Work on conversations beside what visitors wait for."""

from celery import shared_task

from chat import codes, retention, services
from chat.privacy import erasing


@shared_task
def close_lost_answers() -> int:
    return services.close_lost_answers()


@shared_task
def release_conversations() -> int:
    return services.release_conversations()


@shared_task
def forget() -> dict[str, int]:
    return retention.forget()


@shared_task
def finish_erasures() -> int:
    """Those whose process was killed in the middle."""
    return erasing.carry_on_abandoned()


@shared_task(autoretry_for=(OSError,), retry_backoff=2, max_retries=4)
def mail_code(code_id: int) -> None:
    """The errors of a mail server are OSErrors, too."""
    codes.mail(code_id)
