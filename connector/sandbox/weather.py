"""Bad weather for the direct adapters, which have no network: faults as their callers see them.

A direct adapter does in one call what a real one does in requests. Here each such step asks the
faults as a request would, and turns what strikes into what an adapter makes of it: reads raise,
writes become ``NotSent`` or ``Unclear``. Both kinds of dropped connection are ``Unclear``, because
a caller cannot tell them apart. :class:`Tally` counts the requests a real adapter would send.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock

from connector.errors import AccessLost, BrokenAnswer, ConnectorError, Rejected, RetryLater
from connector.sandbox.clock import Clock
from connector.sandbox.faults import Fault, Faults
from connector.sandbox.http import Request
from connector.values import NotSent, Refused, RequestClass, Unclear, WriteResult


class Tally:
    """A meter: how many requests of which class."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter({kind.value: 0 for kind in RequestClass})
        self._lock = Lock()

    def count(self, kind: RequestClass) -> None:
        """One more."""
        with self._lock:
            self._counts[kind.value] += 1

    def totals(self) -> Mapping[str, int]:
        """Class to number, all classes present."""
        with self._lock:
            return dict(self._counts)


class Weather:
    """Faults around the steps of a direct adapter. ``side`` is the adapter's name."""

    def __init__(self, side: str, faults: Faults, clock: Clock) -> None:
        self._side = side
        self._faults = faults
        self._clock = clock
        self._late: list[tuple[datetime, Callable[[], object]]] = []
        self._lock = Lock()

    def settle(self, *, all_of_it: bool = False) -> None:
        """Do the postponed writes whose time has come."""
        with self._lock:
            now = self._clock.now()
            due = [do for at, do in self._late if all_of_it or at <= now]
            self._late = [row for row in self._late if not all_of_it and row[0] > now]
        for do in due:
            do()

    def next_due(self) -> datetime | None:
        """When the first of the postponed writes is done; nothing where there is none."""
        with self._lock:
            return min((at for at, _ in self._late), default=None)

    def read(self, path: str, method: str = "GET") -> None:
        """Raise what would have kept this read from its answer."""
        self.settle()
        fault = self._faults.next(Request(method, path))
        if fault is not None and fault.kind != "slow":
            raise self._error(fault, f"{method} {path}")

    def write(self, method: str, path: str, do: Callable[[], WriteResult]) -> WriteResult:
        """Do a write, or what the weather leaves of it."""
        self.settle()
        fault = self._faults.next(Request(method, path))
        if fault is None or fault.kind in ("slow", "partial"):
            return do()
        error = self._error(fault, f"{method} {path}")
        if fault.kind == "late":
            with self._lock:
                self._late.append((self._clock.now() + timedelta(seconds=fault.seconds), do))
        if fault.kind in ("drop_after", "truncate"):
            do()
        if isinstance(error, Rejected):
            return Refused(error)
        untouched = fault.kind == "html" or (fault.kind == "status" and fault.status in (401, 429))
        return NotSent(error) if untouched else Unclear(error)

    def _error(self, fault: Fault, where: str) -> ConnectorError:
        if fault.kind == "html":
            return BrokenAnswer("A web page came instead of data", side=self._side, where=where)
        if fault.kind != "status":
            return RetryLater("The connection was lost", side=self._side, where=where)
        if fault.status in (401, 403):
            return AccessLost(f"Status {fault.status}", side=self._side, where=where)
        if fault.status < 500 and fault.status != 429:
            return Rejected(f"Status {fault.status}", side=self._side, where=where)
        return RetryLater(
            f"Status {fault.status}", side=self._side, where=where, after=_seconds(fault)
        )


def _seconds(fault: Fault) -> float | None:
    text = fault.retry_after.removeprefix("date:")
    return float(text) if text else None
