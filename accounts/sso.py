"""Signing in with the company's own accounts, by OpenID Connect: for those who have an account here already.

The login library knows the protocol. What it leaves open is closed here: the ID token's signature and nonce are always
checked, the provider has to be the one that was configured, and nobody is let in, or in as somebody, by anything
but an address that the provider has verified.
"""

import secrets
from collections.abc import Callable
from typing import Any

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from requests import RequestException

from accounts.addresses import has_address
from accounts.models import User

log = structlog.get_logger(__name__)

NONCE = "sso_nonce"


class CompanyProvider(OpenIDConnectProvider):  # type: ignore[misc]
    def get_login_url(self, request: HttpRequest, **query: Any) -> str:
        return reverse("sso_login", query=query)

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Of what a link to this page says, only where to go afterwards is heard."""
        kwargs = super().get_redirect_from_request_kwargs(request)
        nonce = request.session[NONCE] = secrets.token_urlsafe()
        return {**kwargs, "process": "login", "scope": self.get_scope(), "auth_params": {"nonce": nonce}}

    def get_oauth2_adapter(self, request: HttpRequest) -> "CompanyServer":
        return CompanyServer(request, settings.OIDC_PROVIDER)


class CompanyServer(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The conversation with the provider. Raises OAuth2Error for what it should not have said."""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if str(config.get("issuer")).rstrip("/") != settings.OIDC_ISSUER:
            raise OAuth2Error("The issuer is another one than OIDC_ISSUER.")
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        nonce = request.session.pop(NONCE, "")
        claims = self._verified(app, kwargs["response"]["id_token"])
        if not nonce or not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise OAuth2Error("The nonce is not ours.")
        about = self._fetch_user_info(token.token) if "userinfo_endpoint" in self.openid_config else {}
        if about and about.get("sub") != claims["sub"]:
            raise OAuth2Error("The ID token and the user info are about two people.")
        # An address and whether it is verified are taken from one and the same of them.
        said = about if "email" in about else claims
        return self.get_provider().sociallogin_from_response(request, {"id_token": said})

    def _verified(self, app: Any, id_token: str) -> dict[str, Any]:
        verified: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return verified

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return settings.PUBLIC_URL + reverse("sso_callback")


class ExistingStaffOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The member of staff with the address that the provider has verified, if there is exactly one."""
        claims = sociallogin.account.extra_data["id_token"]
        email = claims.get("email") if claims.get("email_verified") is True else None
        address = email if isinstance(email, str) else ""
        staff = User.objects.filter(has_address(address), is_active=True, is_staff=True)
        if len(found := list(staff[:2])) != 1:
            log.warning("sso_refused", reason="no such member of staff" if address else "address not verified")
            raise ImmediateHttpResponse(refused(request))
        sociallogin.user = found[0]

    def on_authentication_error(self, request: HttpRequest, provider: Any, **about: Any) -> None:
        log.warning("sso_refused", reason=str(about.get("exception") or about.get("error")))
        raise ImmediateHttpResponse(refused(request))


def refused(request: HttpRequest) -> HttpResponse:
    return render(request, "account/sso_refused.html", status=403)


# --- Pages ---------------------------------------------------------------------------------


def page(view: Any) -> Callable[[HttpRequest], HttpResponse]:
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.OIDC_ISSUER:
            raise Http404("There is no single sign-on here.")
        try:
            response: HttpResponse = view.adapter_view(CompanyServer(request, settings.OIDC_PROVIDER))(request)
        except (OAuth2Error, RequestException, KeyError, TypeError, ValueError) as error:
            # A provider that is away, or says what makes no sense, is no failure of ours.
            log.warning("sso_failed", error=type(error).__name__)
            return refused(request)
        return response

    return guarded


login = page(OAuth2LoginView)
callback = page(OAuth2CallbackView)
