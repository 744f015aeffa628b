"""Pages of staff accounts, where the login library's own fall short."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import PasswordResetView
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import Http404, HttpRequest, HttpResponse
from kombu.exceptions import OperationalError


class SetUpSecondFactor(ActivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        """The code that completes it is a second factor shown: it is not asked for again."""
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp")
        return response


class AskForNewPassword(PasswordResetView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        """Where no worker can be told to mail, whoever asked is told, whether they have an account or not."""
        try:
            response: HttpResponse = super().form_valid(form)
        except (OperationalError, OSError):
            form.add_error("email", "No mail can be sent at the moment. Try again in a minute.")
            response = self.form_invalid(form)
        return response


def no_addresses(request: HttpRequest) -> HttpResponse:
    """In place of a page that mails whatever address somebody signed in adds. Addresses are set in the admin."""
    raise Http404
