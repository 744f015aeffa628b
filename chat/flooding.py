"""How many messages a visitor may send, whoever answers them."""

import asyncio

from django.conf import settings

from chat import windows
from chat.errors import CountersAway, TooManyMessages

MINUTE = 60


async def check_pace(conversation_id: int, ip: str) -> None:
    """Raises TooManyMessages. While nobody can count, people can write all the same: it is no model that answers."""
    limits = {f"messages of {conversation_id}": settings.CHAT_MESSAGES_VISITOR}
    if ip:
        limits[f"messages from {windows.network_of(ip)}"] = settings.CHAT_MESSAGES_IP
    try:
        counted = await asyncio.gather(*(windows.count(what, limit, MINUTE) for what, limit in limits.items()))
    except CountersAway:
        return
    if not all(counted):
        raise TooManyMessages()
