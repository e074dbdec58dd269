"""The sandbox's own routes under ``/_sandbox/``: truth, faults, clock and request counts.

They are what a vendor never offers: the true content past all rights and indexes, the log of every
write in order, and the switches of the weather. They are answered before faults strike, and their
prefix is no path of either vendor.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Protocol, runtime_checkable

from connector.sandbox.clock import Clock
from connector.sandbox.faults import Fault, Faults, FaultyApp
from connector.sandbox.http import App, Request, Response

PREFIX = "/_sandbox/"


class World(Protocol):
    """One fake system's content, as its owner sees it."""

    @property
    def write_log(self) -> Sequence[Any]:
        """Every write that took effect, in order, as JSON-able rows with ``seq`` and ``by``."""

    def truth(self) -> dict[str, Any]:
        """All records and comments, as JSON-able values."""


@runtime_checkable
class Movable(Protocol):
    """A clock that can be moved forward."""

    def advance(self, seconds: float) -> None: ...


class OffsetClock:
    """The host's clock plus an offset that can grow."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    def now(self) -> datetime:
        """The host's time, moved."""
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self._offset += timedelta(seconds=seconds)


class ControlApp:
    """A fake system with its weather and its control routes: what the mounts serve."""

    def __init__(self, app: App, world: World, faults: Faults, clock: Clock) -> None:
        self.faults = faults
        self._faulty = FaultyApp(app, faults, clock)
        self._world = world
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def handle(self, request: Request) -> Response:
        """Our own routes first, everything else through the weather."""
        if request.path.startswith(PREFIX):
            return self._control(request)
        with self._lock:
            self._counts[f"{request.method} {request.path}"] += 1
        return self._faulty.handle(request)

    def requests(self) -> dict[str, int]:
        """How often each method and path was asked."""
        with self._lock:
            return dict(self._counts)

    def settle(self) -> None:
        """Do everything that a late commit still holds back."""
        self._faulty.settle(all_of_it=True)

    def _control(self, request: Request) -> Response:
        routes = {
            ("GET", "truth"): self._truth,
            ("POST", "settle"): self._settle,
            ("GET", "faults"): self._list_faults,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "clock"): self._tell_time,
            ("POST", "clock"): self._move_clock,
            ("GET", "requests"): self._requests,
            ("DELETE", "requests"): self._forget_requests,
        }
        route = routes.get((request.method, request.path.removeprefix(PREFIX)))
        if route is None:
            return Response.of_json(404, {"error": f"no control route {request.path}"})
        try:
            return Response.of_json(200, route(request))
        except (ValueError, TypeError) as problem:
            return Response.of_json(400, {"error": str(problem)})

    def _truth(self, _request: Request) -> Any:
        self._faulty.settle()
        return {**self._world.truth(), "write_log": list(self._world.write_log)}

    def _settle(self, _request: Request) -> Any:
        self.settle()
        return {"settled": True}

    def _list_faults(self, _request: Request) -> Any:
        return [asdict(fault) for fault in self.faults.active()]

    def _add_fault(self, request: Request) -> Any:
        given = json.loads(request.body)
        for row in given if isinstance(given, list) else [given]:
            self.faults.add(Fault(**row))
        return self._list_faults(request)

    def _clear_faults(self, request: Request) -> Any:
        self.faults.clear()
        return self._list_faults(request)

    def _tell_time(self, _request: Request) -> Any:
        return {"now": self._clock.now().isoformat()}

    def _move_clock(self, request: Request) -> Any:
        if not isinstance(self._clock, Movable):
            raise ValueError("this sandbox runs on a clock that cannot be moved")
        self._clock.advance(float(json.loads(request.body)["advance"]))
        return self._tell_time(request)

    def _requests(self, _request: Request) -> Any:
        counts = self.requests()
        return {"total": sum(counts.values()), "counts": counts}

    def _forget_requests(self, request: Request) -> Any:
        with self._lock:
            self._counts.clear()
        return self._requests(request)
