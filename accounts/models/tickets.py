"""The customers' tickets, and what was written in them."""

from django.db import models
from django.utils import timezone

from accounts.models.customers import Customer
from accounts.models.mirrored import Mirrored, new_own_id
from accounts.models.staff import User


class Ticket(Mirrored):
    class Status(models.TextChoices):
        OPEN = "open", "Open"
        PENDING = "pending", "Waiting for the customer"
        SOLVED = "solved", "Solved"
        CLOSED = "closed", "Closed"

    class Priority(models.TextChoices):
        LOW = "low", "Low"
        NORMAL = "normal", "Normal"
        HIGH = "high", "High"
        URGENT = "urgent", "Urgent"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="tickets")
    number = models.CharField(max_length=50, unique=True)
    subject = models.CharField(max_length=300)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.OPEN)
    priority = models.CharField(max_length=20, choices=Priority.choices, default=Priority.NORMAL)
    category = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=50, blank=True)
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="tickets")
    assigned_to = models.CharField(
        max_length=200, blank=True, help_text="Whom your own system names, who may be nobody who works here."
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["customer", "-updated_at"], name="ticket_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"


class TicketComment(Mirrored):
    class Kind(models.TextChoices):
        CUSTOMER = "customer", "Customer"
        AGENT = "agent", "Agent"
        SYSTEM = "system", "System"

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="comments")
    external_id = models.CharField(max_length=200, default=new_own_id, help_text="Its id in your own system.")
    author = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.TextField()
    is_public = models.BooleanField(
        default=False, help_text="Private notes are never shown to the customer or a model."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "external_id"], name="ticket_comment_external_id_unique")
        ]
        indexes = [models.Index(fields=["ticket", "-created_at"], name="ticket_comment_newest")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"
