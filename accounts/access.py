"""Who is asking. One value, made in one place per door, and asked before anything is shown."""

from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True)
class Actor:
    """``customer_id`` is set only for a customer whose identity was proven; staff are never customers."""

    customer_id: int | None = None
    user_id: int | None = None
    group_ids: frozenset[int] = frozenset()

    @property
    def is_verified_customer(self) -> bool:
        return self.customer_id is not None

    @property
    def is_staff(self) -> bool:
        return self.user_id is not None


VISITOR = Actor()


def staff_actor(user: User) -> Actor:
    if not (user.is_active and user.is_staff):
        return VISITOR
    return Actor(user_id=user.pk, group_ids=frozenset(user.groups.values_list("pk", flat=True)))
