"""Threads of one side: order is kept, nothing stands still, everything is given back."""

from __future__ import annotations

import threading

import pytest

from connector.workers import PerThread, Workers


def test_results_keep_their_order_and_work_side_by_side() -> None:
    workers, gate = Workers(3, "side"), threading.Barrier(3, timeout=10)

    def work(number: int) -> int:
        gate.wait()
        return number * 2

    assert workers.parallel(work, [1, 2, 3]) == [2, 4, 6]
    workers.close()


def test_work_inside_work_does_not_stand_still() -> None:
    workers = Workers(2, "side")

    def outer(number: int) -> list[int]:
        return workers.parallel(lambda inner: number + inner, [10, 20, 30])

    assert workers.parallel(outer, [1, 2, 3, 4]) == [[n + 10, n + 20, n + 30] for n in (1, 2, 3, 4)]
    workers.close()


@pytest.mark.parametrize(("number", "items"), [(1, [1, 2]), (0, [1, 2]), (4, [1]), (4, [])])
def test_without_need_nobody_leaves_his_thread(number: int, items: list[int]) -> None:
    workers, here = Workers(number, "side"), threading.current_thread()
    assert workers.parallel(lambda _: threading.current_thread(), items) == [here] * len(items)
    workers.close()


def test_trouble_of_one_item_reaches_the_caller() -> None:
    workers = Workers(2, "side")
    with pytest.raises(ZeroDivisionError):
        workers.parallel(lambda number: 1 // number, [1, 0, 2])
    workers.close()


def test_every_thread_has_its_own_and_all_are_closed() -> None:
    made: list[object] = []
    closed: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    own, gate = PerThread(make, closed.append), threading.Barrier(3, timeout=10)
    workers = Workers(3, "side")

    def work(_number: int) -> bool:
        gate.wait()
        return own.get() is own.get()

    assert workers.parallel(work, [1, 2, 3]) == [True] * 3
    assert len(made) == 3
    workers.close()
    own.close()
    assert closed == made
    own.close()
    assert len(closed) == 3
    assert own.get() is made[-1]
    assert len(made) == 4
