"""The mail with a link to choose a new password: the only one that members of staff get."""

from datetime import timedelta
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User


def mail_link(user_id: int) -> None:
    """To the address in the account, whatever was typed. Raises OSError when no mail server takes it."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is None:
        return
    words = {
        "user": user,
        "site": urlsplit(settings.PUBLIC_URL).hostname,
        "link": link_for(user),
        "days": timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days,
    }
    subject, text = (render_to_string(f"account/email/new_password_{part}.txt", words) for part in ("subject", "text"))
    send_mail(subject.strip(), text.strip(), settings.DEFAULT_FROM_EMAIL, [user.email])


def link_for(user: User) -> str:
    """Good until it is used, or something of the account changes."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    where = {"uidb36": user_pk_to_url_str(user), "key": token}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=where)
