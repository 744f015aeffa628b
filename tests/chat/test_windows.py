import asyncio

import pytest

from chat.errors import CountersAway
from chat.windows import count, has_room, network_of
from tests.chat.conftest import without_redis

pytestmark = pytest.mark.both
MIDNIGHT = "2026-03-01T00:00:00+00:00"


async def counted(times: int, limit: int = 5, what: str = "answers") -> int:
    return sum(await asyncio.gather(*(count(what, limit, 3600) for _ in range(times))))


async def test_no_more_than_the_limit_however_many_come_at_once(time_machine):
    time_machine.move_to(MIDNIGHT, tick=False)

    assert await counted(50) == 5
    assert await counted(1) == 0
    assert await counted(1, what="others") == 1


async def test_whether_there_is_room_can_be_asked_without_taking_it():
    await counted(4)

    assert all([await has_room("answers", 5, 3600) for _ in range(3)])
    await counted(1)
    assert not await has_room("answers", 5, 3600)
    assert await has_room("answers", 0, 3600)


async def test_a_limit_of_nothing_is_none():
    assert await counted(50, limit=0) == 50


async def test_room_comes_back_bit_by_bit(time_machine):
    time_machine.move_to(MIDNIGHT, tick=False)
    await counted(5)

    time_machine.shift(3600)
    at_once = await counted(5)
    time_machine.shift(1800)
    half_an_hour_later = await counted(5)
    time_machine.shift(3 * 3600)

    assert (at_once, half_an_hour_later) == (0, 2)
    assert await counted(5) == 5


async def test_a_cache_that_is_away_counts_nothing():
    with without_redis(), pytest.raises(CountersAway):
        await count("answers", 5, 3600)


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("a socket", "a socket"),
    ],
)
def test_what_one_visitor_has_for_themselves(ip, expected):
    assert network_of(ip) == expected
