"""A relation over groups: ServiceNow's assignment group and a Jira component or select field. Pure.

ServiceNow holds the group's key, a mapping's table names groups as people do; with ``by_name`` a
group and a Jira value of one name belong together where no row says otherwise. Where Jira's field
holds several values (components), only those that stand for a group are ours: people's own stay,
and ours are added and removed one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

from mappings.lists import members
from mappings.relations import OneField, seats
from mappings.sides import Side
from mappings.tables import Table
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value

SEVERAL = frozenset({"components"})
"""Jira fields that hold several values although an empty one does not show it."""


@dataclass(frozen=True, slots=True)
class Group(OneField):
    """A group on both sides."""

    table: Table
    by_name: bool = False
    kind: str = "group"

    @property
    def several(self) -> bool:
        """Whether Jira's field is known to hold several values."""
        return self.ends.jira in SEVERAL

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        if side is Side.JIRA and isinstance(value, tuple):
            return tuple(sorted(value)) or None
        return value

    def asked(self, side: Side, value: Value) -> tuple[str, ...]:
        """What has to be looked up to judge a value: a group's key, or names it may have."""
        if side is Side.SERVICENOW:
            return (str(value),) if value else ()
        found = (self.table.best(Side.SERVICENOW, one) or (one,) for one in members(value))
        return tuple(dict.fromkeys(name for names in found for name in names))

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        if servicenow is None:
            return not self._ours(jira, lookup) if self._many(jira) else jira is None
        name = lookup.group_name(str(servicenow))
        if name is None:
            return False
        fitting = [one for one in members(jira) if self._fits(name, one, lookup)]
        others = self._ours(jira, lookup) if self._many(jira) else members(jira)
        return bool(fitting) and set(others) <= set(fitting[:1])

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if self.holds(*seats(to, value, current), lookup):
            return current
        if to is Side.SERVICENOW:
            return self._group(value, current, lookup)
        return self._jira(value, current, lookup)

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        name = self.ends.of(side)
        if side is Side.SERVICENOW or not self._many(wanted, current):
            return OneField.native(self, side, wanted, current, context)
        want, held = set(members(wanted)), set(members(current))
        added, removed = tuple(sorted(want - held)), tuple(sorted(held - want))
        return Change(
            add={name: added} if added else {}, remove={name: removed} if removed else {}
        )  # fmt: skip

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        if side is Side.SERVICENOW and value is not None:
            return lookup.group_name(str(value)) or str(value)
        return ", ".join(members(value)) or "-"

    def _many(self, *values: Value) -> bool:
        return self.several or any(isinstance(value, tuple) for value in values)

    def _fits(self, name: str, jira: str, lookup: Lookup) -> bool:
        if self._free(name) and name.casefold() == jira.casefold():
            return True
        return self.table.fits(name, jira, lookup)

    def _free(self, name: str) -> bool:
        """Whether a name belongs to its like on the other side: no row says otherwise on either."""
        rows = (row for side in Side for row in self.table.rows_of(side, name))
        return self.by_name and not any(rows)

    def _ours(self, jira: Value, lookup: Lookup) -> tuple[str, ...]:
        """The values among several that stand for a group."""
        return tuple(one for one in members(jira) if self._stands(one, lookup))

    def _stands(self, jira: str, lookup: Lookup) -> bool:
        if any(self.table.rows_of(Side.JIRA, jira)):
            return True
        return self._free(jira) and not isinstance(lookup.group_key(jira), Unmappable)

    def _jira(self, value: Value, current: Value, lookup: Lookup) -> Value | Unmappable:
        wanted: str | Unmappable | None = None
        if value is not None:
            wanted = self._called(str(value), lookup)
        if isinstance(wanted, Unmappable) or not self._many(current):
            return wanted
        kept = set(members(current)) - set(self._ours(current, lookup))
        return tuple(sorted({*kept, wanted} if wanted else kept)) or None

    def _called(self, key: str, lookup: Lookup) -> str | Unmappable:
        """What a group is called in Jira."""
        name = lookup.group_name(key)
        if name is None:
            told = f"the servicenow group {key} is not shown to us"
            return Unmappable(told, "Give the account the right to read sys_user_group.")
        best = self.table.best(Side.JIRA, name)
        if best or not self._free(name):
            return best[0] if best else self.table.unmapped(Side.SERVICENOW, name)
        return name

    def _group(self, value: Value, current: Value, lookup: Lookup) -> Value | Unmappable:
        """The key of the group that a Jira value stands for; several say nothing."""
        if value is None or isinstance(value, tuple):
            return None if value is None else current
        best = self.table.best(Side.SERVICENOW, str(value))
        if not best and not self._free(str(value)):
            return self.table.unmapped(Side.JIRA, str(value))
        return lookup.group_key(best[0] if best else str(value))
