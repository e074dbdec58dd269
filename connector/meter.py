"""Counting requests, and small facts kept in memory: what every adapter is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from threading import Lock

from connector.values import RequestClass


class RequestMeter:
    """Counts HTTP requests by class, repeats included; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers: Counter[RequestClass] = Counter()

    def count(self, kind: RequestClass) -> None:
        """One more request of this class."""
        with self._lock:
            self._numbers[kind] += 1

    def totals(self) -> Mapping[str, int]:
        """Class to number, every class present."""
        with self._lock:
            return {kind.value: self._numbers[kind] for kind in RequestClass}


class MemoryDict:
    """A :class:`~connector.base.Memory` that lasts as long as the process."""

    def __init__(self) -> None:
        self._facts: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """A fact, if it is known."""
        return self._facts.get(name)

    def put(self, name: str, value: str) -> None:
        """Remember a fact."""
        self._facts[name] = value
