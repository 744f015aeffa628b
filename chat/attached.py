"""Images that customers attached, as they are shown: by links that are good for an hour, to whoever was given one."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from chat.models import Attachment
from chat.records import Image

LINK = "chat.attachment-link"
LINK_SECONDS = 60 * 60


def attachment_payload(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": str(attachment.public_id),
        "url": link_to(attachment),
        "width": attachment.width,
        "height": attachment.height,
    }


def link_to(attachment: Attachment) -> str:
    access = signing.dumps(str(attachment.public_id), salt=LINK)
    return f"{settings.PUBLIC_URL}{reverse('attachment', args=[attachment.public_id])}?access={access}"


def image_of(attachment: Attachment) -> Image:
    return Image(str(attachment.file.name), attachment.content_type, attachment.width, attachment.height)


def attachment_by_link(public_id: UUID, access: str) -> Attachment | None:
    """The image, if the link is genuine, young enough, and for this very one."""
    try:
        signed = signing.loads(access, salt=LINK, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return None
    return Attachment.objects.filter(public_id=public_id).first() if signed == str(public_id) else None
