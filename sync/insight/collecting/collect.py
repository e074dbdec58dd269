"""From both systems to facts: what changed since the last run, read in pages.

The first run reads what happened within :data:`HORIZON`, later ones what moved since then, by the
side's own clock, with an overlap for what became visible late. A record that is deleted keeps its
fact until a :data:`REFRESH` has passed: then everything is read anew, and so it is where a fact
takes other columns than before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from connector.errors import AccessLost, NotThere
from connector.values import Record
from mappings.sides import Side
from sync.insight.facts import (
    ApprovalFact,
    ChangeFact,
    Fact,
    IncidentFact,
    Kind,
    OutageFact,
    ProblemFact,
    packed,
    unpacked,
)
from sync.runtime import Runtime, log
from sync.store import Store
from sync.store.values import FactRow

HORIZON = timedelta(days=190)
"""As far back as figures look: 26 weeks, and two windows of 90 days."""

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When what is still going on is forgotten."""

OVERLAP = timedelta(minutes=15)
REFRESH = timedelta(days=7)

Maker = Callable[[Record], Fact | None]


@dataclass(frozen=True, slots=True)
class Table:
    """How records of a ServiceNow table become facts.

    The latest of the times in ``since`` ages them; what ``lasts`` (a condition) is kept whatever
    its age, and so is the fact that is ``open``. ``also`` narrows the table.
    """

    kind: Kind
    name: str
    fields: tuple[str, ...]
    since: tuple[str, ...]
    made: Maker
    lasts: str = ""
    also: str = ""


def collect(runtime: Runtime) -> tuple[str, ...]:
    """Bring the facts of ServiceNow up to date; what could not be read, in words for people."""
    return tuple(why for table in TABLES if (why := _table(runtime, table)))


def facts(store: Store, kind: Kind) -> Iterator[Fact]:
    """All facts of a kind, by key."""
    return (unpacked(kind, row.data) for row in store.insight.all(kind))


def changes(store: Store) -> Iterator[ChangeFact]:
    """All changes, with when approval was first asked for, and when the last one was given: not
    before nobody is waited for any more."""
    asked: dict[str, datetime] = {}
    given: dict[str, datetime] = {}
    waits: set[str] = set()
    for one in facts(store, Kind.APPROVAL):
        if isinstance(one, ApprovalFact):
            asked[one.change] = min(one.asked, asked.get(one.change, one.asked))
            if one.state == "approved" and one.decided is not None:
                given[one.change] = max(one.decided, given.get(one.change, one.decided))
            elif one.state == "requested":
                waits.add(one.change)
    for change in facts(store, Kind.CHANGE):
        if isinstance(change, ChangeFact):
            key = change.key
            approved = None if key in waits else given.get(key)
            yield replace(change, asked=asked.get(key), approved=approved)


def _table(runtime: Runtime, table: Table) -> str:
    """Read one table; why not, where it is not there or not ours to read."""
    adapter, store = runtime.adapters[Side.SERVICENOW], runtime.store
    now = adapter.server_now()
    begun, cursor = _moment(store.meta.get(_name(table, "begun"))), None
    same = store.meta.get(_name(table, "columns")) == ",".join(table.fields)
    if same and begun is not None and now - begun < REFRESH:
        cursor = _moment(store.meta.get(_name(table, "cursor")))
    seen: set[str] = set()
    try:
        for page in runtime.pieces(
            adapter.listed(table.name, _scope(table, now, cursor), table.fields)
        ):
            rows = list(_rows(table, page))
            seen.update(row.key for row in rows)
            store.insight.put(rows)
    except (NotThere, AccessLost) as error:
        log.info("no facts of this table", action="insight.skipped", table=table.name,
                 why=error.what)  # fmt: skip
        return f"{table.name} is not read: {error.what}"
    with store.transaction():
        if cursor is None:
            gone = [row.key for row in store.insight.all(table.kind) if row.key not in seen]
            store.insight.drop(table.kind, gone)
            store.meta.put(_name(table, "begun"), now.isoformat())
            store.meta.put(_name(table, "columns"), ",".join(table.fields))
        store.insight.forget(table.kind, now - HORIZON)
        store.meta.put(_name(table, "cursor"), (now - OVERLAP).isoformat())
    return ""


def _scope(table: Table, now: datetime, cursor: datetime | None) -> str:
    young = [f"{name}>={now - HORIZON:%Y-%m-%d %H:%M:%S}" for name in table.since]
    parts = [table.also, "^OR".join([*young, *filter(None, [table.lasts])])]
    parts += [f"sys_updated_on>={cursor:%Y-%m-%d %H:%M:%S}"] if cursor else []
    return "^".join(filter(None, parts))


def _rows(table: Table, page: Iterable[Record]) -> Iterator[FactRow]:
    for record in page:
        fact = table.made(record)
        if fact is not None:
            times = [at for name in table.since if (at := _time(record, name)) is not None]
            at = FOREVER if _is_open(fact) else max(times, default=record.created)
            yield FactRow(table.kind, record.key, at, packed(fact))


def _is_open(fact: Fact) -> bool:
    """Whether what it tells of is still going on."""
    if isinstance(fact, OutageFact):
        return fact.end is None
    return isinstance(fact, IncidentFact | ProblemFact | ChangeFact) and fact.active


def _name(table: Table, what: str) -> str:
    return f"insight:{table.kind}:{what}"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _time(record: Record, name: str) -> datetime | None:
    """A stamp of ServiceNow: UTC, without a zone (servicenow-api 4)."""
    text = str(record.fields.get(name) or "")
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _text(record: Record, name: str) -> str:
    return str(record.fields.get(name) or "")


def is_there(record: Record, *names: str) -> bool | None:
    """Whether one of these texts is there; nothing, where one that might be is not shown to us."""
    if any(_text(record, name).strip() for name in names):
        return True
    return False if all(name in record.fields for name in names) else None


def _number(record: Record, name: str) -> int:
    text = _text(record, name)
    return int(text) if text.isdigit() else 0


class Place(TypedDict):
    """Where something happened, by key and name."""

    service: str
    service_name: str
    item: str
    item_name: str


_WHERE = ("business_service", "business_service.name", "cmdb_ci", "cmdb_ci.name")


def _place(record: Record) -> Place:
    """The service and item of a record, by key and name."""
    return {
        "service": _text(record, "business_service"),
        "service_name": _text(record, "business_service.name"),
        "item": _text(record, "cmdb_ci"),
        "item_name": _text(record, "cmdb_ci.name"),
    }


def _incident(record: Record) -> IncidentFact | None:
    opened = _time(record, "opened_at")
    if opened is None:
        return None
    return IncidentFact(
        record.key,
        record.label,
        opened,
        _time(record, "resolved_at"),
        _time(record, "closed_at"),
        active=_text(record, "active") != "false",
        reopened=_number(record, "reopen_count"),
        moved=_number(record, "reassignment_count"),
        priority=_text(record, "priority"),
        category=_text(record, "category"),
        group=_text(record, "assignment_group"),
        group_name=_text(record, "assignment_group.name"),
        problem=_text(record, "problem_id"),
        change=_text(record, "caused_by"),
        contact=_text(record, "contact_type"),
        code=_text(record, "close_code"),
        summary=_text(record, "short_description"),
        **_place(record),
    )


def _problem(record: Record) -> ProblemFact | None:
    opened = _time(record, "opened_at")
    if opened is None:
        return None
    return ProblemFact(
        record.key,
        record.label,
        opened,
        _time(record, "closed_at"),
        active=_text(record, "active") != "false",
        priority=_text(record, "priority"),
        summary=_text(record, "short_description"),
        **_place(record),
    )


def _change(record: Record) -> ChangeFact | None:
    opened = _time(record, "opened_at")
    if opened is None:
        return None
    return ChangeFact(
        record.key,
        record.label,
        opened,
        type=_text(record, "type"),
        risk=_text(record, "risk"),
        planned=_time(record, "start_date"),
        planned_end=_time(record, "end_date"),
        began=_time(record, "work_start"),
        ended=_time(record, "work_end"),
        closed=_time(record, "closed_at"),
        active=_text(record, "active") != "false",
        code=_text(record, "close_code"),
        group_name=_text(record, "assignment_group.name"),
        summary=_text(record, "short_description"),
        approval=_text(record, "approval"),
        impact=is_there(record, "risk_impact_analysis", "justification"),
        backout=is_there(record, "backout_plan"),
        test=is_there(record, "test_plan"),
        **_place(record),
    )


def _outage(record: Record) -> OutageFact | None:
    begin = _time(record, "begin")
    if begin is None:
        return None
    return OutageFact(
        record.key,
        record.label,
        begin,
        _time(record, "end"),
        item=_text(record, "cmdb_ci"),
        item_name=_text(record, "cmdb_ci.name"),
        type=_text(record, "type"),
    )


def _approval(record: Record) -> ApprovalFact:
    state = _text(record, "state")
    decided = record.updated if state in ("approved", "rejected") else None
    return ApprovalFact(
        record.key, _text(record, "sysapproval"), record.created, decided, state=state
    )


_TASK = ("opened_at", "closed_at", "active", "short_description", "assignment_group.name", *_WHERE)
TABLES = (
    Table(
        Kind.INCIDENT,
        "incident",
        (
            *_TASK,
            *("resolved_at", "reopen_count", "reassignment_count", "priority", "category"),
            *("assignment_group", "problem_id", "caused_by", "contact_type", "close_code"),
        ),
        ("opened_at", "resolved_at"),
        _incident,
        lasts="active=true",
    ),
    Table(
        Kind.PROBLEM,
        "problem",
        (*_TASK, "priority"),
        ("opened_at", "closed_at"),
        _problem,
        lasts="active=true",
    ),
    Table(
        Kind.CHANGE,
        "change_request",
        (
            *_TASK,
            *("type", "risk", "start_date", "end_date", "work_start", "work_end", "close_code"),
            *("approval", "risk_impact_analysis", "justification", "backout_plan", "test_plan"),
        ),
        ("opened_at", "work_end", "closed_at"),
        _change,
        lasts="active=true",
    ),
    Table(
        Kind.OUTAGE,
        "cmdb_ci_outage",
        ("begin", "end", "type", "cmdb_ci", "cmdb_ci.name"),
        ("begin", "end"),
        _outage,
        lasts="endISEMPTY",
    ),
    Table(
        Kind.APPROVAL,
        "sysapproval_approver",
        ("sysapproval", "state"),
        ("sys_created_on", "sys_updated_on"),
        _approval,
        also="sysapproval.sys_class_name=change_request",
    ),
)
