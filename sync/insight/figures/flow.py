"""Flow of delivery: lead time, cycle time, throughput and age, from the steps of issues. Pure.

Only categories of statuses count, so that workflows can be compared: *in progress* is Jira's
``indeterminate``, *done* is ``done``. An issue's course is its creation, the first time it came
into progress, and the time it became done and stayed so: one that was opened again counts once, at
its last time, and not at all while it is open. Going on from one done status to the next
(Resolved, Closed) is no second time. Days are of 24 hours, weekends included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sync.insight.facts import IssueFact
from sync.insight.figures.readings import (
    DAY,
    RANKED,
    Figure,
    Reading,
    amount,
    lack,
    percentile,
    span,
)
from sync.insight.figures.windows import Calendar, Groups, Slot, Window, apart

PROGRESS, DONE = "indeterminate", "done"
PERCENTS = (50, 85, 95)

THROUGHPUT = Figure(
    "throughput", "issues", "issues", "Issues that became done in the window and are done now."
)
LEAD = {
    percent: Figure(
        f"lead_time_p{percent}",
        "days",
        "issues",
        f"Percentile {percent} ({RANKED}) of the time from creation to done, of the issues that "
        "became done in the window; one that was opened again counts once, at its last time.",
    )
    for percent in PERCENTS
}
CYCLE = {
    percent: Figure(
        f"cycle_time_p{percent}",
        "days",
        "issues",
        f"Percentile {percent} ({RANKED}) of the time from the first status of category in "
        "progress to done, of the issues that became done in the window; waiting in between is "
        "part of it.",
    )
    for percent in PERCENTS
}
AGE = {
    percent: Figure(
        f"work_item_age_p{percent}",
        "days",
        "issues",
        f"Percentile {percent} ({RANKED}) of the time since the first status of category in "
        "progress, of the issues that are in progress at the end of the window.",
    )
    for percent in PERCENTS
}
FIGURES = (*LEAD.values(), *CYCLE.values(), THROUGHPUT, *AGE.values())


@dataclass(frozen=True, slots=True)
class Course:
    """How an issue went. ``read`` is false where its steps are unknown; then it is done when it was
    resolved."""

    created: datetime
    began: datetime | None = None
    done: datetime | None = None
    read: bool = True


def course(fact: IssueFact) -> Course:
    """The course of an issue up to now."""
    if not fact.steps:
        return Course(fact.created, done=fact.resolved, read=False)
    began = next((step.at for step in fact.steps if step.category == PROGRESS), None)
    done = None
    for step in reversed(fact.steps):
        if step.category != DONE:
            break
        done = step.at
    return Course(fact.created, began, done)


def flow(facts: Collection[IssueFact], calendar: Calendar) -> Iterator[Reading]:
    """All figures of this module, for every slot."""
    tallies: dict[Slot, _Tally] = defaultdict(_Tally)
    for window in calendar.windows:
        tallies[Slot(window.name)] = _Tally()
    for fact in facts:
        way = course(fact)
        groups: Groups = (("team", fact.team), ("issue_type", fact.kind))
        for slot in calendar.slots(way.done, groups):
            tallies[slot].finish(way)
        if way.began and not (way.done and way.done < calendar.begins[0]):
            for slot, age in _ages(fact, way.began, calendar, groups):
                tallies[slot].ages.append(age)
    for slot, tally in tallies.items():
        yield from tally.read(slot)


def _ages(
    fact: IssueFact, began: datetime, calendar: Calendar, groups: Groups
) -> Iterator[tuple[Slot, float]]:
    """How old it was, in days, at the end of each window at which it was in progress."""
    if _in_progress(fact, calendar.rolling[0]):
        age = span(began, calendar.now, DAY)
        for window in calendar.rolling:
            yield from ((slot, age) for slot in apart(window.name, groups))
    for window in calendar.weeks:
        if _in_progress(fact, window):
            yield Slot(window.name), span(began, window.end, DAY)


def _in_progress(fact: IssueFact, window: Window) -> bool:
    """Whether it was in progress when the window ended."""
    for step in reversed(fact.steps):
        if window.reached(step.at):
            return step.category == PROGRESS
    return False


@dataclass(slots=True)
class _Tally:
    lead: list[float] = field(default_factory=list)
    cycle: list[float] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    done: int = 0
    never: int = 0
    unread: int = 0
    backward: int = 0

    def finish(self, way: Course) -> None:
        """One more became done."""
        if way.done is None:
            return
        self.done += 1
        self.unread += not way.read
        if way.done < way.created:
            self.backward += 1
            return
        self.lead.append(span(way.created, way.done, DAY))
        if way.began:
            self.cycle.append(span(way.began, way.done, DAY))
        elif way.read:
            self.never += 1

    def read(self, slot: Slot) -> Iterator[Reading]:
        """What it comes to."""
        unread = lack(
            self.unread, self.done, "done issues show no history: their resolution counts"
        )
        backward = lack(self.backward, self.done, "done issues were done before they were created")
        never = lack(self.never, self.done, "done issues were never in progress")
        for values in (self.lead, self.cycle, self.ages):
            values.sort()
        yield amount(THROUGHPUT, slot, self.done, unread)
        for percent in PERCENTS:
            yield percentile(LEAD[percent], slot, self.lead, percent, unread, backward)
            missing = lack(self.unread, self.done, "done issues show no history")
            yield percentile(CYCLE[percent], slot, self.cycle, percent, never, missing, backward)
            yield percentile(AGE[percent], slot, self.ages, percent)
