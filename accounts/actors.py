"""Who is asking, and what was proved of them. Actors are made here and nowhere else.

An actor says what was true when it was made. Whoever keeps one asks for it ``again`` before anything that needs the
right: a customer may be deactivated, or have another address by then, and whoever lost a right is a visitor. The key of
a program is looked up for each request.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.addresses import has_address, is_same
from accounts.models import ApiKey, Customer, User
from accounts.records import Proof

Kind = Literal["visitor", "customer", "staff", "program", "bot", "system"]


@dataclass(frozen=True)
class Actor:
    """``customer_id`` is there only while it is proved; for staff it is the customer they are looking at.

    ``label`` is the name that stands in the audit log when there is no account any more, or never was one.
    """

    kind: Kind = "visitor"
    customer_id: int | None = None
    proof: Proof | None = None
    label: str = ""
    user_id: int | None = None
    group_ids: frozenset[int] = frozenset()
    ip: str | None = None

    @property
    def is_verified(self) -> bool:
        return self.customer_id is not None

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"


VISITOR = Actor()
ASSISTANT = Actor("bot", label="assistant")


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


def again(actor: Actor) -> Actor:
    """The same customer or member of staff, as of now. Whoever is neither any more is a visitor."""
    if actor.kind == "customer":
        return customer(actor.customer_id, actor.proof)
    member = User.objects.filter(pk=actor.user_id or 0, is_active=True, is_staff=True).first()
    return staff(member, actor.ip, actor.customer_id) if member else VISITOR


def staff(user: User, ip: str | None = None, customer_id: int | None = None) -> Actor:
    groups = frozenset(user.groups.values_list("pk", flat=True))
    return Actor("staff", customer_id, label=user.get_username(), user_id=user.pk, group_ids=groups, ip=ip or None)


def staff_of(request: HttpRequest) -> Actor:
    """Whoever is signed in. Raises TypeError where nobody is."""
    if not isinstance(request.user, User):
        raise TypeError("Nobody is signed in.")
    return staff(request.user, request.META.get("REMOTE_ADDR"))


def program(key: ApiKey, ip: str | None) -> Actor:
    """Whoever holds an API key."""
    return Actor("program", label=key.name, ip=ip or None)


def command(name: str) -> Actor:
    """Whoever may run it on the server."""
    return Actor("system", label=f"manage.py {name}")


def recorded(kind: str, label: str, user_id: int | None, ip: str | None) -> Actor:
    """Whoever asked for something that is carried on without them. Nothing is decided by it."""
    return Actor(kind, label=label, user_id=user_id, ip=ip)  # type: ignore[arg-type]
