"""Keeping an image for the message it will be sent with."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from chat import pictures
from chat.errors import ConversationClosed, ImageRefused, UnknownSession
from chat.models import Attachment, Conversation
from chat.pictures import Picture
from supportbot.full_disk import full_disk_named

# Of one conversation. A message takes four; the rest is for changing one's mind.
MOST_UNSENT = 12
COUNTED_FOR = timedelta(hours=1)
# Drawing one may take 200 MB for a moment.
MOST_AT_ONCE = 2
PATIENCE = 10.0
ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}

_places = BoundedSemaphore(MOST_AT_ONCE)


def attach(conversation_id: int, data: bytes) -> Attachment:
    """Draws it anew and keeps that. Raises ImageRefused, ConversationClosed, UnknownSession or DiskFull."""
    _open_for_images(conversation_id)
    with _a_place():
        picture = pictures.redrawn(data)
    name = f"attachments/{uuid4().hex}.{ENDINGS[picture.content_type]}"
    try:
        with full_disk_named():
            name = default_storage.save(name, ContentFile(picture.content))
            return _kept(conversation_id, picture, name)
    except BaseException:
        default_storage.delete(name)
        raise


@transaction.atomic
def _kept(conversation_id: int, picture: Picture, name: str) -> Attachment:
    """Looked at once more with the row held: it was a while."""
    _open_for_images(conversation_id, lock=True)
    return Attachment.objects.create(
        conversation_id=conversation_id,
        file=name,
        content_type=picture.content_type,
        width=picture.width,
        height=picture.height,
        size=len(picture.content),
    )


def _open_for_images(conversation_id: int, *, lock: bool = False) -> None:
    conversations = Conversation.objects.select_for_update() if lock else Conversation.objects.all()
    conversation = conversations.filter(pk=conversation_id).first()
    if conversation is None:
        raise UnknownSession()
    if conversation.mode == Conversation.Mode.RESOLVED:
        raise ConversationClosed()
    unsent = conversation.attachments.filter(message=None, created_at__gt=timezone.now() - COUNTED_FOR)
    if unsent.count() >= MOST_UNSENT:
        raise ImageRefused(
            "too_many_images", "Many images are waiting to be sent already. Please send those first.", http_status=429
        )


@contextmanager
def _a_place() -> Iterator[None]:
    if not _places.acquire(timeout=PATIENCE):
        raise ImageRefused(
            "busy", "Many images are coming in just now. Please try again in a moment.", http_status=503, retryable=True
        )
    try:
        yield
    finally:
        _places.release()
