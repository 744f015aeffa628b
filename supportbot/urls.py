from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from accounts import sso
from accounts.views import AskForNewPassword, SetUpSecondFactor, no_addresses
from knowledge import api as documents
from supportbot import health
from supportbot.api_errors import not_found
from supportbot.demo import views as demo

# One door for staff, with one lock-out: the admin sends its visitors to the console's login.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    # A page: it has no answer to OPTIONS, which the framework would give it.
    path(
        "api/docs/",
        SpectacularSwaggerView.as_view(url_name="schema", http_method_names=["get", "head"]),
        name="api-docs",
    ),
    path("api/v1/collections/<slug:collection>/documents", documents.DocumentsView.as_view(), name="push-documents"),
    path(
        "api/v1/collections/<slug:collection>/documents/<path:own_id>",
        documents.DocumentView.as_view(),
        name="push-document",
    ),
    path("api/v1/customers/", include("accounts.urls")),
    path("docs/", include("knowledge.urls")),
    path("console/sso/login/", sso.login, name="sso_login"),
    path("console/sso/callback/", sso.callback, name="sso_callback"),
    path("console/second-factor/totp/activate/", SetUpSecondFactor.as_view(), name="mfa_activate_totp"),
    path("console/second-factor/", include("allauth.mfa.urls")),
    path("console/password/reset/", AskForNewPassword.as_view(), name="account_reset_password"),
    path("console/email/", no_addresses),
    path("console/", include("allauth.account.urls")),
    path("", include("chat.urls")),
    re_path(r"^api/", not_found),
    path("", demo.page, name="home"),
]
