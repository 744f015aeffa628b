"""A customer's page in the admin with a copy of everything and its end, and the receipts of those who were erased."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from accounts import actors
from accounts.admin.customers import CustomerAdmin
from accounts.models import Customer
from chat.models import Erasure
from chat.privacy.erasing import erase, inventory
from chat.privacy.exporting import download
from chat.privacy.receipts import REMAINS, receipt, remainders
from supportbot.theme import ReadOnlyAdmin, ThemedAdmin

EXPORT, ERASE = "accounts.export_customer", "accounts.erase_customer"
# Where a text that names somebody can be changed.
PAGES = {
    "document": "admin:knowledge_document_change",
    "curated answer": "admin:knowledge_curatedanswer_change",
    "ticket": "admin:accounts_ticket_change",
    "conversation": "admin:chat_conversation_change",
}

admin.site.unregister(Customer)


@admin.register(Customer)
class CustomerWithPrivacyAdmin(CustomerAdmin, ThemedAdmin):
    change_form_before_template = "admin/accounts/customer/links.html"
    # A form of its own, which cannot be inside the page's.
    change_form_outer_after_template = "admin/accounts/customer/export.html"

    class Media:
        css = {"all": ["chat/admin/privacy.css"]}

    def get_urls(self) -> list[Any]:
        own = [
            self.own_url("<int:pk>/export/", export_page, "export", method="POST"),
            self.own_url("<int:pk>/erase/", erase_page, "erase", method=None),
        ]
        return [*own, *super().get_urls()]


def export_page(admin: CustomerWithPrivacyAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    return download(asked_about(request, EXPORT, pk), actors.staff_of(request))


def erase_page(admin: CustomerWithPrivacyAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Says what will happen, and does it for whoever types the customer's id."""
    customer = asked_about(request, ERASE, pk)
    typed = request.POST.get("external_id", "").strip()
    if request.method == "POST" and typed == customer.external_id:
        erasure = erase(customer, actors.staff_of(request))
        return redirect("admin:chat_erasure_change", erasure.pk)
    context = {
        "customer": customer,
        "inventory": inventory(customer),
        "remains": REMAINS,
        "typed": typed,
        "may_export": request.user.has_perm(EXPORT),
    }
    return admin.page(request, "customer/erase.html", f"Erase {customer}", **context)


def asked_about(request: HttpRequest, permission: str, pk: int) -> Customer:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    return get_object_or_404(Customer, pk=pk)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """Receipts. They name nobody but whoever asked for the erasure."""

    list_display = ["begun", "customer_hash", "label", "state"]
    list_display_links = ["begun", "customer_hash"]
    search_fields = ["=subject", "label"]
    search_help_text = "The hash of a customer’s id, or whoever asked"

    class Media:
        css = {"all": ["chat/admin/privacy.css"]}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(ERASE) or request.user.has_perm("accounts.view_auditentry")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[Any]:
        return [self.own_url("<int:pk>/json/", receipt_json, "json"), *super().get_urls()]

    @method_decorator(require_safe)
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        erasure = get_object_or_404(Erasure, pk=object_id if object_id.isdecimal() else 0)
        context = {
            "erasure": erasure,
            "receipt": receipt(erasure),
            "remains": remainders(erasure),
            "mentions": [linked(mention) for mention in erasure.mentions],
        }
        return self.page(request, "erasure/receipt.html", "Receipt of an erasure", **context)

    @admin.display(description="begun", ordering="started_at")
    def begun(self, erasure: Erasure) -> str:
        return f"{erasure.started_at:%-d %b %Y, %H:%M}"

    @admin.display(description="customer")
    def customer_hash(self, erasure: Erasure) -> str:
        return f"{erasure.subject[:16]}…"

    @admin.display(description="state")
    def state(self, erasure: Erasure) -> str:
        return f"Finished, {sum(erasure.counts.values())} rows" if erasure.finished_at else "Going on"


def receipt_json(admin: ErasureAdmin, request: HttpRequest, pk: int) -> JsonResponse:
    if not admin.has_view_permission(request):
        raise PermissionDenied
    erasure = get_object_or_404(Erasure, pk=pk)
    file = f'attachment; filename="erasure-{erasure.public_id}.json"'
    return JsonResponse(receipt(erasure), json_dumps_params={"indent": 2}, headers={"Content-Disposition": file})


def linked(mention: dict[str, Any]) -> dict[str, Any]:
    page = PAGES.get(mention["kind"])
    return {**mention, "url": reverse(page, args=[mention["id"]]) if page else ""}
