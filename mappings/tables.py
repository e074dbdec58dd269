"""Relations over value tables: plain values, statuses with what goes along, priorities. Pure.

A table is a list of rows, each with alternatives on both sides, best first. Two values count as
equal when one row holds both. So many values may share one counterpart, and none of them bounces:
translating goes to the best alternative only where the present value does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mappings.relations import Ends
from mappings.sides import Side
from mappings.templates import fill
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value, Wish

CATEGORY = "category:"


@dataclass(frozen=True, slots=True)
class Row:
    """Alternatives on both sides, best first."""

    servicenow: tuple[str, ...]
    jira: tuple[str, ...]

    def of(self, side: Side) -> tuple[str, ...]:
        """The alternatives of a side."""
        return self.servicenow if side is Side.SERVICENOW else self.jira


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in order; ``place`` is where they stand in the mapping file, for messages."""

    rows: tuple[Row, ...]
    place: str

    def rows_of(self, side: Side, value: str, lookup: Lookup | None = None) -> Iterator[Row]:
        """Rows that name a value; a Jira status named nowhere counts by its category."""
        wanted = value.casefold()
        named = [row for row in self.rows if wanted in map(str.casefold, row.of(side))]
        if named or side is Side.SERVICENOW or lookup is None:
            yield from named
            return
        category = f"{CATEGORY}{lookup.category(value)}"
        yield from (row for row in self.rows if category in row.jira)

    def fits(self, servicenow: str, jira: str, lookup: Lookup) -> bool:
        """Whether one row holds both."""
        return any(servicenow in row.servicenow for row in self.rows_of(Side.JIRA, jira, lookup))

    def best(self, to: Side, value: str, lookup: Lookup) -> tuple[str, ...]:
        """The alternatives of the first row for a value of the other side."""
        return next((row.of(to) for row in self.rows_of(to.other, value, lookup)), ())

    def unmapped(self, side: Side, value: str) -> Unmappable:
        """Why a value has no counterpart."""
        known = sorted({one for row in self.rows for one in row.of(side)})
        return Unmappable(
            f"{side} value {value!r} is not in the table {self.place} ({', '.join(known)})",
            "Add a row for it to the mapping file, or change the record.",
        )


@dataclass(frozen=True, slots=True)
class Tabled:
    """Values by table. An empty value without a row says nothing and is left alone."""

    ends: Ends
    table: Table
    kind: str = "value"

    def names(self, side: Side) -> frozenset[str]:
        return frozenset({self.ends.of(side)})

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        if isinstance(value, Unknown):
            return UNKNOWN
        return None if value is None else str(value)

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        if servicenow is None or jira is None:
            return servicenow == jira
        return self.table.fits(str(servicenow), str(jira), lookup)

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if value is None:
            return current
        servicenow, jira = (current, value) if to is Side.SERVICENOW else (value, current)
        if self.holds(servicenow, jira, lookup):
            return current
        best = self.table.best(to, str(value), lookup)
        return best[0] if best else self.table.unmapped(to.other, str(value))

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        return Change(fields={self.ends.of(side): wanted})

    def closes(self, side: Side, value: Value) -> bool:
        del side, value
        return False

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        return "-" if value is None else str(value)


IMPACT_AND_URGENCY: Mapping[str, tuple[str, str]] = {
    "1": ("1", "1"),
    "2": ("1", "2"),
    "3": ("2", "2"),
    "4": ("2", "3"),
    "5": ("3", "3"),
}
"""ServiceNow calculates priority from impact and urgency; writing it directly is undone."""


@dataclass(frozen=True, slots=True)
class Priority(Tabled):
    """Priorities by table; written to ServiceNow as impact and urgency."""

    kind: str = "priority"

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        if side is Side.JIRA:
            return Change(fields={self.ends.jira: wanted})
        impact, urgency = IMPACT_AND_URGENCY[str(wanted)]
        return Change(fields={"impact": impact, "urgency": urgency})


@dataclass(frozen=True, slots=True)
class Closing:
    """What goes along when a record is closed.

    ``states`` are the ServiceNow states that demand ``code`` and ``notes``; ``codes`` relates close
    codes to Jira resolutions, its first row being the default on both sides.
    """

    states: tuple[str, ...]
    code: str
    notes: str
    text: str
    codes: Table


@dataclass(frozen=True, slots=True)
class Status(Tabled):
    """Statuses by table, reached by moves, with close codes and resolutions going along."""

    kind: str = "status"
    closing: Closing | None = None

    def names(self, side: Side) -> frozenset[str]:
        own = {self.ends.of(side)}
        if side is Side.JIRA:
            return frozenset(own | {"status_category", "resolution"})
        extra = {self.closing.code, self.closing.notes} if self.closing else set()
        return frozenset(own | extra)

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current
        targets = self._targets(side, str(wanted), context)
        return Change(wish=Wish(self.ends.of(side), targets, self._along(side, wanted, context)))

    def closes(self, side: Side, value: Value) -> bool:
        done = CATEGORY + "done"
        rows = self.table.rows_of(side, str(value))
        return any(done in row.jira for row in rows)

    def _targets(self, side: Side, wanted: str, context: Fields) -> tuple[str, ...]:
        """All alternatives of the row that the other side's present value points at."""
        other = str(context.get(self.ends.of(side.other)))
        rows = list(self.table.rows_of(side, wanted))
        pointed = [row for row in rows if other in row.of(side.other)]
        names = next((row.of(side) for row in (*pointed, *rows)), (wanted,))
        return (wanted, *(name for name in names if name != wanted))

    def _along(self, side: Side, wanted: Value, context: Fields) -> dict[str, Value]:
        closing = self.closing
        if closing is None or not self.closes(side, wanted):
            return {}
        if side is Side.JIRA:
            return {"resolution": _counterpart(closing.codes, side, context.get(closing.code))}
        if str(wanted) not in closing.states:
            return {}
        code = _counterpart(closing.codes, side, context.get("resolution"))
        return {closing.code: code, closing.notes: fill(closing.text, context)}


def _counterpart(codes: Table, to: Side, value: Value) -> Value:
    if value is not None:
        for row in codes.rows_of(to.other, str(value)):
            return row.of(to)[0]
    return codes.rows[0].of(to)[0]
