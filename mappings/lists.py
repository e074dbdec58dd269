"""A relation over several values: a list with commas in ServiceNow, a set in Jira. Pure.

For multi-select fields, components, versions and label fields that both sides may edit. The order
says nothing. With a table each value has its counterpart by row; without one both sides spell it
alike. Jira's members are added and removed one by one, never set, so that one which somebody adds
at the same moment stays; the product's own marks among labels are none of them, nor are those by
which insight runs tell something (``own``).
"""

from __future__ import annotations

from dataclasses import dataclass

from mappings.relations import MARK_PREFIX, OneField, members_change, seats
from mappings.sides import Side
from mappings.tables import Table
from mappings.text import canonical_line
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value


@dataclass(frozen=True, slots=True)
class Listed(OneField):
    """Several values on both sides."""

    table: Table | None = None
    own: frozenset[str] = frozenset()
    kind: str = "list"

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        if isinstance(value, Unknown):
            return UNKNOWN
        given = str(value or "").split(",") if side is Side.SERVICENOW else members(value)
        lines = {canonical_line(one) or "" for one in given}
        return tuple(sorted(line for line in lines if line and not self._tells(side, line)))

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        here, there = members(servicenow), members(jira)
        return all(any(self._fit(a, b, lookup) for b in there) for a in here) and all(
            any(self._fit(a, b, lookup) for a in here) for b in there
        )

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        """What fits stays as it is spelt there; the rest goes, and what is missing comes."""
        if self.holds(*seats(to, value, current), lookup):
            return current
        kept = [
            one
            for one in members(current)
            if any(self._fit(*_pair(to, other, one), lookup) for other in members(value))
        ]
        wanted = set(kept)
        for other in members(value):
            if not any(self._fit(*_pair(to, other, one), lookup) for one in kept):
                found = self._counterpart(to, other)
                if isinstance(found, Unmappable):
                    return found
                wanted.add(found)
        return tuple(sorted(wanted))

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del context
        name = self.ends.of(side)
        if side is Side.SERVICENOW:
            return Change(fields={name: ",".join(members(wanted)) or None})
        return members_change(name, members(wanted), members(current))

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        return ", ".join(members(value)) or "-"

    def _tells(self, side: Side, line: str) -> bool:
        """Whether a value is, or would be in Jira, a label by which the product tells something."""
        named = self.table.best(Side.JIRA, line) if self.table and side is Side.SERVICENOW else ()
        return line.startswith(MARK_PREFIX) or (named[0] if named else line) in self.own

    def _fit(self, servicenow: str, jira: str, lookup: Lookup) -> bool:
        if self.table is None:
            return servicenow.casefold() == jira.casefold()
        return self.table.fits(servicenow, jira, lookup)

    def _counterpart(self, to: Side, value: str) -> str | Unmappable:
        if self.table is not None:
            best = self.table.best(to, value)
            return best[0] if best else self.table.unmapped(to.other, value)
        if to is Side.SERVICENOW and "," in value:
            told = f"jira value {value!r} has a comma, which separates values in servicenow"
            return Unmappable(told, "Give it a table with a row for this value.")
        return value


def members(value: Value) -> tuple[str, ...]:
    """The values of a list; one value counts as a list of one."""
    if isinstance(value, tuple):
        return value
    return () if value is None else (str(value),)


def _pair(to: Side, value: str, one: str) -> tuple[str, str]:
    """``(ServiceNow's, Jira's)`` of a value and one that ``to`` holds."""
    return (one, value) if to is Side.SERVICENOW else (value, one)
