"""Tables of ServiceNow as facts: which column tells which field of a fact. Pure.

What becomes of a column's text follows from the type of the field: a time, a number, yes or no, a
text. Yes or no that may be unknown asks whether one of several texts is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_type_hints

from connector.values import Record
from sync.insight.collecting.plans import COLUMNS as PLANS
from sync.insight.facts import TYPES, ApprovalFact, Fact, IncidentFact, Kind

Columns = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """How records of a table become facts.

    ``columns`` are what the fields of the fact are told by, number and key apart. The latest of the
    times in ``since`` ages a fact; what ``lasts`` (a condition) is kept whatever its age. ``also``
    narrows the table, ``last`` has the last word on a fact. That an ``optional`` one is not there
    is no trouble.
    """

    kind: Kind
    name: str
    columns: Columns
    since: tuple[str, ...]
    lasts: str = ""
    also: str = ""
    last: Callable[[Any], Fact] | None = None
    optional: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """All columns that are read; what every record brings along is none of them."""
        return tuple(dict.fromkeys(one for one in _flat(self.columns) if one not in _ENVELOPE))

    @property
    def needs(self) -> str:
        """The columns without which there is no fact."""
        hints = _HINTS[self.kind]
        return ", ".join(
            str(told) for field, told in self.columns.items() if hints[field] is datetime
        )

    def fact(self, record: Record) -> Fact | None:
        """What a record tells; nothing, where it lacks a time that the fact cannot do without."""
        given: dict[str, Any] = {"key": record.key}
        if "number" in _HINTS[self.kind]:
            given["number"] = record.label
        for field, told in self.columns.items():
            hint = _HINTS[self.kind][field]
            value = _READ[hint](record, (told,) if isinstance(told, str) else told)
            if value is None and hint is datetime:
                return None
            given[field] = value
        fact: Fact = TYPES[self.kind](**given)
        return self.last(fact) if self.last else fact

    def at(self, record: Record) -> datetime:
        """The latest of the times that age a record."""
        times = (_time(record, (name,)) for name in self.since)
        return max((at for at in times if at is not None), default=record.created)


def _flat(columns: Columns) -> Iterator[str]:
    for told in columns.values():
        yield from (told,) if isinstance(told, str) else told


def _text(record: Record, columns: tuple[str, ...]) -> str:
    return str(record.fields.get(columns[0]) or "")


def _time(record: Record, columns: tuple[str, ...]) -> datetime | None:
    """A stamp of ServiceNow: UTC, without a zone (servicenow-api 4)."""
    if columns[0] in _ENVELOPE:
        return _ENVELOPE[columns[0]](record)
    text = _text(record, columns)
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _number(record: Record, columns: tuple[str, ...]) -> int:
    text = _text(record, columns)
    return int(text) if text.isdigit() else 0


def _decimal(record: Record, columns: tuple[str, ...]) -> float | None:
    try:
        return float(_text(record, columns))
    except ValueError:
        return None


def _holds(record: Record, columns: tuple[str, ...]) -> bool:
    """Whether it is so; where nobody says that it is not, it is."""
    return _text(record, columns) != "false"


def is_there(record: Record, columns: tuple[str, ...]) -> bool | None:
    """Whether one of these texts is there; nothing, where one that might be is not shown to us."""
    if any(_text(record, (name,)).strip() for name in columns):
        return True
    return False if all(name in record.fields for name in columns) else None


_ENVELOPE: Mapping[str, Callable[[Record], datetime]] = {
    "sys_created_on": lambda record: record.created,
    "sys_updated_on": lambda record: record.updated,
}
"""Columns that every record has anyway."""

_READ: Mapping[Any, Callable[[Record, tuple[str, ...]], Any]] = {
    str: _text,
    int: _number,
    bool: _holds,
    bool | None: is_there,
    float | None: _decimal,
    datetime: _time,
    datetime | None: _time,
}
_HINTS: Mapping[Kind, Mapping[str, Any]] = {
    kind: get_type_hints(type_) for kind, type_ in TYPES.items()
}


SOLVED = 200
"""Letters of an incident's close notes that are kept: the first sentence says what was done."""


def _last(fact: IncidentFact) -> IncidentFact:
    """The stamp of a resolution stays on an incident that is opened again."""
    fact = replace(fact, solved=fact.solved[:SOLVED])
    if fact.active and fact.resolved and fact.opened_again and fact.opened_again >= fact.resolved:
        return replace(fact, resolved=None)
    return fact


def _decided(fact: ApprovalFact) -> ApprovalFact:
    """An approval carries the time of its last change, which decided it or did not."""
    return fact if fact.state in ("approved", "rejected") else replace(fact, decided=None)


_PLACE: Columns = {
    "service": "business_service",
    "service_name": "business_service.name",
    "item": "cmdb_ci",
    "item_name": "cmdb_ci.name",
}
_TASK: Columns = {
    "opened": "opened_at",
    "closed": "closed_at",
    "active": "active",
    "summary": "short_description",
    **_PLACE,
}
TABLES = (
    Table(
        Kind.INCIDENT,
        "incident",
        {
            **_TASK,
            "resolved": "resolved_at",
            "reopened": "reopen_count",
            "opened_again": "reopened_time",
            "moved": "reassignment_count",
            "priority": "priority",
            "category": "category",
            "group": "assignment_group",
            "group_name": "assignment_group.name",
            "problem": "problem_id",
            "change": "caused_by",
            "contact": "contact_type",
            "code": "close_code",
            "solved": "close_notes",
        },
        ("opened_at", "resolved_at"),
        lasts="active=true",
        last=_last,
    ),
    Table(
        Kind.PROBLEM,
        "problem",
        {**_TASK, "priority": "priority"},
        ("opened_at", "closed_at"),
        lasts="active=true",
    ),
    Table(
        Kind.CHANGE,
        "change_request",
        {
            **_TASK,
            "type": "type",
            "risk": "risk",
            "planned": "start_date",
            "planned_end": "end_date",
            "began": "work_start",
            "ended": "work_end",
            "code": "close_code",
            "group_name": "assignment_group.name",
            "approval": "approval",
            "state": "state",
            "template": "std_change_producer_version",
            **PLANS,
        },
        ("opened_at", "work_end", "closed_at"),
        lasts="active=true",
    ),
    Table(
        Kind.OUTAGE,
        "cmdb_ci_outage",
        {
            "begin": "begin",
            "end": "end",
            "type": "type",
            "item": "cmdb_ci",
            "item_name": "cmdb_ci.name",
        },
        ("begin", "end"),
        lasts="endISEMPTY",
    ),
    Table(
        Kind.APPROVAL,
        "sysapproval_approver",
        {
            "change": "sysapproval",
            "asked": "sys_created_on",
            "decided": "sys_updated_on",
            "state": "state",
        },
        ("sys_created_on", "sys_updated_on"),
        also="sysapproval.sys_class_name=change_request",
        last=_decided,
    ),
    Table(
        Kind.ANSWER,
        "asmt_metric_result",
        {
            "at": "sys_created_on",
            "questionnaire": "instance",
            "topic": "metric.category",
            "score": "normalized_value",
            "scale": "instance.metric_type.scale_factor",
            "actual": "actual_value",
            "task": "instance.trigger_id",
        },
        ("sys_created_on",),
        also="instance.state=complete^instance.metric_type.evaluation_method=survey",
        optional=True,
    ),
)
