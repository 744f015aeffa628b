"""Codes by which visitors prove that they read an address."""

from django.db import models
from django.utils import timezone

from chat.models.conversations import Conversation


class VerificationCode(models.Model):
    """The one that a conversation waits for. Another request replaces it, and whoever is right uses it up."""

    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="verification")
    # Of the session that asked: in another one the code is good for nothing.
    session_hash = models.CharField(max_length=64)
    address = models.EmailField()
    # Empty until it is on its way, and for ever where the address is nobody's: then no guess is right.
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Code for conversation {self.conversation_id}"
