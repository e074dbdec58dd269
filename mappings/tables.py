"""Relations over value tables: plain values and priorities. Pure.

A table is a list of rows, each with alternatives on both sides, best first. Two values count as
equal when one row holds both. So many values may share one counterpart, and none of them bounces:
translating goes to the best alternative only where the present value does not fit.

``or_else`` are Jira values that stand in where the project has none of the row's own: "On Hold"
is "In Progress" on a board without such a column. Once it is known what a project has
(:meth:`Table.fitted`), rows are cut to that, and a stand-in that is not needed no longer fits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self, TypeAlias

from mappings.relations import OneField, seats
from mappings.sides import Side
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value

CATEGORY = "category:"
"""Begins an alternative that stands for every status of a category."""

Known: TypeAlias = Mapping[Side, Collection[str]]
"""The values a side has; nothing said, or nothing in it, means that everything may be there."""


@dataclass(frozen=True, slots=True)
class Row:
    """Alternatives on both sides, best first. ``closes`` overrides what the names suggest."""

    servicenow: tuple[str, ...]
    jira: tuple[str, ...]
    or_else: tuple[str, ...] = ()
    closes: bool | None = None

    def of(self, side: Side) -> tuple[str, ...]:
        """The alternatives of a side, stand-ins last."""
        return self.servicenow if side is Side.SERVICENOW else (*self.jira, *self.or_else)

    def fitted(self, known: Known) -> Row:
        """The row with the alternatives that are there; as it was where a side would be empty."""
        servicenow = _there(self.servicenow, known.get(Side.SERVICENOW, ()))
        statuses = known.get(Side.JIRA, ())
        jira, or_else = _there(self.jira, statuses), _there(self.or_else, statuses)
        if statuses and any(not name.startswith(CATEGORY) for name in jira):
            or_else = ()
        if not servicenow or not (jira or or_else):
            return self
        return replace(self, servicenow=servicenow, jira=jira, or_else=or_else)


def _there(names: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
    have = {name.casefold() for name in known}
    return tuple(
        name for name in names if not have or name.startswith(CATEGORY) or name.casefold() in have
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in order; ``place`` is where they stand in the mapping file, for messages.

    ``otherwise`` is what a side holds where the other side's value stands in no row.
    """

    rows: tuple[Row, ...]
    place: str
    otherwise: Mapping[Side, str] = field(default_factory=dict)

    def rows_of(self, side: Side, value: str, lookup: Lookup | None = None) -> Iterator[Row]:
        """Rows that name a value; a Jira status named nowhere counts by its category."""
        wanted = value.casefold()
        named = [row for row in self.rows if wanted in map(str.casefold, row.of(side))]
        if named or side is Side.SERVICENOW or lookup is None:
            yield from named
            return
        category = f"{CATEGORY}{lookup.category(value)}"
        yield from (row for row in self.rows if category in row.of(side))

    def fits(self, servicenow: str, jira: str, lookup: Lookup) -> bool:
        """Whether one row holds both, or neither has a row and ``otherwise`` says so."""
        rows = list(self.rows_of(Side.JIRA, jira, lookup))
        wanted = servicenow.casefold()
        if any(wanted in map(str.casefold, row.servicenow) for row in rows):
            return True
        if not rows and self.otherwise.get(Side.SERVICENOW) == servicenow:
            return True
        unnamed = not any(self.rows_of(Side.SERVICENOW, servicenow))
        return unnamed and self.otherwise.get(Side.JIRA) == jira

    def best(self, to: Side, value: str, lookup: Lookup | None = None) -> tuple[str, ...]:
        """The alternatives of the first row for a value of the other side."""
        last = (self.otherwise[to],) if to in self.otherwise else ()
        return next((row.of(to) for row in self.rows_of(to.other, value, lookup)), last)

    def unmapped(self, side: Side, value: str) -> Unmappable:
        """Why a value has no counterpart."""
        known = dict.fromkeys(one for row in self.rows for one in row.of(side))
        return Unmappable(
            f"{side} value {value!r} is not in the table {self.place} ({', '.join(known)})",
            "Add a row for it to the mapping file, or change the record.",
        )

    def fitted(self, known: Known) -> Table:
        """The table cut to the values that are there."""
        return replace(self, rows=tuple(row.fitted(known) for row in self.rows))


@dataclass(frozen=True, slots=True)
class Tabled(OneField):
    """Values by table. An empty value without a row says nothing and is left alone."""

    table: Table
    kind: str = "value"

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
        if value is None or self.holds(*seats(to, value, current), lookup):
            return current
        best = self.table.best(to, str(value), lookup)
        return best[0] if best else self.table.unmapped(to.other, str(value))

    def fitted(self, known: Known) -> Self:
        """The relation with its table cut to the values that are there."""
        return replace(self, table=self.table.fitted(known))


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
    """Priorities by table; written to ServiceNow as impact and urgency.

    ``direct`` writes the priority too, for tables that do not calculate it (change requests).
    """

    kind: str = "priority"
    direct: bool = False

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        pair = IMPACT_AND_URGENCY.get(str(wanted))
        if side is Side.JIRA or pair is None:
            return Change(fields={self.ends.of(side): wanted})
        own = {self.ends.servicenow: wanted} if self.direct else {}
        return Change(fields={"impact": pair[0], "urgency": pair[1], **own})
