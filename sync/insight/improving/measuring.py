"""The value of a success measure over a window that ended at some moment. Pure.

Before is the window that ended when the improvement was begun, after the one that began when it was
done. Both are computed from the facts as they are known when it is first asked for, which is not
before they were read to the window's end; a record that changed since counts as it is now. Nothing
is said of a window that the facts do not reach back to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sync.insight.facts import ChangeFact, IncidentFact, IssueFact, Kind, OutageFact
from sync.insight.figures import failures, flow, stability, uptime
from sync.insight.figures.readings import Reading
from sync.insight.figures.scorecard import AllFacts
from sync.insight.figures.windows import Calendar, Slot, rolling
from sync.insight.improving.values import Taken, Wanted
from sync.insight.model import WINDOWS

AnyFact = IncidentFact | ChangeFact | OutageFact | IssueFact


def length(window: str) -> timedelta:
    """How long a window is."""
    return timedelta(days=WINDOWS[window])


def taken(wanted: Wanted, facts: AllFacts, window: str, end: datetime, reach: datetime) -> Taken:
    """The value over the window that ended then; ``reach`` is how far back the facts go."""
    begin = end - length(window)
    if begin < reach:
        why = f"nothing is known of the time before {reach:%Y-%m-%d}"
        return Taken(None, 0, begin, end, why)
    calendar = replace(Calendar.of(end), rolling=(rolling(window, end),))
    mine = _about(facts, wanted.subject)
    for one in _readings(wanted, mine, facts, calendar):
        if one.figure == wanted.figure and one.slot == Slot(window):
            return Taken(one.value, one.n, begin, end, one.quality)
    return Taken(None, 0, begin, end, "no such figure was found")


def kind(wanted: Wanted) -> Kind:
    """The facts that a measure counts."""
    if wanted.figure in flow.FIGURES:
        return Kind.ISSUE
    if wanted.figure in stability.FIGURES:
        return Kind.INCIDENT
    return Kind.CHANGE if wanted.figure in failures.FIGURES else Kind.OUTAGE


def names(facts: AllFacts) -> frozenset[str]:
    """What services, teams, items and issue types of the facts are called, case folded."""
    every = (facts.incidents, facts.changes, facts.outages, facts.issues)
    return frozenset(name.casefold() for some in every for fact in some for name in called(fact))


def called(fact: AnyFact) -> set[str]:
    """The names that a fact goes by."""
    if isinstance(fact, IssueFact):
        found = {fact.team, fact.kind}
    elif isinstance(fact, OutageFact):
        found = {fact.item_name}
    else:
        found = {fact.service_name, fact.item_name, fact.group_name}
    return found - {""}


def _about(facts: AllFacts, subject: str) -> AllFacts:
    if not subject:
        return facts
    name = subject.casefold()

    def is_mine(fact: AnyFact) -> bool:
        return any(one.casefold() == name for one in called(fact))

    return AllFacts(
        [one for one in facts.incidents if is_mine(one)],
        [one for one in facts.changes if is_mine(one)],
        [one for one in facts.outages if is_mine(one)],
        [one for one in facts.issues if is_mine(one)],
    )


def _readings(
    wanted: Wanted, mine: AllFacts, facts: AllFacts, calendar: Calendar
) -> Iterator[Reading]:
    """All readings of the kind of figure; what an incident tells of a change counts whatever it is
    about itself."""
    if wanted.figure in flow.FIGURES:
        return flow.flow(mine.issues, calendar)
    if wanted.figure in stability.FIGURES:
        return stability.stability(mine.incidents, calendar)
    if wanted.figure in failures.FIGURES:
        return failures.failures(mine.changes, facts.incidents, calendar)
    return uptime.uptime(mine.outages, set(), calendar)


Taker = Callable[[Wanted, datetime], Taken]
"""Takes the value of a measure over the window that ended then."""
