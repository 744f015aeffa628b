"""From a proved token to the customer's row: made where there was none, and brought up to what the company signed."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.errors import IdentityError
from accounts.identity import Identity
from accounts.models import Customer


def customer_of(identity: Identity) -> Customer:
    """The customer as the token says they are, unless there was newer news of them.

    Raises IdentityError for one who was deactivated, and for more attributes than one may have.
    """
    customer = Customer.objects.filter(external_id=identity.external_id).first() or _made(identity)
    if not customer.is_active:
        raise IdentityError("deactivated", "The customer is deactivated.")
    return _updated(customer.pk, identity) if identity.profile.news and _is_news(customer, identity) else customer


def _made(identity: Identity) -> Customer:
    """Two sockets may be the first at the same moment: the later one gets what the earlier one has made."""
    fields = {**identity.profile.beside({}), "identified_at": _written_at(identity)}
    return Customer.objects.get_or_create(external_id=identity.external_id, defaults=fields)[0]


def _is_news(customer: Customer, identity: Identity) -> bool:
    """Neither what programs told later nor a later token is undone."""
    told, identified = customer.changed_at, customer.identified_at
    if told and told > identity.issued_at:
        return False
    if identified is None or identified < identity.issued_at:
        return True
    said = identity.profile.beside(customer.attributes)
    return identified == identity.issued_at and any(getattr(customer, name) != said[name] for name in said)


@transaction.atomic
def _updated(customer_id: int, identity: Identity) -> Customer:
    """Looked at once more with the row held. Attributes that the token does not name stay as they are."""
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    if not _is_news(customer, identity):
        return customer
    said = identity.profile.beside(customer.attributes)
    for name, value in said.items():
        setattr(customer, name, value)
    customer.identified_at = _written_at(identity)
    customer.synced_at = timezone.now()
    customer.save(update_fields=[*said, "identified_at", "synced_at"])
    return customer


def _written_at(identity: Identity) -> datetime:
    """A clock that goes ahead must not make this the newest token for a while."""
    return min(identity.issued_at, timezone.now())
