"""Stability of what runs: how many incidents, how long to restore, how often for good. Pure.

An incident is counted where it was opened in the volume, and where it was resolved in all else:
what is still open has no time to restore yet. One that was opened again carries the stamp of its
last resolution; while it is open again it counts nowhere but in the volume.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sync.insight.facts import IncidentFact
from sync.insight.figures.readings import (
    HOUR,
    RANKED,
    Figure,
    Reading,
    amount,
    lack,
    middle,
    percentile,
    share,
    span,
)
from sync.insight.figures.windows import Calendar, Groups, Slot

RESOLVED = "resolved incidents"
VOLUME = Figure(
    "incident_volume",
    "incidents",
    "incidents",
    "Incidents opened in the window, whatever became of them.",
)
RESTORE = Figure(
    "time_to_restore_median",
    "hours",
    RESOLVED,
    "Median time from opened to resolved, of the incidents resolved in the window.",
)
RESTORE_MOST = Figure(
    "time_to_restore_p85",
    "hours",
    RESOLVED,
    f"Percentile 85 ({RANKED}) of the time from opened to resolved, of the incidents resolved in "
    "the window.",
)
REOPENED = Figure(
    "reopen_rate",
    "share",
    RESOLVED,
    "Share of the incidents resolved in the window that had been opened again at least once "
    "before; one that is open again counts when it is resolved again.",
)
FIRST = Figure(
    "first_contact_resolution",
    "share",
    RESOLVED,
    "Share of the incidents resolved in the window that were never handed on (no reassignment) "
    "and never opened again.",
)
FIGURES = (VOLUME, RESTORE, RESTORE_MOST, REOPENED, FIRST)


def stability(facts: Collection[IncidentFact], calendar: Calendar) -> Iterator[Reading]:
    """All figures of this module, for every slot."""
    tallies: dict[Slot, _Tally] = defaultdict(_Tally)
    for window in calendar.windows:
        tallies[Slot(window.name)] = _Tally()
    for fact in facts:
        groups = belongs(fact)
        for slot in calendar.slots(fact.opened, groups):
            tallies[slot].opened += 1
        hours = span(fact.opened, fact.resolved, HOUR) if fact.resolved else None
        for slot in calendar.slots(_ended(fact), groups):
            tallies[slot].end(fact, hours)
    for slot, tally in tallies.items():
        yield from tally.read(slot)


def belongs(fact: IncidentFact) -> Groups:
    """The service that is affected and the team that works on it."""
    return (("service", fact.service), ("team", fact.group_name or fact.group))


def _ended(fact: IncidentFact) -> datetime | None:
    """When it was over, as far as stamps tell."""
    return fact.resolved or fact.closed or (None if fact.active else fact.opened)


@dataclass(slots=True)
class _Tally:
    opened: int = 0
    hours: list[float] = field(default_factory=list)
    unstamped: int = 0
    backward: int = 0
    reopened: int = 0
    direct: int = 0

    def end(self, fact: IncidentFact, hours: float | None) -> None:
        """One more was over."""
        if hours is None:
            self.unstamped += 1
            return
        if hours < 0:
            self.backward += 1
        else:
            self.hours.append(hours)
        self.reopened += fact.reopened > 0
        self.direct += not (fact.reopened or fact.moved)

    def read(self, slot: Slot) -> Iterator[Reading]:
        """What it comes to."""
        resolved = len(self.hours) + self.backward
        unstamped = lack(
            self.unstamped,
            resolved + self.unstamped,
            "ended incidents have no time of resolution (cancelled, or closed past it)",
        )
        backward = lack(self.backward, resolved, "were resolved before they were opened")
        self.hours.sort()
        yield amount(VOLUME, slot, self.opened)
        yield middle(RESTORE, slot, self.hours, unstamped, backward)
        yield percentile(RESTORE_MOST, slot, self.hours, 85, unstamped, backward)
        yield share(REOPENED, slot, self.reopened, resolved, unstamped)
        yield share(FIRST, slot, self.direct, resolved, unstamped)
