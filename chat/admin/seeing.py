"""What the bot may see of a customer's record, field by field, and exactly what that is for one of them.

And which of the company's systems it may ask.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.forms.boundfield import BoundWidget
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts import actors, audit
from accounts.connectors.asking import connected
from accounts.models import Customer
from accounts.selectors import customer_record
from accounts.visibility import ATTRIBUTES, CONNECTORS, DEFAULTS, LEVELS, Visibility, default
from accounts.wording import spoken
from chat.context import Found, assemble
from chat.models import Widget
from chat.prompts.blocks import source_block
from chat.records import Question

if TYPE_CHECKING:
    from chat.admin.widgets import WidgetAdmin

# Attributes are whatever the company brings; those of so many customers are looked through for their names.
LOOKED_THROUGH = 5_000
MOST_ATTRIBUTES = 200
MOST_FOUND = 8
# Where the prompt has a random word, the page shows what it is.
BOUNDARY = "boundary"
GROUPS = {
    "customer": "The customer",
    "subscription": "Subscriptions",
    "order": "Orders",
    "ticket": "Tickets",
    "event": "What happened lately",
    "attributes": "Attributes",
    "connector": "Connected systems",
}


def page(admin: "WidgetAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Shows the choices, and takes them from whoever may change widgets."""
    widget = get_object_or_404(Widget, pk=pk)
    if not admin.has_view_permission(request, widget):
        raise PermissionDenied
    may_change = admin.has_change_permission(request, widget)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = SeeingForm(request.POST or None, widget=widget)
    if request.method == "POST" and form.is_valid():
        widget.visible_fields = form.rules()
        widget.save(update_fields=["visible_fields"])
        admin.log_change(request, widget, "Changed what the bot may see of a record.")
        if moved := {name: [form[name].initial, form.cleaned_data[name]] for name in form.changed_data}:
            by, about = actors.staff_of(request), f"widget {widget.pk}"
            audit.record(audit.Action.VISIBILITY_CHANGED, by, about=about, details=moved)
        messages.success(request, "Saved. The next answer goes by it.")
        return redirect("admin:chat_widget_sees", pk)
    has_attributes = any(name.startswith(ATTRIBUTES) for name in form.names)
    title = f"What the bot may see: {widget}"
    context = {"form": form, "has_attributes": has_attributes, "may_change": may_change, **seen(request, widget)}
    return admin.page(request, "widget/sees.html", title, **context)


def seen(request: HttpRequest, widget: Widget) -> dict[str, Any]:
    """What there is of the customer who is looked for, if whoever looks may see customers."""
    text = request.GET.get("customer", "").replace("\0", "").strip()[:200]
    if not text or not request.user.has_perm("accounts.view_customer"):
        return {}
    found = list(customers_like(text))
    if len(found) != 1:
        return {"searched": text, "found": found}
    customer = found[0]
    audit.looked_at(
        audit.Action.CUSTOMER_VIEWED, actors.staff_of(request), customer_id=customer.pk, about=f"customer {customer.pk}"
    )
    asks = connected(Visibility(widget.visible_fields)) if customer.is_active else ()
    blocks = blocks_of(customer, widget)
    return {"searched": text, "customer": customer, "blocks": blocks, "asks": [each.title for each in asks]}


@dataclass(frozen=True)
class Row:
    label: str
    field: forms.BoundField
    default: str

    @property
    def options(self) -> list[BoundWidget | None]:
        """One for each level, None where there is no such choice."""
        offered = {option.data["value"]: option for option in self.field}
        return [offered.get(level) for level in LEVELS]


class SeeingForm(forms.Form):
    """A choice for every field of a record, every attribute and every connected system."""

    def __init__(self, *args: Any, widget: Widget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decided: dict[str, str] = widget.visible_fields
        self.systems = {CONNECTORS + each.name: each.title for each in connected()}
        attributes = (ATTRIBUTES + name for name in attribute_names(self.decided))
        self.names = [*DEFAULTS, *attributes, *self.systems]
        sees = Visibility(self.decided)
        for name in self.names:
            self.fields[name] = forms.ChoiceField(
                choices=[(level, level) for level in LEVELS if level != "masked" or name not in self.systems],
                initial=sees.level(name),
                widget=forms.RadioSelect,
                error_messages={"required": "Choose shown, masked or hidden."},
            )

    @property
    def groups(self) -> Iterator[tuple[str, list[Row]]]:
        for group, names in groupby(self.names, key=lambda name: name.partition(".")[0]):
            yield GROUPS[group], [Row(self.label(name), self[name], default(name)) for name in names]

    def label(self, name: str) -> str:
        return self.systems.get(name) or spoken(name.partition(".")[2])

    def rules(self) -> dict[str, str]:
        """Only what differs: a default that changes some day changes wherever nobody has decided.

        What was decided about a system that is out of use holds when it is used again.
        """
        unlisted = {
            name: level
            for name, level in self.decided.items()
            if name.startswith(CONNECTORS) and name not in self.systems
        }
        return unlisted | {name: level for name, level in self.cleaned_data.items() if level != default(name)}


def attribute_names(rules: Mapping[str, str]) -> list[str]:
    """Of the customers who came last, and those that a rule is about whether anybody has them or not."""
    newest = Customer.objects.exclude(attributes={}).order_by("-pk").values_list("attributes", flat=True)
    found = {name for attributes in newest[:LOOKED_THROUGH].iterator() for name in attributes}
    decided = {name.removeprefix(ATTRIBUTES) for name in rules if name.startswith(ATTRIBUTES)}
    return sorted(decided | set(islice(sorted(found), MOST_ATTRIBUTES)))


def customers_like(text: str) -> QuerySet[Customer]:
    """By the company's own id, by address or by name."""
    if exact := Customer.objects.filter(Q(external_id=text) | Q(email__iexact=text)):
        return exact[:MOST_FOUND]
    return Customer.objects.filter(name__icontains=text).order_by("name")[:MOST_FOUND]


def blocks_of(customer: Customer, widget: Widget) -> list[str]:
    """The very blocks that a prompt has of this customer's record, if they all have room."""
    sees = Visibility(widget.visible_fields)
    question = Question("", widget.name, None, sees=sees)
    context = assemble(question, "", Found(()), customer_record(customer.pk, sees))
    return [source_block(source, BOUNDARY) for source in context.sources]
