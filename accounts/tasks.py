"""Mail to members of staff."""

from celery import shared_task

from accounts import passwords


@shared_task(autoretry_for=(OSError,), retry_backoff=2, max_retries=4)
def mail_password_link(user_id: int) -> None:
    """The errors of a mail server are OSErrors, too."""
    passwords.mail_link(user_id)
