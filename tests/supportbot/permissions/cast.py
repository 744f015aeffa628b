"""Everybody in the tables, and a company with two customers, Ada and Bob, of whom nobody sees the other's."""

from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from accounts.api_keys import create_api_key
from accounts.models import ApiKey, Customer, User
from chat import services, sessions
from chat.attached import link_to
from chat.models import Attachment, Conversation, Widget
from knowledge.models import Document
from knowledge.selectors import signed_url
from tests import factories
from tests.chat.conftest import ORIGIN
from tests.chat.privacy.conftest import attachment, with_a_past
from tests.chat.test_roles import models_of_then
from tests.supportbot.permissions import policy

ROLES = {
    policy.AGENT: "Agents",
    policy.SUPERVISOR: "Supervisors",
    policy.EDITOR: "Editors",
    policy.PUBLISHER: "Publishers",
    policy.ADMIN: "Admins",
}
KEYS = {
    policy.ANSWERS_KEY: ApiKey.Scope.ANSWERS,
    policy.DOCUMENTS_KEY: ApiKey.Scope.DOCUMENTS,
    policy.CUSTOMERS_KEY: ApiKey.Scope.CUSTOMERS,
    policy.PRIVACY_KEY: ApiKey.Scope.PRIVACY,
}
VISITORS = {policy.VISITOR: "visitor", policy.CUSTOMER: "ada", policy.OTHER_CUSTOMER: "bob"}


def make_roles() -> None:
    """As an installation begins. Tests that empty their database take the roles along."""
    if not Group.objects.filter(name="Admins").exists():
        schema = SimpleNamespace(connection=connection)
        import_module("knowledge.migrations.0006_roles").make_groups(models_of_then(), schema)
        import_module("chat.migrations.0019_roles").make_roles(models_of_then(), schema)


@dataclass(frozen=True)
class Session:
    """What the widget of a visitor holds: the secret of their conversation, and the links that were shown in it."""

    conversation: Conversation
    secret: str
    image: Attachment

    @property
    def image_access(self) -> str:
        return link_to(self.image).partition("access=")[2]


def session(name: str, conversation: Conversation) -> Session:
    """Ids and secrets are known beforehand, so that they are no canaries."""
    secret = f"the-session-of-{name}"
    Conversation.objects.filter(pk=conversation.pk).update(session_hash=sessions.session_hash(secret))
    image = conversation.attachments.exclude(message=None).first() or attachment(conversation)
    return Session(conversation, secret, image)


def customer_called(name: str, widget: Widget) -> Customer:
    """Everything that can be kept of them is, under ids that an attacker knows."""
    customer = with_a_past(name, widget)
    Customer.objects.filter(pk=customer.pk).update(external_id=f"cus_{name}", email=f"{name}@shop.example")
    for rows, field in (("subscriptions", "external_id"), ("orders", "number"), ("events", "external_id")):
        getattr(customer, rows).update(**{field: f"{rows}-{name}"})
    ticket = customer.tickets.exclude(number__contains="old").get()
    ticket.comments.filter(is_public=False).update(external_id=f"comment-{name}")
    customer.tickets.filter(pk=ticket.pk).update(number=f"ticket-{name}")
    customer.refresh_from_db()
    return customer


def sessions_of(widget: Widget, customers: dict[str, Customer]) -> dict[str, Session]:
    anonymous = services.start_conversation(widget, factories.actor(None), {}).conversation
    theirs = {name: Conversation.objects.get(customer=customer) for name, customer in customers.items()}
    return {name: session(name, found) for name, found in {"visitor": anonymous, **theirs}.items()}


def members() -> dict[str, User]:
    """Everybody who signs in, by what they may."""
    make_roles()
    made = {
        policy.USER: User.objects.create_user("user", "user@shop.example", "secret-enough"),
        policy.CLERK: factories.staff_member("clerk"),
        policy.SUPERUSER: factories.staff_member("superuser", is_superuser=True),
        **{role: factories.staff_member(role) for role in ROLES},
    }
    for role, name in ROLES.items():
        made[role].groups.set([Group.objects.get(name=name)])
    for user in made.values():
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return made


class Cast:
    """Who they are on a request: a cookie, a key, or the secret and the links of a session."""

    def __init__(self, sessions: dict[str, Session], widget: Widget, for_customers: Document) -> None:
        self.cookies = {role: cookie_of(user) for role, user in members().items()}
        self.keys = {role: create_api_key(role, scope)[1] for role, scope in KEYS.items()}
        self.keys[policy.KEPT_KEY] = create_api_key("kept", ApiKey.Scope.DOCUMENTS, ["elsewhere"])[1]
        self.sessions = {role: sessions[name] for role, name in VISITORS.items()}
        self.widget = widget
        self.page_access = signed_url(for_customers).partition("access=")[2]

    def __iter__(self) -> Any:
        return iter([policy.ANONYMOUS, *self.sessions, *self.cookies, *self.keys])

    def headers(self, role: str) -> dict[str, str]:
        if role in self.keys:
            return {"Authorization": f"Bearer {self.keys[role]}"}
        if role in self.sessions:
            return {"Authorization": f"Session {self.sessions[role].secret}", "Origin": ORIGIN}
        return {}

    def query(self, role: str, pattern: str) -> dict[str, str]:
        if role not in self.sessions:
            return {}
        access = self.sessions[role].image_access if pattern.startswith("attachments/") else ""
        is_known = role in (policy.CUSTOMER, policy.OTHER_CUSTOMER)
        access = self.page_access if pattern.startswith("docs/") and is_known else access
        return {"widget": self.widget.public_key, "access": access}


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
