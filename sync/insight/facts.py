"""Facts: what figures are made from, as the store keeps it between two runs. Pure.

A fact is one record of a side, cut to what some figure needs, with names beside the keys of what it
refers to (a key is stable, a name is what people read). Texts are empty and times absent where the
side shows none. All times are UTC, as the side's own clock stamped them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from sys import intern
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


class Kind(StrEnum):
    """The kinds of facts, as the store names them."""

    INCIDENT = "incident"
    PROBLEM = "problem"
    CHANGE = "change"
    OUTAGE = "outage"
    APPROVAL = "approval"
    ISSUE = "issue"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """One incident. ``reopened`` and ``moved`` count (``reopen_count``, ``reassignment_count``),
    ``opened_again`` is when it was last reopened; one that is open again is not ``resolved``.
    ``problem`` and ``change`` (``caused_by``) are keys; ``solved`` is how the close notes begin."""

    key: str
    number: str
    opened: datetime
    resolved: datetime | None = None
    closed: datetime | None = None
    active: bool = True
    reopened: int = 0
    moved: int = 0
    priority: str = ""
    category: str = ""
    service: str = ""
    service_name: str = ""
    item: str = ""
    item_name: str = ""
    group: str = ""
    group_name: str = ""
    problem: str = ""
    change: str = ""
    contact: str = ""
    code: str = ""
    summary: str = ""
    opened_again: datetime | None = None
    solved: str = ""


@dataclass(frozen=True, slots=True)
class ProblemFact:
    """One problem."""

    key: str
    number: str
    opened: datetime
    closed: datetime | None = None
    active: bool = True
    priority: str = ""
    service: str = ""
    service_name: str = ""
    item: str = ""
    item_name: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ChangeFact:
    """One change request. ``began`` and ``ended`` are the real work, ``planned`` and
    ``planned_end`` its window; ``code`` is the close code; ``asked`` and ``approved`` are when
    approval was asked for and given, ``approval`` what the change itself says of it.

    ``impact`` (notes or a justification), ``backout`` and ``test`` tell whether such a text is
    there; nothing, where the side does not show it. ``checks`` are the names of automated checks
    that passed. ``template`` is the version of the standard change template it was raised from."""

    key: str
    number: str
    opened: datetime
    type: str = ""
    risk: str = ""
    planned: datetime | None = None
    planned_end: datetime | None = None
    began: datetime | None = None
    ended: datetime | None = None
    closed: datetime | None = None
    asked: datetime | None = None
    approved: datetime | None = None
    active: bool = True
    code: str = ""
    service: str = ""
    service_name: str = ""
    item: str = ""
    item_name: str = ""
    group_name: str = ""
    summary: str = ""
    approval: str = ""
    impact: bool | None = None
    backout: bool | None = None
    test: bool | None = None
    checks: tuple[str, ...] = ()
    state: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class OutageFact:
    """One time in which an item was down; without an end it still is."""

    key: str
    number: str
    begin: datetime
    end: datetime | None = None
    item: str = ""
    item_name: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalFact:
    """One approver's part in a change: when he was asked, what he decided, and when."""

    key: str
    change: str
    asked: datetime
    decided: datetime | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """One answer of a survey: of which questionnaire, on which topic (a category of its questions),
    about which task. ``score`` is its part of the topic's score, which is at most ``scale``;
    ``actual`` is negative where it is a text, which has no score."""

    key: str
    at: datetime
    questionnaire: str = ""
    topic: str = ""
    score: float | None = None
    scale: float | None = None
    actual: float | None = None
    task: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """An issue enters a status; ``category`` is ``new``, ``indeterminate`` or ``done``."""

    at: datetime
    status: str
    category: str


@dataclass(frozen=True, slots=True)
class IssueFact:
    """One Jira issue. ``steps`` are the statuses it was in, oldest first, from its creation
    on; it is ``resolved`` since it became done and stayed so. ``version`` is the one at which it
    was read."""

    key: str
    label: str
    kind: str
    created: datetime
    steps: tuple[Step, ...] = ()
    resolved: datetime | None = None
    project: str = ""
    team: str = ""
    parent: str = ""
    summary: str = ""
    labels: tuple[str, ...] = ()
    version: str = ""


Fact = IncidentFact | ProblemFact | ChangeFact | OutageFact | ApprovalFact | IssueFact | AnswerFact
TYPES: Mapping[Kind, type[Any]] = {
    Kind.INCIDENT: IncidentFact,
    Kind.PROBLEM: ProblemFact,
    Kind.CHANGE: ChangeFact,
    Kind.OUTAGE: OutageFact,
    Kind.APPROVAL: ApprovalFact,
    Kind.ISSUE: IssueFact,
    Kind.ANSWER: AnswerFact,
}


_OWN = frozenset({"key", "number", "label", "summary", "version"})
"""Texts that no two facts share."""

_WORDS = frozenset({"labels", "checks"})
"""Fields that hold several words."""


def packed(fact: Fact) -> dict[str, Any]:
    """A fact as plain data for the store; what is empty is left out."""
    found: dict[str, Any] = {}
    for one in fields(fact):
        value = getattr(fact, one.name)
        if value == one.default:
            continue
        if isinstance(value, datetime):
            value = _seconds(value)
        elif one.name in _WORDS:
            value = list(value)
        elif one.name == "steps":
            value = [[_seconds(step.at), step.status, step.category] for step in value]
        found[one.name] = value
    return found


def unpacked(kind: Kind, data: Mapping[str, Any]) -> Fact:
    """The fact of :func:`packed`; what another version of the program told besides is passed over.
    Keys and words that many facts share are held once."""
    given = {}
    for name, value in data.items():
        if name not in _NAMES[kind]:
            continue
        if name in _TIMES[kind]:
            value = _moment(value)
        elif name == "steps":
            value = tuple(Step(_moment(at), intern(s), intern(c)) for at, s, c in value)
        elif name in _WORDS:
            value = tuple(map(intern, value))
        elif isinstance(value, str) and name not in _OWN:
            value = intern(value)
        given[name] = value
    fact: Fact = TYPES[kind](**given)
    return fact


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


_NAMES: Mapping[Kind, frozenset[str]] = {
    kind: frozenset(one.name for one in fields(type_)) for kind, type_ in TYPES.items()
}
_TIMES: Mapping[Kind, frozenset[str]] = {
    kind: frozenset(
        name for name, hint in get_type_hints(type_).items() if "datetime" in str(hint)
        and name != "steps"
    )
    for kind, type_ in TYPES.items()
}  # fmt: skip
