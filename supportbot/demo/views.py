"""The demo page: a company's site with the widget on it, and a switch for who is visiting."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.identity import issue_token
from accounts.models import Customer
from chat.models import SigningKey, Widget
from chat.signing import live_keys
from supportbot.demo import company
from supportbot.demo.loading import WIDGET_KEY

# What each visitor would want to know: shown beside the chat, so that the switch has a reason.
SITUATIONS = {
    "trialing": "On a free trial",
    "active": "Active",
    "past_due": "A payment failed",
    "canceled": "Has canceled",
}


def page(request: HttpRequest) -> HttpResponse:
    """Signs people of the demo company in at a click; anybody else's record stays out of reach."""
    widget = Widget.objects.filter(public_key=WIDGET_KEY, is_active=True).first()
    if widget is None:
        return redirect("ask")
    people = visitors()
    chosen = request.GET.get("customer", "")
    if chosen and chosen not in {person["external_id"] for person in people}:
        raise Http404
    token = token_for(chosen, widget) if chosen else ""
    context = {"company": company.read()["company"], "people": people, "chosen": chosen, "token": token}
    return render(request, "demo/page.html", {**context, "widget": widget})


def token_for(external_id: str, widget: Widget) -> str:
    """As the company's own server would make it."""
    key = live_keys(widget).filter(algorithm=SigningKey.Algorithm.HS256).first()
    return issue_token(external_id, secret=key.secret, audience=widget.public_key, kid=key.kid) if key else ""


def visitors() -> list[dict[str, Any]]:
    written = {person["external_id"]: person for person in company.read()["customers"]}
    known = Customer.objects.filter(external_id__in=written, is_active=True).values_list("external_id", flat=True)
    return [
        {
            **{field: written[id][field] for field in ("external_id", "name", "company", "subscription")},
            "situation": SITUATIONS.get(written[id]["subscription"]["status"], ""),
            "ticket": current_ticket(written[id]["tickets"]),
        }
        for id in written
        if id in set(known)
    ]


def current_ticket(tickets: list[dict[str, Any]]) -> str:
    """The subject of one that is still being worked on, else of any."""
    unfinished = [ticket for ticket in tickets if ticket["status"] in ("open", "pending")]
    return next((ticket["subject"] for ticket in [*unfinished, *tickets]), "")
