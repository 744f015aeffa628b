"""Rows for tests: name the fields that matter, the others are filled in."""

from typing import Any

from django.contrib.auth.models import Permission
from model_bakery import baker

from accounts.actors import VISITOR, Actor
from accounts.models import Customer, User
from accounts.records import Proof
from chat.models import SigningKey, Widget
from knowledge.models import Collection
from tests.subscriptions import team_plan

# Of the key that tokens in tests are signed with.
KID = "k_test"
SECRET = "signing-secret-of-the-tests-" * 2


def collection(audience: str = Collection.Audience.PUBLIC, **fields: Any) -> Collection:
    return baker.make(Collection, audience=audience, **fields)


def widget(*collections: Collection, **fields: Any) -> Widget:
    made = baker.make(Widget, **{"suggestions": [], "origins": ["https://shop.example"], **fields})
    made.collections.set(collections)
    return made


def signing_key(widget: Widget) -> SigningKey:
    return SigningKey.objects.create(widget=widget, kid=KID, secret=SECRET)


def customer(**fields: Any) -> Customer:
    """With a subscription to the Team plan."""
    made = baker.make(Customer, attributes={}, **fields)
    team_plan(made)
    return made


def actor(customer: Customer | None) -> Actor:
    """The customer by a token of theirs; nobody is a visitor."""
    return Actor("customer", customer.pk, Proof("token")) if customer else VISITOR


def agent(username: str = "ines", **fields: Any) -> User:
    """Somebody who may use the console, and nothing else."""
    return staff_member(username, "chat.use_console", **fields)


def staff_member(username: str, *permissions: str, **fields: Any) -> User:
    """Somebody who may sign in here, with permissions such as ``knowledge.change_document``."""
    given = {"email": f"{username}@example.com", "password": "secret-enough", **fields}
    user = User.objects.create_user(username, is_staff=True, **given)
    for permission in permissions:
        app, _, codename = permission.partition(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user
