"""Windows of time: rolling ones that end now, and ISO weeks; and what is counted in which. Pure.

A window holds its first moment and not its last one, so that neighbours share nothing. One that is
still running ends now, and what is stamped with this very second belongs to it. All times are UTC:
a week begins on Monday at 00:00 UTC.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sync.insight.model import WINDOWS

WEEK = timedelta(days=7)
ROLLING = ("30d", "90d")
"""The rolling windows of the scorecard."""

WEEKLY = 12
"""Its ISO weeks, of which the last one is still running."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time with a name, ``30d`` or ``2026-W12``; ``running`` where it ends now."""

    name: str
    begin: datetime
    end: datetime
    running: bool = False

    def reached(self, at: datetime) -> bool:
        """Whether this was so, or happened, before the window was over."""
        return at < self.end or (self.running and at == self.end)

    def holds(self, at: datetime) -> bool:
        """Whether this happened in it."""
        return self.begin <= at and self.reached(at)


class Slot(NamedTuple):
    """What a figure is counted for: a window, and a service, team or the like; without a key,
    all together."""

    window: str
    kind: str = ""
    key: str = ""


Groups = tuple[tuple[str, str], ...]
"""What a fact belongs to, as kinds and keys; a key may be empty."""


def rolling(name: str, now: datetime) -> Window:
    """The last N x 24 hours."""
    return Window(name, now - timedelta(days=WINDOWS[name]), now, running=True)


def weeks(count: int, now: datetime) -> tuple[Window, ...]:
    """The last ISO weeks, oldest first, up to the one of now."""
    today = now.astimezone(UTC)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=today.weekday())
    begins = [monday - WEEK * back for back in range(count - 1, -1, -1)]
    past = [Window(iso_week(begin), begin, begin + WEEK) for begin in begins[:-1]]
    return (*past, Window(iso_week(monday), monday, now, running=True))


def iso_week(at: datetime) -> str:
    """``2026-W12``; the year is the week's own, which differs from the day's around New Year."""
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02d}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The windows of one run."""

    now: datetime
    rolling: tuple[Window, ...]
    weeks: tuple[Window, ...]
    begins: tuple[datetime, ...]
    oldest: datetime

    @classmethod
    def of(cls, now: datetime) -> Calendar:
        """The scorecard's windows up to now."""
        spans, series = tuple(rolling(name, now) for name in ROLLING), weeks(WEEKLY, now)
        begins = tuple(one.begin for one in series)
        return cls(now, spans, series, begins, min(one.begin for one in (*spans, *series)))

    @property
    def windows(self) -> tuple[Window, ...]:
        """All of them, in the order of reading."""
        return (*self.rolling, *self.weeks)

    def week(self, at: datetime) -> Window | None:
        """The week that holds this."""
        place = bisect_right(self.begins, at) - 1
        found = self.weeks[place] if place >= 0 else None
        return found if found and found.reached(at) else None

    def slots(self, at: datetime | None, groups: Groups) -> Iterator[Slot]:
        """All that something counts for which happened then: in a rolling window for all and for
        what it belongs to, in a week for all."""
        if at is None or at < self.oldest or at > self.now:
            return
        for window in self.rolling:
            if window.holds(at):
                yield from apart(window.name, groups)
        if week := self.week(at):
            yield Slot(week.name)


def apart(window: str, groups: Groups) -> Iterator[Slot]:
    """The slots of a window: all together, and what a fact belongs to."""
    yield Slot(window)
    for kind, key in groups:
        if key:
            yield Slot(window, kind, key)
