"""A relation over labels: values of ServiceNow as labels of ours in Jira. Pure.

A label is ours when it begins with the rule's prefix or stands in its table. All others are
people's own: they are neither read nor compared nor written. Labels are added and removed one by
one, never set, so that a label somebody adds at the same moment stays. Those by which insight runs
tell something (``own``) are no rule's, whatever its prefix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mappings.relations import OneField, members_change
from mappings.sides import Side
from mappings.tables import Table
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value

_UNFIT = re.compile(r"[^\w.:-]+")
LONGEST = 255
"""Letters that Jira takes for one label; it takes no blanks at all."""


@dataclass(frozen=True, slots=True)
class Labels(OneField):
    """One value, or several with commas between, as labels; flows to Jira only."""

    prefix: str = ""
    table: Table | None = None
    own: frozenset[str] = frozenset()
    kind: str = "labels"

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        if isinstance(value, Unknown):
            return UNKNOWN
        if side is Side.SERVICENOW:
            found = (self._label(one.strip()) for one in str(value or "").split(","))
            return tuple(sorted({label for label in found if label}))
        return tuple(sorted(label for label in _members(value) if self._ours(label)))

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        del lookup
        return _members(servicenow) == _members(jira)

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        del lookup
        return current if to is Side.SERVICENOW or value == current else _members(value)

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del context
        if side is Side.SERVICENOW:
            return Change()
        return members_change(self.ends.jira, _members(wanted), _members(current))

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        return ", ".join(_members(value)) or "-"

    def _ours(self, label: str) -> bool:
        if label in self.own:
            return False
        named = self.table is not None and any(label in row.jira for row in self.table.rows)
        return named or bool(self.prefix and label.startswith(self.prefix))

    def _label(self, text: str) -> str | None:
        """The label of one value; nothing where neither the table nor a prefix makes one, or one
        by which insight runs tell something."""
        named = self.table.best(Side.JIRA, text) if self.table and text else ()
        slug = _UNFIT.sub("-", text).strip("-").lower()
        made = (self.prefix + slug)[:LONGEST] if self.prefix and slug else None
        label = named[0] if named else made
        return None if label in self.own else label


def _members(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
