"""Who is asking, and what was proved of them. Actors are made here and nowhere else.

An actor says what was true when it was made. Whoever keeps one asks for it ``again`` before anything that needs the
right: a customer may be deactivated, or have another address by then, and whoever lost a right is a visitor.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet

from accounts.addresses import has_address, is_same
from accounts.models import ApiKey, Customer, User
from accounts.records import Proof

Kind = Literal["visitor", "customer", "staff", "program"]


@dataclass(frozen=True)
class Actor:
    """``customer_id`` is there only while it is proved; for staff it is the customer they are looking at."""

    kind: Kind = "visitor"
    customer_id: int | None = None
    proof: Proof | None = None
    user_id: int | None = None
    group_ids: frozenset[int] = frozenset()
    key_id: int | None = None
    scope: str = ""

    @property
    def is_verified(self) -> bool:
        return self.customer_id is not None

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"


VISITOR = Actor()


def customer(customer_id: int | None, proof: Proof | None) -> Actor:
    """The customer, if they are active and the proof still holds; otherwise a visitor."""
    actor = Actor("customer", customer_id, proof)
    return actor if proved(actor).exists() else VISITOR


def proved(actor: Actor) -> QuerySet[Customer]:
    """The customer's row while they are active and what proved them still holds; otherwise none."""
    active = Customer.objects.filter(pk=actor.customer_id or 0, is_active=True)
    if actor.proof and actor.proof.method == "token":
        return active
    if actor.proof and actor.proof.address:
        return active.filter(has_address(actor.proof.address))
    return active.none()


def still_proved(asked: Collection[Actor]) -> set[Actor]:
    """Those of these customers for whom ``proved`` would find a row, in one query for all of them."""
    ids = {actor.customer_id for actor in asked if actor.customer_id is not None}
    addresses = dict(Customer.objects.filter(pk__in=ids, is_active=True).values_list("pk", "email"))
    return {actor for actor in asked if actor.customer_id in addresses and _holds(actor, addresses[actor.customer_id])}


def _holds(actor: Actor, address: str) -> bool:
    if actor.proof is None or actor.proof.method == "token":
        return actor.proof is not None
    return is_same(actor.proof.address, address)


def staff(user_id: int, customer_id: int | None = None) -> Actor:
    """A member of staff as they are now. Raises nothing: whoever is none is a visitor, who sees no customer."""
    member = User.objects.filter(pk=user_id, is_active=True, is_staff=True).prefetch_related("groups").first()
    if member is None:
        return VISITOR
    groups = frozenset(group.pk for group in member.groups.all())
    return Actor("staff", customer_id, user_id=member.pk, group_ids=groups)


def program(key: ApiKey) -> Actor:
    """Whoever holds an API key, which is read anew for every request."""
    return Actor("program", key_id=key.pk, scope=key.scope) if key.is_active else VISITOR


def again(actor: Actor) -> Actor:
    """The same, as of now."""
    if actor.kind == "customer":
        return customer(actor.customer_id, actor.proof)
    if actor.user_id is not None:
        return staff(actor.user_id, actor.customer_id)
    if actor.key_id is not None:
        key = ApiKey.objects.filter(pk=actor.key_id).first()
        return program(key) if key else VISITOR
    return VISITOR
