"""What a webhook may cost: size, time, number and form of requests, and what is remembered.

Everything here is bounded, whoever sends: a body of a megabyte within ten seconds, so many bodies
at once, so many records a minute, so many events remembered. A refusal closes its connection, so
that nobody has to be listened to any longer.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable

from fastapi import Request
from starlette.requests import ClientDisconnect

LARGEST = 1_000_000
"""Bytes of a body."""

SLOWEST = 10.0
"""Seconds that a body may take."""

REMEMBERED = 20_000
"""Events by which a repetition is known again."""


class Refusal(Exception):
    """The request is not taken; ``status`` is all that its sender hears."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))


def check_form(request: Request) -> None:
    """JSON as it is, not compressed, and not declared too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415)
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Refusal(415)
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise Refusal(400)
    if len(length) > len(str(LARGEST)) or int(length) > LARGEST:
        raise Refusal(413)


async def read_body(request: Request, seconds: float = SLOWEST) -> bytes:
    """The body as it came, given up as soon as it is too large or too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                if len(body) + len(part) > LARGEST:
                    raise Refusal(413)
                body += part
    except TimeoutError:
        raise Refusal(408) from None
    except ClientDisconnect:
        raise Refusal(400) from None
    return bytes(body)


class Recent:
    """Events that were taken lately, the oldest forgotten first."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def knows(self, names: Iterable[bytes]) -> bool:
        """Whether one of an event's names was heard before."""
        return any(name in self._known for name in names)

    def add(self, names: Iterable[bytes]) -> None:
        """Remember an event that was taken."""
        for name in names:
            self._known[name] = None
            self._known.move_to_end(name)
        while len(self._known) > self._most:
            self._known.popitem(last=False)


class Allowance:
    """So many records within any ``seconds``, whoever names them."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._taken: deque[tuple[float, int]] = deque()
        self._sum = 0

    def take(self, number: int) -> bool:
        """Use some of it; false, and nothing used, where so much is not left."""
        now = self._clock()
        while self._taken and now - self._taken[0][0] >= self._seconds:
            self._sum -= self._taken.popleft()[1]
        if self._sum + number > self._most:
            return False
        self._taken.append((now, number))
        self._sum += number
        return True
