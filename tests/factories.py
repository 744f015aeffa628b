"""Rows for tests: name the fields that matter, the others are filled in."""

from typing import Any

from django.utils import timezone
from model_bakery import baker

from accounts.models import Customer, Subscription
from chat.models import Widget
from knowledge.models import Collection


def collection(audience: str = Collection.Audience.PUBLIC, **fields: Any) -> Collection:
    return baker.make(Collection, audience=audience, **fields)


def widget(*collections: Collection, **fields: Any) -> Widget:
    made = baker.make(Widget, **{"suggestions": [], "origins": ["https://shop.example"], **fields})
    made.collections.set(collections)
    return made


def customer(**fields: Any) -> Customer:
    """With a subscription to the Team plan."""
    made = baker.make(Customer, attributes={}, **fields)
    baker.make(
        Subscription,
        customer=made,
        plan="Team",
        status=Subscription.Status.ACTIVE,
        price_minor=2900,
        currency="EUR",
        interval=Subscription.Interval.MONTH,
        started_at=timezone.now(),
    )
    return made
