"""Customers who were erased: what is left of that is this."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts import actors
from accounts.actors import Actor
from accounts.models import AuditEntry


class Erasure(models.Model):
    """An erasure while it is going on, and its receipt afterwards. It names nobody but whoever asked for it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField("customer", max_length=64, help_text="Keyed sha256 of the customer's id.", db_index=True)
    # Only until it is finished. Whoever was killed in the middle is taken up by it.
    customer = models.ForeignKey("accounts.Customer", models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=20, choices=AuditEntry.Actor.choices)
    label = models.CharField("asked for by", max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ip = models.GenericIPAddressField("IP address", null=True)
    counts = models.JSONField(default=dict, help_text="How many rows of each kind are gone.")
    looked_for = models.JSONField(default=list, help_text="What of the customer other texts were searched for.")
    mentions = models.JSONField(default=list, help_text="Texts that hold it, for a person to decide about.")
    started_at = models.DateTimeField(default=timezone.now)
    worked_at = models.DateTimeField(default=timezone.now, help_text="When somebody was last at work on it.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(finished_at=None), name="erasure_going_on_once")
        ]

    def __str__(self) -> str:
        return f"Erasure of {self.started_at:%-d %B %Y}"

    @property
    def asked_by(self) -> Actor:
        return actors.recorded(self.actor, self.label, self.user_id, self.ip)
