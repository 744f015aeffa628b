"""Forms of staff accounts, where the login library's own fall short."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest

from accounts import tasks


class NewPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """The worker mails, and is told when there is nobody to mail to: either takes as long."""
        tasks.mail_password_links.apply_async(([user.pk for user in self.users],), retry=False)
        address: str = self.cleaned_data["email"]
        return address
