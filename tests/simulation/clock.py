"""Time that a hand moves, stopping wherever a late request lands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from connector.sandbox.clock import ManualClock


class Landing(Protocol):
    """Weather in which requests are under way."""

    def next_due(self) -> datetime | None:
        """When the first of them is done."""

    def settle(self) -> None:
        """Do those whose time has come."""


class Clock(ManualClock):
    """Moved by hand; what was under way is done when its time comes."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.weathers: list[Landing] = []
        self.before: Callable[[], object] = lambda: None
        self.landed: Callable[[], object] = lambda: None

    def advance(self, seconds: float) -> None:
        """Move forward, stopping at every late write."""
        end = replace_seconds(self._now, seconds)
        self.before()
        while True:
            due = [at for one in self.weathers if (at := one.next_due()) and at <= end]
            if not due:
                break
            self._now = max(self._now, min(due))
            for weather in self.weathers:
                weather.settle()
            self.landed()
        self._now = end


def replace_seconds(now: datetime, seconds: float) -> datetime:
    """A moment so many seconds later."""
    return datetime.fromtimestamp(now.timestamp() + seconds, UTC)
