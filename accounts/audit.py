"""The only writer of the audit log."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import AuditEntry, Customer

Action = AuditEntry.Action

# A page that stays open reads the same again with each message. That is one look.
SAME_LOOK = timedelta(minutes=10)


def record(
    action: Action, by: Actor, *, customer_id: int | None = None, about: str = "", details: dict[str, Any] | None = None
) -> AuditEntry:
    """One entry. ``about`` names a row, such as "conversation 12"; ``details`` must hold nothing that was said."""
    customer = Customer.objects.only("external_id").filter(pk=customer_id).first() if customer_id else None
    return AuditEntry.objects.create(
        action=action,
        actor=by.kind,
        label=by.label,
        user_id=by.user_id,
        ip=by.ip,
        customer=customer,
        customer_external_id=customer.external_id if customer else None,
        object=about,
        details=details or {},
    )


def looked_at(action: Action, by: Actor, *, customer_id: int, about: str) -> None:
    """One entry for one look, however often the open page reads the same again."""
    since = timezone.now() - SAME_LOOK
    looks = AuditEntry.objects.filter(customer=customer_id, at__gte=since, action=action, object=about)
    if not looks.filter(user=by.user_id, label=by.label, ip=by.ip).exists():
        record(action, by, customer_id=customer_id, about=about)


def forget_customer(customer_id: int, external_id: str) -> int:
    """Takes what names a customer out of the log, and says of how many entries. What was done stays on record."""
    theirs = Q(customer=customer_id) | Q(customer_external_id=external_id)
    # The manager that refuses changes is for everybody else; the database lets exactly these columns be emptied.
    entries = AuditEntry._base_manager
    entries.filter(theirs, actor=AuditEntry.Actor.CUSTOMER).update(label=None)
    return entries.filter(theirs).update(customer=None, customer_external_id=None)
