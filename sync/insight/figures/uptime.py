"""Availability from outages: the part of a window in which something was up. Pure.

Times that overlap are merged, so that nothing is down twice at once. An outage without an end lasts
up to now. What was planned, and what only ran badly, is no outage; one that falls into planned time
does not count for as long (as ServiceNow's own availability has it). Something of which no outage
was ever recorded has no availability here: silence is no proof of 100 %.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean

from sync.insight.facts import OutageFact
from sync.insight.figures.readings import Figure, Reading, lack
from sync.insight.figures.windows import Calendar, Slot, Window

PLANNED, SLOW = "planned", "degradation"
"""Types of outages in which the thing was down on purpose, or up."""

AVAILABILITY = Figure(
    "availability",
    "share",
    "outages",
    "1 - time down / length of the window, of a service or item with recorded outages; overlapping "
    "outages count once, one without an end up to now, planned ones, what falls into them and "
    "degradations not at all. "
    "For all together: the mean over these services and items, each the same weight. n: outages "
    "that touch the window.",
)
FIGURES = (AVAILABILITY,)
Span = tuple[datetime, datetime]


def uptime(
    facts: Collection[OutageFact], services: Collection[str], calendar: Calendar
) -> Iterator[Reading]:
    """Availability of every service and item with outages, and of all of them together."""
    records: dict[str, _Record] = defaultdict(_Record)
    for fact in facts:
        if fact.item and fact.type.lower() != SLOW and fact.begin <= calendar.now:
            records[fact.item].note(fact, calendar.now)
    merges = {
        key: without(merged(sorted(record.times)), merged(sorted(record.planned)))
        for key, record in records.items()
        if record.times
    }
    for window in calendar.rolling:
        for key, times in merges.items():
            kind = "service" if key in services else "item"
            yield _reading(Slot(window.name, kind, key), {key: times}, records, window)
    for window in calendar.windows:
        yield _reading(Slot(window.name), merges, records, window)


def merged(times: list[Span]) -> list[Span]:
    """Sorted spans with those that overlap or touch made one."""
    found: list[Span] = []
    for begin, end in times:
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def without(times: list[Span], others: list[Span]) -> list[Span]:
    """What is left of merged spans outside of others, both in order."""
    found: list[Span] = []
    first = 0
    for begin, end in times:
        while first < len(others) and others[first][1] <= begin:
            first += 1
        for place in range(first, len(others)):
            if others[place][0] >= end:
                break
            if others[place][0] > begin:
                found.append((begin, others[place][0]))
            begin = max(begin, others[place][1])
        if begin < end:
            found.append((begin, end))
    return found


def up(times: list[Span], window: Window) -> float:
    """The part of a window in which nothing of this was down."""
    down = sum((_common(one, window) for one in times), timedelta())
    return 1 - down / (window.end - window.begin)


def _common(one: Span, window: Window) -> timedelta:
    begin, end = max(one[0], window.begin), min(one[1], window.end)
    return max(end - begin, timedelta())


def _touches(one: Span, window: Window) -> bool:
    return one[1] >= window.begin and window.reached(one[0])


def _reading(
    slot: Slot, times: Mapping[str, list[Span]], records: Mapping[str, _Record], window: Window
) -> Reading:
    if not times:
        return Reading(AVAILABILITY, slot, None, 0, "no outages are recorded")
    if window.begin == window.end:
        return Reading(AVAILABILITY, slot, None, 0, "the week begins this very moment")
    concerned = [records[key] for key in times]
    n = sum(_touches(one, window) for record in concerned for one in record.times)
    noted = sum(record.noted for record in concerned)
    unended = sum(record.unended for record in concerned)
    remarks = (
        lack(unended, noted, "outages have no end and last up to now"),
        lack(
            sum(record.backward for record in concerned),
            noted,
            "outages end before they begin and do not count",
        ),
    )
    value = fmean(up(one, window) for one in times.values())
    return Reading(AVAILABILITY, slot, value, n, "; ".join(filter(None, remarks)))


@dataclass(slots=True)
class _Record:
    times: list[Span] = field(default_factory=list)
    planned: list[Span] = field(default_factory=list)
    noted: int = 0
    unended: int = 0
    backward: int = 0

    def note(self, fact: OutageFact, now: datetime) -> None:
        """One more outage of this."""
        if fact.type.lower() == PLANNED:
            self.planned.append((fact.begin, max(fact.end or now, fact.begin)))
            return
        self.noted += 1
        self.unended += fact.end is None
        end = fact.end or now
        if end < fact.begin:
            self.backward += 1
        else:
            self.times.append((fact.begin, end))
