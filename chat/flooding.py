"""How many messages and images a visitor may send, codes have mailed, and conversations begin."""

import asyncio
from uuid import UUID

from django.conf import settings

from chat import windows
from chat.errors import CountersAway, TooManyCodes, TooManyConversations, TooManyImages, TooManyMessages

MINUTE = 60
HOUR = 60 * MINUTE


async def check_pace(visitor: UUID, ip: str) -> None:
    """Raises TooManyMessages. While nobody can count, people can write all the same: it is no model that answers."""
    if not await _has_room("messages", visitor, ip, settings.CHAT_MESSAGES_VISITOR, settings.CHAT_MESSAGES_IP):
        raise TooManyMessages()


async def check_images(visitor: UUID, ip: str) -> None:
    """Raises TooManyImages."""
    if not await _has_room("images", visitor, ip, settings.CHAT_IMAGES_VISITOR, settings.CHAT_IMAGES_IP):
        raise TooManyImages()


async def check_conversations(ip: str) -> None:
    """Raises TooManyConversations. Who begins one is no visitor yet: only where they come from is known."""
    if not await _has_room("conversations", None, ip, 0, settings.CHAT_CONVERSATIONS_IP):
        raise TooManyConversations()


async def check_codes(address: str, visitor: UUID, ip: str) -> None:
    """Raises TooManyCodes, and CountersAway: a mail that nobody can count is not sent."""
    limits = {
        f"codes to {address.lower()}": settings.CHAT_CODES_ADDRESS,
        f"codes of {visitor}": settings.CHAT_CODES_VISITOR,
    }
    if ip:
        limits[f"codes from {windows.network_of(ip)}"] = settings.CHAT_CODES_IP
    for each, limit in limits.items():
        if not await windows.count(each, limit, HOUR):
            raise TooManyCodes()


async def _has_room(what: str, visitor: UUID | None, ip: str, of_visitor: int, of_ip: int) -> bool:
    limits = {f"{what} of {visitor}": of_visitor}
    if ip:
        limits[f"{what} from {windows.network_of(ip)}"] = of_ip
    try:
        return all(await asyncio.gather(*(windows.count(each, limit, MINUTE) for each, limit in limits.items())))
    except CountersAway:
        return True
