"""How often something happened in the last minute or hour, counted in Django's cache for all processes together.

Two fixed windows make one that slides: the one before counts for as much of it as the sliding one still covers.
Where there is no Redis the cache is this process's own.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Address, ip_address, ip_network

import structlog
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from chat.errors import CountersAway

log = structlog.get_logger(__name__)

PATIENCE = 2.0
# Threads of their own, which keep their connections: a Redis that hangs holds up nobody else's work.
_threads = ThreadPoolExecutor(4, "windows")


async def count(what: str, limit: int, seconds: int) -> bool:
    """Counts one more of ``what``, unless the limit is reached in these seconds: then False. A limit of 0 is none.

    Raises CountersAway when it cannot be counted.
    """
    return not limit or await _beside(_count, what, limit, seconds)


async def has_room(what: str, limit: int, seconds: int) -> bool:
    """Whether one more could be counted now, without counting it. Raises CountersAway when nobody knows."""
    return not limit or await _beside(_has_room, what, limit, seconds)


def forget(what: str, seconds: int) -> None:
    """As if it had not happened. What cannot be reached ends by itself, after two windows."""
    window = int(time.time() // seconds)
    try:
        cache.delete_many([_key(what, window), _key(what, window - 1)])
    except (RedisError, OSError) as error:
        log.warning("counters_away", error=type(error).__name__)


async def _beside(work: Callable[[str, int, int], bool], what: str, limit: int, seconds: int) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            return await asyncio.get_running_loop().run_in_executor(_threads, work, what, limit, seconds)
    except (RedisError, OSError, ValueError) as error:
        log.warning("counters_away", error=type(error).__name__)
        raise CountersAway() from error


def _has_room(what: str, limit: int, seconds: int) -> bool:
    window, into = divmod(time.time(), seconds)
    before = cache.get(_key(what, int(window) - 1), 0) * (1 - into / seconds)
    return bool(cache.get(_key(what, int(window)), 0) + 1 + before <= limit)


def _count(what: str, limit: int, seconds: int) -> bool:
    window, into = divmod(time.time(), seconds)
    key = _key(what, int(window))
    cache.add(key, 0, timeout=2 * seconds)
    used = cache.incr(key) + cache.get(_key(what, int(window) - 1), 0) * (1 - into / seconds)
    if used <= limit:
        return True
    cache.decr(key)
    return False


def _key(what: str, window: int) -> str:
    """Names may hold addresses of people, which nobody can read from the keys of a cache."""
    return salted_hmac("chat.windows", f"{what} {window}").hexdigest()


def network_of(ip: str) -> str:
    """What one visitor has for themselves: an IPv4 address, or a whole /64 of IPv6."""
    try:
        address = ip_address(ip)
    except ValueError:  # a socket of this machine
        return ip
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address.packed, 64), strict=False))
    return ip
