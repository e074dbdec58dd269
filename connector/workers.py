"""Threads of one side: a pool that cannot stand still, and things every thread has for itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Workers:
    """A pool of threads for one side."""

    def __init__(self, number: int, name: str) -> None:
        self._number = max(1, number)
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(self._number, name, self._mark)

    def parallel(self, work: Callable[[T], U], items: Sequence[T]) -> list[U]:
        """Do the same for each item, side by side, results in order.

        Inside such work it goes on one by one: workers that wait for workers would stand still.
        """
        if self._number == 1 or len(items) < 2 or getattr(self._local, "worker", False):
            return [work(item) for item in items]
        return list(self._pool.map(work, items))

    def close(self) -> None:
        """Finish what was begun and end the threads."""
        self._pool.shutdown(wait=True)

    def _mark(self) -> None:
        self._local.worker = True


class PerThread(Generic[T]):
    """One thing for each thread, made when it first asks, all closed together."""

    def __init__(self, make: Callable[[], T], close: Callable[[T], None]) -> None:
        self._make = make
        self._close = close
        self._lock = threading.Lock()
        self._local = threading.local()
        self._made: list[T] = []

    def get(self) -> T:
        """This thread's own."""
        one: T | None = getattr(self._local, "one", None)
        if one is None:
            one = self._local.one = self._make()
            with self._lock:
                self._made.append(one)
        return one

    def close(self) -> None:
        """Close every thread's; whoever asks again gets a new one."""
        with self._lock:
            made, self._made = self._made, []
            self._local = threading.local()
        for one in made:
            self._close(one)
