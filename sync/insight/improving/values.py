"""What is known of an improvement: what it wants, what it lacks, what was measured. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from mappings.improvement import Need
from mappings.sides import Side

if TYPE_CHECKING:  # figures know windows, windows the model, and the model what stands here
    from sync.insight.figures.readings import Figure


class Standing(StrEnum):
    """How far it is, by the categories of its statuses; dropped: ended without being done."""

    OPEN = "open"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


class Way(StrEnum):
    """How a goal is meant. A change is a part of the value before, a difference is in its unit."""

    BELOW = "below"
    AT_MOST = "at most"
    ABOVE = "above"
    AT_LEAST = "at least"
    CHANGE = "by percent"
    DIFFERENCE = "by"
    TO = "to"


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a figure has to come to. Numbers are in the figure's unit, ``said`` is as people wrote
    it, ``start`` from where, if they say so."""

    way: Way
    number: float
    said: str
    start: float | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A success measure that can be computed: a figure of the scorecard, of one service, team,
    item or issue type or of all, and its goal."""

    figure: Figure
    goal: Goal
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Lack:
    """What an improvement lacks, as a reason that people read."""

    need: Need
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A measured value, with its window and sample; without a value ``quality`` says why."""

    value: float | None
    n: int
    begin: datetime
    end: datetime
    quality: str = ""


class Verdict(StrEnum):
    """Whether the goal was reached."""

    REACHED = "reached"
    MISSED = "missed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Improvement:
    """One improvement. ``measure`` is as people wrote it, ``wanted`` what of it can be computed;
    without it people measure. ``waits`` are days until the window after it is over. ``number`` is
    its record in ServiceNow, if it has one; ``origin`` the side it was made on."""

    key: str
    label: str
    project: str
    summary: str
    measure: str = ""
    wanted: Wanted | None = None
    lacks: tuple[Lack, ...] = ()
    owner: str = ""
    due: str = ""
    standing: Standing = Standing.OPEN
    began: datetime | None = None
    done: datetime | None = None
    before: Taken | None = None
    after: Taken | None = None
    waits: int = 0
    number: str = ""
    origin: Side = Side.JIRA
    labels: tuple[str, ...] = ()

    @property
    def by_people(self) -> bool:
        """Whether its measure is sound and none of ours."""
        vague = any(one.need == "measure" for one in self.lacks)
        return bool(self.measure) and self.wanted is None and not vague

    @property
    def is_vague(self) -> bool:
        """Whether it is to be sent back: it lacks something, and is not over."""
        return bool(self.lacks) and self.standing in (Standing.OPEN, Standing.RUNNING)

    @property
    def verdict(self) -> Verdict:
        """What came of it, as far as it was measured."""
        if self.wanted is None or self.after is None or self.after.value is None:
            return Verdict.UNKNOWN
        before = self.before.value if self.before else None
        reached = _is_reached(self.wanted.goal, before, self.after.value)
        if reached is None:
            return Verdict.UNKNOWN
        return Verdict.REACHED if reached else Verdict.MISSED


_EVEN = 1e-9
"""What numbers may differ by and still be the same."""


def _is_reached(goal: Goal, before: float | None, after: float) -> bool | None:
    match goal.way:
        case Way.BELOW:
            return after < goal.number
        case Way.AT_MOST:
            return after <= goal.number + _EVEN
        case Way.ABOVE:
            return after > goal.number
        case Way.AT_LEAST:
            return after >= goal.number - _EVEN
        case Way.TO:
            start = goal.start if goal.start is not None else before
            return None if start is None else _came(start, goal.number, after)
        case Way.CHANGE | Way.DIFFERENCE:
            if before is None:
                return None
            step = before * goal.number if goal.way is Way.CHANGE else goal.number
            down = goal.number < 0
            return after <= before + step + _EVEN if down else after >= before + step - _EVEN


def _came(start: float, end: float, after: float) -> bool:
    """Whether a value came to the end or went on beyond it."""
    return after <= end + _EVEN if end <= start else after >= end - _EVEN
