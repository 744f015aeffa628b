"""From a proved token to the customer's row: made where there was none, and brought up to what the company signed."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.errors import IdentityError
from accounts.identity import Identity
from accounts.models import Customer


def customer_of(identity: Identity) -> Customer:
    """The customer as the token says they are, unless there was newer news of them.

    Raises IdentityError for one who was deactivated, whatever the token says.
    """
    news = identity.profile.news
    known = Customer.objects.filter(external_id=identity.external_id).first()
    customer = known or _made(identity)
    if not customer.is_active:
        raise IdentityError("deactivated", "The customer is deactivated.")
    return _updated(customer.pk, news, identity) if known and news and _is_news(customer, news, identity) else customer


def _made(identity: Identity) -> Customer:
    """Two sockets may be the first at the same moment: the later one gets what the earlier one has made."""
    fields = {**identity.profile.news, "changed_at": _written_at(identity)}
    return Customer.objects.get_or_create(external_id=identity.external_id, defaults=fields)[0]


def _is_news(customer: Customer, news: dict[str, Any], identity: Identity) -> bool:
    if customer.changed_at is None or customer.changed_at < identity.issued_at:
        return True
    return customer.changed_at == identity.issued_at and any(getattr(customer, name) != news[name] for name in news)


@transaction.atomic
def _updated(customer_id: int, news: dict[str, Any], identity: Identity) -> Customer:
    """Looked at once more with the row held. Attributes that the token does not name stay as they are."""
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    if not _is_news(customer, news, identity):
        return customer
    for name, value in news.items():
        setattr(customer, name, {**customer.attributes, **value} if name == "attributes" else value)
    customer.changed_at = _written_at(identity)
    customer.synced_at = timezone.now()
    customer.save(update_fields=[*news, "changed_at", "synced_at"])
    return customer


def _written_at(identity: Identity) -> datetime:
    """A clock that goes ahead must not make this the newest news for a while."""
    return min(identity.issued_at, timezone.now())
