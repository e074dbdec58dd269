"""Bad weather on demand: what a network or a vendor does to one request, decided by a seed.

Terms: a *fault* says what goes wrong and for which requests; *the weather* (:class:`Faults`) holds
the faults in force and decides, with its own seeded randomness, which request is hit;
:class:`FaultyApp` puts them between a mount and a fake system.

Kinds::

    drop_before  the connection closes, nothing was done
    drop_after   the request was done, the connection closes: a lost reply
    late         the reply is lost and the request is only done ``seconds`` later
    status       any status with headers and body; ``retry_after`` in seconds or ``date:<seconds>``
    html         200 with a hibernation page
    accepted     202 without a body, the request was thrown away
    truncate     the body stops in the middle of what Content-Length announced
    partial      200 with an ``error`` block beside a cut ``result``
    slow         the answer comes ``seconds`` late

Drops happen where a client cannot tell them apart; only the sandbox's truth can.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from threading import Lock

from connector.sandbox.clock import Clock
from connector.sandbox.http import App, Request, Response

DELAY_HEADER = "X-Sandbox-Delay"
"""Tells the mount to hold the answer back; never leaves the mount."""

KINDS = frozenset(
    {
        "drop_before",
        "drop_after",
        "late",
        "status",
        "html",
        "accepted",
        "truncate",
        "partial",
        "slow",
    }
)

HIBERNATION = (
    b"<!DOCTYPE html><html><head><title>Instance Hibernating page</title></head>"
    b"<body><h1>Your instance is hibernating.</h1><p>Sign in to wake it up.</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, for which requests, and how often.

    ``method`` and ``path`` are regular expressions (whole method, anywhere in the path; empty is
    any). The first ``skip`` matches pass, then ``times`` are hit (None: no end), each with
    probability ``rate``.
    """

    kind: str
    method: str = ""
    path: str = ""
    times: int | None = 1
    rate: float = 1.0
    skip: int = 0
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    retry_after: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {', '.join(sorted(KINDS))}")

    def matches(self, request: Request) -> bool:
        """Whether this fault is about such a request."""
        if self.method and not _is_whole(self.method, request.method):
            return False
        return not self.path or re.search(self.path, request.path) is not None


@lru_cache(maxsize=256)  # every fault in force is asked about every request
def _is_whole(pattern: str, method: str) -> bool:
    return re.fullmatch(pattern, method) is not None


class Faults:
    """The faults in force. The first that matches and strikes wins."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - replayable weather, no secret
        self._active: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Put one more fault in force."""
        with self._lock:
            self._active.append(fault)

    def clear(self) -> None:
        """Fair weather."""
        with self._lock:
            self._active.clear()

    def active(self) -> tuple[Fault, ...]:
        """What is left in force, with what remains of ``skip`` and ``times``."""
        with self._lock:
            return tuple(self._active)

    def calm(self) -> bool:
        """Whether none is in force."""
        return not self._active

    def next(self, request: Request) -> Fault | None:
        """The fault that strikes this request, if any; uses it up by one."""
        with self._lock:
            for index, fault in enumerate(self._active):
                if fault.matches(request) and self._strikes(index, fault):
                    return fault
        return None

    def _strikes(self, index: int, fault: Fault) -> bool:
        if fault.skip:
            self._active[index] = replace(fault, skip=fault.skip - 1)
            return False
        if fault.rate < 1.0 and self._random.random() >= fault.rate:
            return False
        if fault.times is None:
            return True
        if fault.times <= 1:
            del self._active[index]
        else:
            self._active[index] = replace(fault, times=fault.times - 1)
        return fault.times > 0


class FaultyApp:
    """A fake system seen through bad weather."""

    def __init__(self, app: App, faults: Faults, clock: Clock) -> None:
        self._app = app
        self._faults = faults
        self._clock = clock
        self._late: list[tuple[datetime, Request]] = []
        self._lock = Lock()
        self._kinds: dict[str, Callable[[Fault, Request], Response]] = {
            "drop_before": lambda _fault, _request: Response(0, drop=True),
            "drop_after": self._drop_after,
            "late": self._postpone,
            "status": self._status,
            "html": lambda _f, _r: Response(200, HIBERNATION, {"Content-Type": "text/html"}),
            "accepted": lambda _fault, _request: Response(202),
            "truncate": self._truncate,
            "partial": self._partial,
            "slow": self._slow,
        }

    def handle(self, request: Request) -> Response:
        """Answer, or fail to."""
        self.settle()
        fault = self._faults.next(request)
        if fault is None:
            return self._app.handle(request)
        return self._kinds[fault.kind](fault, request)

    def settle(self, *, all_of_it: bool = False) -> None:
        """Do the postponed requests whose time has come."""
        with self._lock:
            now = self._clock.now()
            due = [request for at, request in self._late if all_of_it or at <= now]
            self._late = [row for row in self._late if not all_of_it and row[0] > now]
        for request in due:
            self._app.handle(request)

    def next_due(self) -> datetime | None:
        """When the first of the postponed requests is done; nothing where there is none."""
        with self._lock:
            return min((at for at, _ in self._late), default=None)

    def _drop_after(self, _fault: Fault, request: Request) -> Response:
        self._app.handle(request)
        return Response(0, drop=True)

    def _postpone(self, fault: Fault, request: Request) -> Response:
        with self._lock:
            self._late.append((self._clock.now() + timedelta(seconds=fault.seconds), request))
        return Response(0, drop=True)

    def _status(self, fault: Fault, _request: Request) -> Response:
        headers = dict(fault.headers)
        kind, _, seconds = fault.retry_after.partition(":")
        if kind == "date":
            at = self._clock.now() + timedelta(seconds=float(seconds or 0))
            headers["Retry-After"] = format_datetime(at, usegmt=True)
        elif fault.retry_after:
            headers["Retry-After"] = fault.retry_after
        if fault.body and "Content-Type" not in headers:
            looks_json = fault.body.lstrip()[:1] in "{["
            headers["Content-Type"] = "application/json" if looks_json else "text/html"
        return Response(fault.status, fault.body.encode(), headers)

    def _truncate(self, _fault: Fault, request: Request) -> Response:
        whole = self._app.handle(request)
        content = whole.content
        headers = {**whole.headers, "Content-Length": str(content.size)}
        return replace(whole, body=b"", file=content.part(0, content.size // 2), headers=headers)

    def _partial(self, _fault: Fault, request: Request) -> Response:
        whole = self._app.handle(request)
        try:
            value = json.loads(whole.body)
        except ValueError:
            return whole
        if not isinstance(value, dict) or not isinstance(value.get("result"), list):
            return whole
        value["result"] = value["result"][: len(value["result"]) // 2]
        value["error"] = {
            "message": "Transaction cancelled: maximum execution time exceeded",
            "detail": "maximum execution time exceeded Check logs for error trace",
        }
        value["status"] = "failure"
        return replace(whole, body=json.dumps(value).encode())

    def _slow(self, fault: Fault, request: Request) -> Response:
        whole = self._app.handle(request)
        return replace(whole, headers={**whole.headers, DELAY_HEADER: str(fault.seconds)})
