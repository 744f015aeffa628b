"""What customers attach to their messages."""

import uuid
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from chat.models.conversations import Conversation, Message


class Attachment(models.Model):
    """An image as it was drawn anew when it came. Until it is sent it belongs to no message."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attachments")
    file = models.FileField(upload_to="attachments/")
    content_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="In bytes.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["created_at"], condition=Q(message=None), name="attachment_unsent")]

    def __str__(self) -> str:
        return f"{self.content_type}, {self.width} × {self.height}"


@receiver(post_delete, sender=Attachment)
def delete_file(instance: Attachment, **_: Any) -> None:
    """Rows go with their conversation, which goes with its widget: only the database sees all of them go."""
    transaction.on_commit(partial(instance.file.storage.delete, str(instance.file.name)), robust=True)
