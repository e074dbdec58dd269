"""What insight says: figures, trends, proposals, and the delivery status of a record. Pure values.

Nothing here is a count without meaning: a figure carries its unit, window, sample size and
definition, and what it was counted by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mappings.policy import ChangeClass
from sync.insight.changing.checks import Check
from sync.insight.facts import ChangeFact, IssueFact, ProblemFact
from sync.insight.improving.values import Improvement

WEEKS = 26
"""Weeks in a series, the last one ending now."""

WINDOWS = {"7d": 7, "30d": 30, "90d": 90}
"""Rolling windows of N x 24 hours, ending now."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure. ``value`` is absent where ``n``, the sample, is too small to say anything.

    ``window`` is a rolling one (``30d``) or a week (``2026-W12``, ISO); ``by`` is what it was
    counted by (``{"service": "Mail"}``), empty for all; ``quality`` says what is wrong with the
    data behind it, empty where nothing is.
    """

    name: str
    value: float | None
    unit: str
    window: str
    n: int
    definition: str
    by: Mapping[str, str] = field(default_factory=dict)
    quality: str = ""


class Subject(StrEnum):
    """What incidents are counted for."""

    PROBLEM = "problem"
    SERVICE = "service"
    ITEM = "item"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Counts:
    """Incidents in a window, and in the one of the same length before."""

    now: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class Trend:
    """How often incidents of one subject occur. ``windows`` are counts by :data:`WINDOWS`,
    ``weekly`` the series of :data:`WEEKS` weeks, oldest first.

    ``restore_hours`` is the median time to restore and ``reopen_rate`` a share of 0 to 1, both over
    90 days, absent where ``resolved``, their sample, is too small; ``share`` is the subject's part
    of all incidents of 90 days.
    ``rising`` is the window whose rise is unlikely to be noise, empty for none, ``p`` the
    probability of at least that rise by chance.
    """

    subject: Subject
    key: str
    name: str
    windows: Mapping[str, Counts]
    weekly: tuple[int, ...]
    restore_hours: float | None = None
    reopen_rate: float | None = None
    share: float = 0.0
    last_seen: datetime | None = None
    rising: str = ""
    p: float | None = None
    resolved: int = 0


class Fix(StrEnum):
    """Which kind of fix fits what recurs."""

    DEFECT = "defect"
    KNOWLEDGE = "knowledge"
    AUTOMATION = "automation"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Incidents that seem to be one thing. ``id`` stays the same while the cluster only grows;
    ``incidents`` are numbers, oldest first; ``evidence`` is one line a reason, for people.
    ``service`` and ``item`` are keys, with their names beside them.

    Of the incidents, those in ``hanging`` are on the problem already, and those in ``closed`` can
    only be listed: ServiceNow lets a closed incident keep the problem that it has, or none. The
    others are :attr:`joining`."""

    id: str
    title: str
    incidents: tuple[str, ...]
    evidence: tuple[str, ...]
    service: str = ""
    item: str = ""
    fix: Fix = Fix.DEFECT
    problem: str = ""
    """Number of the open problem that they belong to, where there is one already."""
    service_name: str = ""
    item_name: str = ""
    hanging: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    @property
    def joining(self) -> tuple[str, ...]:
        """Those that accepting puts on the problem."""
        there = {*self.hanging, *self.closed}
        return tuple(one for one in self.incidents if one not in there)

    @property
    def fate(self) -> tuple[str, ...]:
        """What becomes of the incidents if it is accepted, for people."""
        told = []
        if self.problem:
            told.append(f"{_several(self.hanging)} on {self.problem} already.")
        told.append(f"{_several(self.joining)} put on the problem when this is accepted.")
        if self.closed:
            told.append(
                f"{_several(self.closed)} closed and only listed here: "
                "ServiceNow keeps a closed incident as it is."
            )
        return tuple(told)


NAMED = 10
"""Numbers of incidents in a sentence."""


def _several(numbers: tuple[str, ...]) -> str:
    """``3 (INC1, INC2, INC3) are``."""
    if not numbers:
        return "None is"
    rest = len(numbers) - NAMED
    more = f" and {rest} more" if rest > 0 else ""
    is_ = "is" if len(numbers) == 1 else "are"
    return f"{len(numbers)} ({', '.join(numbers[:NAMED])}{more}) {is_}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the desk wants to know of a record's issue; texts are empty where there is nothing."""

    key: str
    url: str
    status: str
    assignee: str = ""
    sprint: str = ""
    version: str = ""
    due: str = ""
    blocked: bool = False
    note: str = ""
    """The last words of the team, first line."""
    done: int = 0
    stories: int = 0
    """Progress of an epic: its stories, and those that are done."""


class Class(StrEnum):
    """When it is wanted: now; in the next planning; one day, since nothing presses."""

    URGENT = "urgent"
    PLANNED = "planned"
    STRATEGIC = "strategic"


@dataclass(frozen=True, slots=True)
class Priority:
    """Class, score of 0 to 100, and a line a part on how it came about."""

    class_: Class
    score: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a change may go. ``demands`` are what its class demands and it still lacks; ``escalates``
    is the rule by which a person has to look, empty for none, ``who`` that person; ``why`` has a
    line a reason; ``rule`` is the one that gave the class, empty where none fits."""

    class_: ChangeClass
    demands: tuple[str, ...] = ()
    escalates: str = ""
    why: tuple[str, ...] = ()
    who: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A change and what the policy says of it, with the latest result of each check."""

    change: ChangeFact
    judgement: Judgement
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Unready:
    """A change whose window opens soon, without knowledge or runbook work."""

    change: ChangeFact
    why: str


@dataclass(frozen=True, slots=True)
class Unapproved:
    """An issue that is done while its change is not approved."""

    issue: IssueFact
    change: ChangeFact


@dataclass(frozen=True, slots=True)
class Standard:
    """A change in New that may go the standard path: by which rule, and from which template, empty
    where the policy names none. ``raised`` says that it came from one: it is of that type."""

    change: ChangeFact
    rule: str
    template: str = ""
    raised: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be known of changes: all that are open by number, what is wrong with some, and
    which may go the standard path. ``labelled`` are the labels that mean flags, as found on
    stories, by change; ``called`` are changes by what a pipeline may call them."""

    judged: tuple[Judged, ...] = ()
    unready: tuple[Unready, ...] = ()
    unapproved: tuple[Unapproved, ...] = ()
    standard: tuple[Standard, ...] = ()
    labelled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Insight:
    """All that one run found out, with when; ``troubles`` are what could not be read.
    ``priorities`` are of the open ``problems``, by key; ``progress`` tells how many stories of each
    epic are done, and how many there are, by the epic's id; ``versions`` at which version each
    issue was read, by its id."""

    at: datetime
    measures: tuple[Measure, ...] = ()
    trends: tuple[Trend, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    troubles: tuple[str, ...] = ()
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    changes: Changes = Changes()
    problems: tuple[ProblemFact, ...] = ()
    progress: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    improvements: tuple[Improvement, ...] = ()
