"""Patience: the one policy by which both sides are asked again, and their clocks.

What raises :class:`~connector.errors.RetryLater` is tried again, whatever it was: a caller raises
it only where repeating is harmless (a read, or a write that was certainly refused before any work)
and reports a doubtful write in another way. Waits grow exponentially with full jitter; a
``Retry-After`` is obeyed exactly, in both its forms. A wait that does not fit into the time allowed
is not begun: the error goes up at once and says how long the side asks for.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from connector.errors import BrokenAnswer, RetryLater

T = TypeVar("T")

DEADLINE = 30.0
"""Seconds of waiting in all: a side that stays silent longer is reported as unreachable."""

ATTEMPTS = 8
FIRST_WAIT = 0.5
LONGEST_WAIT = 8.0


class Odd(RetryLater):
    """A page or a cut-off body instead of data: tried again, then reported as what it is."""

    def __init__(self, broken: BrokenAnswer) -> None:
        self.broken = broken
        super().__init__(broken.what, side=broken.side, where=broken.where)


class RetryPolicy:
    """Repeats work until it succeeds, fails for good, or the time allowed is over."""

    def __init__(
        self,
        *,
        deadline: float = DEADLINE,
        sleeper: Callable[[float], None] = time.sleep,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._deadline = deadline
        self._sleeper = sleeper
        self._dice = dice

    def call(self, work: Callable[[], T]) -> T:
        """The result of the work; raises its last error."""
        began = time.monotonic()
        try:
            return work()
        except RetryLater as error:
            first = error  # most work is done at once; only what failed pays for the machinery
        try:
            return self._again(work, first, began)
        except Odd as odd:
            raise odd.broken from odd

    def _again(self, work: Callable[[], T], first: RetryLater, began: float) -> T:
        """Try again after a first failure, which counts as the first attempt."""
        failures = [first]

        def attempt() -> T:
            if failures:
                raise failures.pop()
            return work()

        retrying = Retrying(
            retry=retry_if_exception_type(RetryLater),
            wait=self._wait,
            stop=partial(self._over, began),
            sleep=self._sleeper,
            reraise=True,
        )
        return retrying(attempt)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.after if isinstance(error, RetryLater) else None
        if asked is not None:
            return max(0.0, asked)
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0**state.attempt_number)
        return self._dice() * longest

    def _over(self, began: float, state: RetryCallState) -> bool:
        elapsed = max(state.idle_for, time.monotonic() - began)
        return state.attempt_number >= ATTEMPTS or elapsed + state.upcoming_sleep > self._deadline


def parse_retry_after(value: str | None, now: datetime | None) -> float | None:
    """Seconds to wait, from seconds or from an HTTP date; nothing where it says nothing sound.

    A date is measured against ``now``, the server's own clock where it is known.
    """
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        at = parse_date(value)
    if at is None:
        return None
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())


@lru_cache(maxsize=64)
def parse_date(value: str | None) -> datetime | None:
    """An HTTP date as aware UTC, or nothing; every answer of a second carries the same."""
    try:
        at = parsedate_to_datetime(value or "")
    except (TypeError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class ServerClock:
    """A side's clock as its answers show it; never behind what it showed before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: datetime | None = None

    def note(self, date: str | None) -> None:
        """Take in a ``Date`` header."""
        at = parse_date(date)
        if at is None:
            return
        with self._lock:
            if self._latest is None or at > self._latest:
                self._latest = at

    def now(self) -> datetime | None:
        """The latest time shown, ``None`` before the first answer."""
        with self._lock:
            return self._latest

    def wait(self, retry_after: str | None) -> float | None:
        """Seconds that a ``Retry-After`` header asks for."""
        return parse_retry_after(retry_after, self.now())
