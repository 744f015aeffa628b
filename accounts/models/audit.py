"""Who looked at whom, and who changed whose rights."""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone

from accounts.models.customers import Customer
from accounts.models.staff import User


class AppendOnly(TypeError):
    """A mistake in our own code; the database refuses it, too."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **fields: Any) -> NoReturn:
        raise AppendOnly("Entries of the audit log are not changed.")

    def delete(self) -> NoReturn:
        raise AppendOnly("Entries of the audit log are not deleted.")


class AuditEntry(models.Model):
    """One thing that somebody did. Written by ``accounts.audit`` alone, and never changed or deleted afterwards.

    What was said or found is not here: ``details`` holds names, numbers and hashes. Only what names a person may be
    emptied, when that person is erased.
    """

    class Actor(models.TextChoices):
        STAFF = "staff", "Member of staff"
        CUSTOMER = "customer", "Customer"
        BOT = "bot", "Assistant"
        PROGRAM = "program", "Program with a key"
        SYSTEM = "system", "Command or task"

    class Action(models.TextChoices):
        CUSTOMER_VIEWED = "customer.viewed", "Looked at a customer"
        CONVERSATION_VIEWED = "conversation.viewed", "Looked at a conversation"
        TICKET_VIEWED = "ticket.viewed", "Looked at a ticket"
        TOOL_CALLED = "tool.called", "Called a tool"
        CUSTOMER_SWITCHED = "customer.switched", "Deactivated or activated a customer"
        CUSTOMER_EXPORTED = "customer.exported", "Exported a customer"
        CUSTOMER_ERASED = "customer.erased", "Erased a customer"
        STAFF_CHANGED = "staff.changed", "Changed a member of staff"
        ROLE_CHANGED = "role.changed", "Changed a role"
        KEY_MADE = "key.made", "Made a key"
        KEY_VIEWED = "key.viewed", "Looked at a signing secret"
        KEY_RETIRED = "key.retired", "Retired a key"
        CONNECTOR_CHANGED = "connector.changed", "Changed a connector"
        VISIBILITY_CHANGED = "visibility.changed", "Changed what the bot may see"

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=20, choices=Actor.choices)
    # A user name, the name of a key or of a command. It outlives the account.
    label = models.CharField("who", max_length=200, null=True, blank=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    action = models.CharField(max_length=40, choices=Action.choices)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True, related_name="+")
    customer_external_id = models.CharField("customer's id", max_length=200, null=True, blank=True, db_index=True)
    object = models.CharField(max_length=100, blank=True, help_text="What it was done to, such as conversation 12.")
    details = models.JSONField(default=dict, blank=True)
    ip = models.GenericIPAddressField("IP address", null=True, blank=True)

    objects = models.Manager.from_queryset(AuditQuerySet)()

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        default_permissions = ("view",)
        indexes = [models.Index(fields=["customer", "-at"], name="audit_of_customer")]

    def __str__(self) -> str:
        return f"{self.label or 'Somebody'}: {self.get_action_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("Entries of the audit log are not changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Entries of the audit log are not deleted.")
