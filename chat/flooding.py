"""How many messages and images a visitor may send, whoever answers them."""

import asyncio

from django.conf import settings

from chat import windows
from chat.errors import CountersAway, TooManyImages, TooManyMessages

MINUTE = 60


async def check_pace(conversation_id: int, ip: str) -> None:
    """Raises TooManyMessages. While nobody can count, people can write all the same: it is no model that answers."""
    if not await _has_room("messages", conversation_id, ip, settings.CHAT_MESSAGES_VISITOR, settings.CHAT_MESSAGES_IP):
        raise TooManyMessages()


async def check_images(conversation_id: int, ip: str) -> None:
    """Raises TooManyImages."""
    if not await _has_room("images", conversation_id, ip, settings.CHAT_IMAGES_VISITOR, settings.CHAT_IMAGES_IP):
        raise TooManyImages()


async def _has_room(what: str, conversation_id: int, ip: str, of_visitor: int, of_ip: int) -> bool:
    limits = {f"{what} of {conversation_id}": of_visitor}
    if ip:
        limits[f"{what} from {windows.network_of(ip)}"] = of_ip
    try:
        return all(await asyncio.gather(*(windows.count(each, limit, MINUTE) for each, limit in limits.items())))
    except CountersAway:
        return True
