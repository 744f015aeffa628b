"""Reads by the secret that a visitor keeps: whose conversation it opens, and who they are by it."""

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts import actors
from accounts.actors import VISITOR, Actor
from chat.models import Conversation, Widget

LONGEST_SESSION = timedelta(days=30)


def conversation_of_session(widget: Widget, session: str) -> Conversation | None:
    """Secrets are good for thirty days, however often they are used."""
    lately = timezone.now() - LONGEST_SESSION
    found = Conversation.objects.filter(widget=widget, session_hash=session_hash(session), session_since__gt=lately)
    return found.first()


def open_conversation(widget: Widget, session: str) -> Conversation | None:
    """The same where no token comes along: a customer's is open only while what proved them holds."""
    conversation = conversation_of_session(widget, session)
    if conversation is None:
        return None
    actor = actors.customer(conversation.customer_id, conversation.proof)
    return conversation if is_conversation_of(actor, conversation.pk) else None


def actor_of_session(widget: Widget, session: str) -> Actor:
    """The customer whom a code by e-mail has proved in it, while that holds. A token proves nothing afterwards."""
    conversation = conversation_of_session(widget, session)
    if conversation is None or conversation.proved_by != Conversation.ProvedBy.EMAIL:
        return VISITOR
    return actors.customer(conversation.customer_id, conversation.proof)


def is_conversation_of(actor: Actor, conversation_id: int) -> bool:
    """As of now, and while the widget and the key that let them in do. An anonymous visitor's is nobody's."""
    conversation = Conversation.objects.filter(pk=conversation_id, widget__is_active=True)
    if not actor.is_verified:
        return conversation.filter(customer=None).exists()
    if actor.proof and actor.proof.kid:
        conversation = conversation.filter(
            widget__signing_keys__kid=actor.proof.kid, widget__signing_keys__retired_at=None
        )
    return conversation.filter(customer__in=actors.proved(actor)).exists()


def customer_payload(actor: Actor) -> dict[str, Any] | None:
    """What visitors are told of who they are, if they are anybody."""
    customer = actors.proved(actor).first()
    return {"name": customer.name, "verified": True} if customer else None


def session_hash(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()
