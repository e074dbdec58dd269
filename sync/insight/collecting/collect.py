"""From both systems to facts: what changed since the last run, read in pages.

The first run reads what happened within :data:`HORIZON`, later ones whatever moved since then, by
the side's own clock, with an overlap for what became visible late. A record that is deleted keeps
its fact until a :data:`REFRESH` has passed: then everything is read anew, and so it is where a fact
takes other columns than before. A table that shows nothing at all then is not believed at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connector.errors import AccessLost, NotThere, Rejected, RetryLater, Unreachable
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
from sync.insight.words import number_of
from sync.runtime import Runtime, log
from sync.store import Store
from sync.store.values import FactRow

HORIZON = timedelta(days=190)
"""As far back as figures look: 26 weeks, and two windows of 90 days."""

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When what is still going on is forgotten."""

OVERLAP = timedelta(minutes=15)
REFRESH = timedelta(days=7)
BELIEVED = 2 * REFRESH
"""How long after the last full reading an empty table is taken for a right that is lost."""

KEPT = timedelta(days=1)
"""How long it is believed that a table is not there."""

APPROVED = "approved"


def collect(runtime: Runtime) -> tuple[str, ...]:
    """Bring the facts of ServiceNow up to date; what could not be read, in words for people. One
    table may be too slow; where two in a row are, it is the side, and its trouble is raised."""
    troubles, late = list[str](), False
    for table in TABLES:
        try:
            why, late = _table(runtime, table), False
        except RetryLater as error:
            if late or isinstance(error, Unreachable):
                raise
            why, late = f"{table.name} is not read: {error}", True
        troubles += filter(None, [why])
    return tuple(troubles)


def facts(store: Store, kind: Kind) -> Iterator[Fact]:
    """All facts of a kind, by key."""
    return (unpacked(kind, row.data) for row in store.insight.all(kind))


def changes(store: Store) -> Iterator[ChangeFact]:
    """All changes, with when approval was first asked for, and when the last one was given: not
    before nobody is waited for any more, and not where a refusal is the last word."""
    asked: dict[str, datetime] = {}
    given: dict[str, tuple[datetime, bool]] = {}
    waits: set[str] = set()
    for one in facts(store, Kind.APPROVAL):
        if isinstance(one, ApprovalFact):
            asked[one.change] = min(one.asked, asked.get(one.change, one.asked))
            if one.decided is not None:
                word = (one.decided, one.state != APPROVED)
                given[one.change] = max(word, given.get(one.change, word))
            elif one.state == "requested":
                waits.add(one.change)
    for change in facts(store, Kind.CHANGE):
        if isinstance(change, ChangeFact):
            at, refused = given.get(change.key, (None, False))
            open_ = refused or change.key in waits
            yield replace(change, asked=asked.get(change.key), approved=None if open_ else at)


def reached(store: Store, kind: Kind) -> datetime | None:
    """Up to when facts of a kind were read; nothing where they never were."""
    cursor = _moment(store.meta.get(f"insight:{kind}:cursor"))
    return cursor + OVERLAP if cursor else None


def _table(runtime: Runtime, table: Table) -> str:
    """Read one table; what is to be said of it: why it is not read, or what is odd about it."""
    store, now = runtime.store, runtime.adapters[Side.SERVICENOW].server_now()
    since, _, absent = (store.meta.get(_name(table, "absent")) or "").partition(" ")
    if since and now - datetime.fromisoformat(since) < KEPT:
        return absent
    begun, cursor = _moment(store.meta.get(_name(table, "begun"))), None
    same = store.meta.get(_name(table, "columns")) == ",".join(table.asked)
    if same and begun is not None and now - begun < REFRESH:
        cursor = _moment(store.meta.get(_name(table, "cursor")))
    try:
        seen, left_out = _read(runtime, table, _scope(table, now, cursor))
    except (NotThere, AccessLost, Rejected) as error:
        log.info("no facts of this table", action="insight.skipped", table=table.name,
                 why=error.what)  # fmt: skip
        why = f"{table.name} is not read: {error.what}"
        if isinstance(error, NotThere):
            why = "" if table.optional else why
            store.meta.put(_name(table, "absent"), f"{now.isoformat()} {why}")
        return why
    with store.transaction():
        store.insight.forget(table.kind, now - HORIZON)
        if cursor is None:
            known = {row.key for row in store.insight.all(table.kind)}
            if known and not seen and begun is not None and now - begun < BELIEVED:
                return f"{table.name} shows none of {len(known)} known records: they are kept"
            store.insight.drop(table.kind, known - seen)
            store.meta.put(_name(table, "begun"), now.isoformat())
            store.meta.put(_name(table, "columns"), ",".join(table.asked))
        store.meta.put(_name(table, "cursor"), (now - OVERLAP).isoformat())
    some = number_of(left_out, "record")
    lacks = f"{table.name}: {some} left out, {table.needs} is not shown"
    return lacks if left_out else ""


def _read(runtime: Runtime, table: Table, scope: str) -> tuple[set[str], int]:
    """Put the facts of a scope into the store; their keys, and how many records make none."""
    seen: set[str] = set()
    left_out = 0
    adapter, store = runtime.adapters[Side.SERVICENOW], runtime.store
    for page in runtime.pieces(adapter.listed(table.name, scope, table.asked)):
        rows = list(_rows(table, page))
        seen.update(row.key for row in rows)
        left_out += len(page) - len(rows)
        store.insight.put(rows)
    return seen, left_out


def _scope(table: Table, now: datetime, cursor: datetime | None) -> str:
    """All that is young or lasts; later all that moved, also what is neither any more."""
    if cursor is not None:
        moved = f"sys_updated_on>={cursor:%Y-%m-%d %H:%M:%S}"
        return "^".join(filter(None, [table.also, moved]))
    young = [f"{name}>={now - HORIZON:%Y-%m-%d %H:%M:%S}" for name in table.since]
    parts = [table.also, "^OR".join([*young, *filter(None, [table.lasts])])]
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
