"""From both systems to facts: what changed since the last run, read in pages.

The first run reads what happened within :data:`HORIZON`, later ones what moved since then, by the
side's own clock, with an overlap for what became visible late. A record that is deleted keeps its
fact until a :data:`REFRESH` has passed: then everything is read anew, and so it is where a fact
takes other columns than before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connector.errors import AccessLost, NotThere
from connector.values import Record
from mappings.sides import Side
from sync.insight.collecting.tables import TABLES, Table
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
    same = store.meta.get(_name(table, "columns")) == ",".join(table.asked)
    if same and begun is not None and now - begun < REFRESH:
        cursor = _moment(store.meta.get(_name(table, "cursor")))
    seen: set[str] = set()
    try:
        for page in runtime.pieces(
            adapter.listed(table.name, _scope(table, now, cursor), table.asked)
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
            store.meta.put(_name(table, "columns"), ",".join(table.asked))
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
        fact = table.fact(record)
        if fact is not None:
            at = FOREVER if _is_open(fact) else table.at(record)
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
