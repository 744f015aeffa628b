import pytest

from knowledge.embedders.pace import Pace


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


def sent_at(clock, pace, sizes):
    times = []
    for size in sizes:
        pace.wait_for(size)
        times.append(clock.now - 1000)
    return times


def test_requests_beyond_the_limit_wait_for_the_minute_to_pass(clock):
    assert sent_at(clock, Pace(2, 0, clock, clock.sleep), [1, 1, 1, 1, 1]) == [0, 0, 60, 60, 120]


def test_tokens_count_across_requests(clock):
    assert sent_at(clock, Pace(0, 100, clock, clock.sleep), [60, 40, 10]) == [0, 0, 60]


def test_a_request_larger_than_the_limit_goes_alone(clock):
    assert sent_at(clock, Pace(0, 100, clock, clock.sleep), [500, 10]) == [0, 60]


def test_without_limits_nobody_waits(clock):
    assert sent_at(clock, Pace(0, 0, clock, clock.sleep), [10**6] * 5) == [0] * 5
