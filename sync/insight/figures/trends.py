"""Incident trends: how often, for each problem, service, item and category. Pure.

A window of N days holds the incidents opened in the last N x 24 hours, whatever their state, the
window before those of the N x 24 hours before; who stands exactly on the edge belongs to the later
one. The weekly series are rolling weeks ending now, cut the same way, so that its last bar is the
present 7 days. An incident that claims to be opened after now is not counted.

Time to restore (median of opened to resolved, as the scorecard has it) and reopen rate (reopened at
least once) are of the incidents resolved in the last 90 days, and say nothing where these are few.
When a rise is called one stands in ``rising.py``.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sync.insight.facts import IncidentFact, ProblemFact
from sync.insight.figures.readings import LEAST, LEAST_SHARE
from sync.insight.figures.rising import rises
from sync.insight.model import WEEKS, WINDOWS, Counts, Subject, Trend

Counted = Mapping[Subject, Mapping[str, Mapping[str, Counts]]]
"""Counts that the side itself made: kind, key and window to counts. The empty key is what has no
such subject at all; it makes no trend, but belongs to the whole."""

Names = Mapping[Subject, Mapping[str, str]]

LONGEST = "90d"
_WEEK = timedelta(days=7).total_seconds()
_EDGES = tuple(timedelta(days=days).total_seconds() for days in WINDOWS.values())


class _Tally:
    """What is counted for one subject: weeks, oldest last, then now and before of each window."""

    __slots__ = ("called", "counts", "hours", "last", "reopened", "resolved")

    def __init__(self) -> None:
        self.counts = array("l", bytes(array("l").itemsize * (WEEKS + 2 * len(WINDOWS))))
        self.hours = array("d")
        self.resolved = self.reopened = 0
        self.last: datetime | None = None
        self.called: tuple[datetime, str] | None = None

    def seen(self, opened: datetime, name: str) -> None:
        """An incident of that time; the youngest one with a name knows it best."""
        if self.last is None or opened > self.last:
            self.last = opened
        if name and (self.called is None or (opened, name) > self.called):
            self.called = (opened, name)

    def end(self, one: IncidentFact) -> None:
        """An incident that was resolved lately; stamps in the wrong order tell no time."""
        self.resolved += 1
        self.reopened += one.reopened > 0
        if one.resolved and one.resolved >= one.opened:
            self.hours.append((one.resolved - one.opened).total_seconds() / 3600)

    @property
    def name(self) -> str:
        return self.called[1] if self.called else ""

    @property
    def restore_hours(self) -> float | None:
        return median(self.hours) if len(self.hours) >= LEAST[50] else None

    @property
    def reopen_rate(self) -> float | None:
        return self.reopened / self.resolved if self.resolved >= LEAST_SHARE else None

    def windows(self) -> dict[str, Counts]:
        at = range(WEEKS, WEEKS + 2 * len(WINDOWS), 2)
        return {
            name: Counts(self.counts[place], self.counts[place + 1])
            for name, place in zip(WINDOWS, at, strict=True)
        }


_Tallies = dict[Subject, dict[str, _Tally]]


def trends(
    incidents: Iterable[IncidentFact], names: Names, counted: Counted | None, now: datetime
) -> tuple[Trend, ...]:
    """The trends of all that has incidents, a name or a count of the side's own, by kind and key.

    ``names`` wins over what incidents call their service or item, and gives those a trend (of
    zeros) that no incident hangs on any more. Where the side
    counted a window itself, that count wins over the rows, and who is not among its groups has
    none. Nothing is said to rise over a window before which there are no incidents.
    """
    tallies: _Tallies = {subject: {} for subject in Subject}
    total, oldest = _count(incidents, tallies, now)
    reached = [
        name
        for name, days in WINDOWS.items()
        if oldest is None or now - oldest >= timedelta(days=2 * days)
    ]
    found: list[Trend] = []
    for subject in Subject:
        given = (counted or {}).get(subject, {})
        called = names.get(subject, {})
        found += _of_kind(tallies[subject], called, given, _Whole(subject, total, reached))
    return tuple(found)


def problem_names(problems: Iterable[ProblemFact]) -> dict[str, str]:
    """How people call problems: number and summary, by key."""
    return {one.key: f"{one.number} {one.summary}".strip() for one in problems}


def _count(
    incidents: Iterable[IncidentFact], tallies: _Tallies, now: datetime
) -> tuple[int, datetime | None]:
    """Tally all incidents; how many were opened in the longest window, and when the first was."""
    total, oldest = 0, None
    for one in incidents:
        oldest = one.opened if oldest is None else min(oldest, one.opened)
        age = (now - one.opened).total_seconds()
        if age < 0:
            continue
        total += age <= _EDGES[-1]
        places = _places(age)
        resolved = one.resolved is not None and _is_recent(one.resolved, now)
        for subject, key, name in _subjects(one):
            tally = tallies[subject].get(key)
            if tally is None:
                tally = tallies[subject][key] = _Tally()
            tally.seen(one.opened, name)
            for place in places:
                tally.counts[place] += 1
            if resolved:
                tally.end(one)
    return total, oldest


def _subjects(one: IncidentFact) -> Iterator[tuple[Subject, str, str]]:
    if one.problem:
        yield Subject.PROBLEM, one.problem, ""
    if one.service:
        yield Subject.SERVICE, one.service, one.service_name
    if one.item:
        yield Subject.ITEM, one.item, one.item_name
    if one.category:
        yield Subject.CATEGORY, one.category, one.category


def _places(age: float) -> list[int]:
    """Where an incident of that age, in seconds, counts in a tally."""
    found = []
    week = max(0, -int(-age // _WEEK) - 1)  # rounded up: the edge belongs to the later week
    if week < WEEKS:
        found.append(week)
    for number, edge in enumerate(_EDGES):
        if age <= 2 * edge:
            found.append(WEEKS + 2 * number + (age > edge))
    return found


def _is_recent(at: datetime, now: datetime) -> bool:
    return 0 <= (now - at).total_seconds() <= _EDGES[-1]


@dataclass(frozen=True, slots=True)
class _Whole:
    """What all subjects of a kind share: their kind, the incidents of the longest window, and the
    windows that records reach back to twice."""

    subject: Subject
    total: int
    reached: Collection[str]


def _of_kind(
    tallies: Mapping[str, _Tally],
    names: Mapping[str, str],
    given: Mapping[str, Mapping[str, Counts]],
    all_: _Whole,
) -> Iterator[Trend]:
    empty = _Tally()
    keys = sorted({*tallies, *names, *given} - {""})
    absent = dict.fromkeys(WINDOWS, Counts()) if given else {}
    counts = {key: {**tallies.get(key, empty).windows(), **given.get(key, absent)} for key in keys}
    rising = rises(counts, all_.reached)
    nowhere = given.get("", {}).get(LONGEST, Counts()).now
    whole = max(all_.total, nowhere + sum(one[LONGEST].now for one in counts.values()))
    for key in keys:
        tally = tallies.get(key, empty)
        window, chance = rising.get(key, ("", None))
        yield Trend(
            subject=all_.subject,
            key=key,
            name=names.get(key) or tally.name or key,
            windows=counts[key],
            weekly=tuple(reversed(tally.counts[:WEEKS])),
            restore_hours=tally.restore_hours,
            reopen_rate=tally.reopen_rate,
            share=counts[key][LONGEST].now / whole if whole else 0.0,
            last_seen=tally.last,
            rising=window,
            p=chance,
            resolved=tally.resolved,
        )
