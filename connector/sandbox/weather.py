"""Bad weather for the direct adapters, which have no network: faults as their callers see them.

A direct adapter does in one call what a real one does in requests. Each such step goes through a
:class:`Wire`: it is counted, asks the faults as a request would, and what strikes is taken as the
real adapters take it. Reads are repeated with the same patience and then raise. A write is repeated
only after a 429, which came before any work; everything else that is no plain refusal is
``Unclear``, both kinds of dropped connection too, because a caller cannot tell them apart.

Waits are longest instead of random, so that a seed replays them. What a write left under way
belongs to the :class:`Weather`, which outlives the adapter.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock

from connector.base import Meter
from connector.errors import (
    AccessLost,
    BrokenAnswer,
    ConnectorError,
    Gone,
    ReadAgain,
    Rejected,
    RetryLater,
)
from connector.retry import Odd, RetryPolicy
from connector.sandbox.clock import Clock
from connector.sandbox.control import Movable
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
            self._counts[kind] += 1  # a kind is its own name

    def totals(self) -> Mapping[str, int]:
        """Class to number, all classes present."""
        with self._lock:
            return dict(self._counts)


class Weather:
    """The faults around direct adapters, and the writes that they have put off."""

    def __init__(self, faults: Faults, clock: Clock) -> None:
        self.faults = faults
        self.clock = clock
        self._late: list[tuple[datetime, Callable[[], object]]] = []
        self._lock = Lock()

    def settle(self, *, all_of_it: bool = False) -> None:
        """Do the postponed writes whose time has come."""
        if not self._late:
            return
        with self._lock:
            now = self.clock.now()
            due = [do for at, do in self._late if all_of_it or at <= now]
            self._late = [row for row in self._late if not all_of_it and row[0] > now]
        for do in due:
            do()

    def postpone(self, seconds: float, do: Callable[[], object]) -> None:
        """Do it then."""
        with self._lock:
            self._late.append((self.clock.now() + timedelta(seconds=seconds), do))

    def next_due(self) -> datetime | None:
        """When the first of the postponed writes is done; nothing where there is none."""
        with self._lock:
            return min((at for at, _ in self._late), default=None)

    def calm(self) -> bool:
        """Whether nothing can strike now."""
        self.settle()
        return self.faults.calm()

    def next(self, method: str, path: str) -> Fault | None:
        """What strikes this request."""
        self.settle()
        return self.faults.next(_request(method, path))


@lru_cache(maxsize=256)
def _request(method: str, path: str) -> Request:
    """The same few are asked about again and again."""
    return Request(method, path)


class Wire:
    """One adapter's requests through the weather. ``side`` is the adapter's name."""

    def __init__(
        self, side: str, weather: Weather, meter: Meter, sleep: Callable[[float], None]
    ) -> None:
        self._side = side
        self._weather = weather
        self._meter = meter
        self._policy = RetryPolicy(sleeper=sleep, dice=lambda: 1.0)

    def read(self, path: str, method: str = "GET") -> None:
        """Count a read, again and again, until it passes; raise what keeps it from its answer."""
        self._patient(method, path, RequestClass.READ)

    def rewrite(self, method: str, path: str, kind: RequestClass = RequestClass.WRITE) -> None:
        """The same for a write that may be sent twice without harm."""
        self._patient(method, path, kind)

    def write(
        self,
        method: str,
        path: str,
        do: Callable[[], WriteResult],
        kind: RequestClass = RequestClass.WRITE,
    ) -> WriteResult:
        """Do a write, or what the weather leaves of it."""
        if self._weather.calm():
            self._meter.count(kind)
            return do()
        try:
            return self._policy.call(lambda: self._once(method, path, do, kind))
        except RetryLater as error:
            return NotSent(error)

    def _patient(self, method: str, path: str, kind: RequestClass) -> None:
        if self._weather.calm():
            self._meter.count(kind)
            return
        self._policy.call(lambda: self._asked(method, path, kind))

    def _asked(self, method: str, path: str, kind: RequestClass) -> None:
        self._meter.count(kind)
        fault = self._weather.next(method, path)
        if fault is None or fault.kind == "slow":
            return
        error = self._error(fault, f"{method} {path}")
        raise Odd(error) if isinstance(error, BrokenAnswer) else error

    def _once(
        self, method: str, path: str, do: Callable[[], WriteResult], kind: RequestClass
    ) -> WriteResult:
        self._meter.count(kind)
        fault = self._weather.next(method, path)
        if fault is None or fault.kind in ("slow", "partial"):
            return do()
        error = self._error(fault, f"{method} {path}")
        if fault.kind == "status" and fault.status < 500:
            if isinstance(error, RetryLater):
                raise error
            return Refused(error) if isinstance(error, Rejected) else NotSent(error)
        if fault.kind == "late":
            self._weather.postpone(fault.seconds, do)
        if fault.kind in ("drop_after", "truncate"):
            do()
        return Unclear(error)

    def _error(self, fault: Fault, where: str) -> ConnectorError:
        if fault.kind == "html":
            return BrokenAnswer("A web page came instead of data", side=self._side, where=where)
        if fault.kind != "status":
            return RetryLater("The connection was lost", side=self._side, where=where)
        what = f"Status {fault.status}"
        if fault.status == 429 or fault.status >= 500:
            return RetryLater(what, side=self._side, where=where, after=_seconds(fault))
        kinds: dict[int, type[ConnectorError]] = {
            401: AccessLost,
            403: AccessLost,
            404: Gone,
            409: ReadAgain,
        }
        return kinds.get(fault.status, Rejected)(what, side=self._side, where=where)


def sleeper(clock: Clock) -> Callable[[float], None]:
    """How to wait: a clock moved by hand is moved, otherwise time really passes."""
    return clock.advance if isinstance(clock, Movable) else time.sleep


def _seconds(fault: Fault) -> float | None:
    text = fault.retry_after.removeprefix("date:")
    return float(text) if text else None
