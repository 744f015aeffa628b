import pytest

from chat.errors import ModelError
from chat.llm.circuits import FAILURES, PAUSE_SECONDS, Circuit


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock) -> Circuit:
    return Circuit("m", clock)


def fail(circuit: Circuit, retryable: bool = True) -> None:
    with pytest.raises(ModelError), circuit.request():
        raise ModelError(retryable=retryable)


def open_up(circuit: Circuit) -> None:
    for _ in range(FAILURES):
        fail(circuit)


def test_it_opens_after_failures_in_a_row_only(circuit):
    for _ in range(3):
        for _ in range(FAILURES - 1):
            fail(circuit)
        with circuit.request():
            pass
    assert not circuit.is_open

    open_up(circuit)

    assert circuit.is_open


def test_requests_that_are_refused_for_what_they_are_do_not_open_it(circuit):
    for _ in range(FAILURES * 2):
        fail(circuit, retryable=False)

    assert not circuit.is_open


def test_after_a_pause_one_request_is_let_through(circuit, clock):
    open_up(circuit)
    clock.now += PAUSE_SECONDS

    with circuit.request():
        assert circuit.is_open

    assert not circuit.is_open


def test_a_probe_that_fails_opens_it_again(circuit, clock):
    open_up(circuit)
    clock.now += PAUSE_SECONDS

    fail(circuit)

    assert circuit.is_open


def test_a_probe_that_is_given_up_leaves_the_way_free_for_the_next(circuit, clock):
    open_up(circuit)
    clock.now += PAUSE_SECONDS
    with pytest.raises(GeneratorExit), circuit.request():
        raise GeneratorExit

    assert not circuit.is_open
    fail(circuit)
    assert circuit.is_open
