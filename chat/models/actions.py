"""What the assistant may not do by itself."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from chat.models.conversations import Conversation, Message


class PendingAction(models.Model):
    """Something the assistant offers to do. Nothing of it happens before the customer's own click."""

    class Kind(models.TextChoices):
        OPEN_TICKET = "open_ticket", "Open a ticket"
        ADD_TICKET_COMMENT = "add_ticket_comment", "Add to a ticket"
        HAND_OVER = "hand_over", "Talk to a person"

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for the customer"
        APPROVED = "approved", "Confirmed and done"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"
        FAILED = "failed", "Confirmed, but it failed"
        WITHDRAWN = "withdrawn", "Withdrawn with its answer"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="actions")
    # The answer under which it is offered: always the newest one that offers it.
    answer = models.ForeignKey(Message, models.CASCADE, null=True, related_name="actions")
    # Whose name it is done in, which has to be the one who clicks.
    customer = models.ForeignKey("accounts.Customer", models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=40, choices=Kind.choices)
    arguments = models.JSONField(default=dict)
    arguments_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    summary = models.TextField(help_text="What exactly will happen, as the customer is told.")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    result = models.TextField(blank=True)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "arguments_hash"], condition=Q(status="pending"), name="action_offered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_status_display()})"

    @property
    def current_status(self) -> "PendingAction.Status":
        """An offer that is over says so, whether or not anybody has tried to take it since."""
        is_over = self.status == self.Status.PENDING and self.expires_at <= timezone.now()
        return self.Status.EXPIRED if is_over else self.Status(self.status)
