"""When a side is left alone, and when it is tried again."""

from __future__ import annotations

from sync.core.circuit import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, Circuit


def broken(times: int, now: float = 0.0) -> Circuit:
    circuit = Circuit()
    for _ in range(times):
        circuit.failed(now)
    return circuit


def test_a_few_failures_change_nothing() -> None:
    assert broken(FAILURES - 1).lets(0.0)


def test_then_the_side_is_left_alone_until_the_pause_is_over() -> None:
    circuit = broken(FAILURES)
    assert not circuit.lets(FIRST_PAUSE - 1)
    assert circuit.lets(FIRST_PAUSE)


def test_a_failed_try_doubles_the_pause_up_to_a_limit() -> None:
    circuit = broken(FAILURES)
    circuit.failed(100.0)
    assert circuit.until == 100.0 + 2 * FIRST_PAUSE
    assert broken(50).until == LONGEST_PAUSE


def test_one_success_closes_it() -> None:
    circuit = broken(FAILURES)
    circuit.succeeded()
    assert circuit.lets(0.0)
    assert circuit.failures == 0
