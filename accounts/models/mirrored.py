"""What all rows have in common that mirror the company's own systems."""

from uuid import uuid4

from django.db import models
from django.utils import timezone


def new_own_id() -> str:
    """For a row that no other system has an id for: it was made here."""
    return uuid4().hex


class Mirrored(models.Model):
    """A row knows how fresh it is, and how new what it says: older news never replaces newer."""

    changed_at = models.DateTimeField(
        null=True, blank=True, help_text="When your own system last changed it, where that says so."
    )
    synced_at = models.DateTimeField(default=timezone.now, help_text="When it was last known to be true.")

    class Meta:
        abstract = True
