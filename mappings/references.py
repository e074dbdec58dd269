"""Relations over people and over other records, which each side names in its own way. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mappings.relations import Ends
from mappings.sides import Side
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value


@dataclass(frozen=True, slots=True)
class User:
    """A person on both sides. Somebody without a counterpart is a question, never a guess."""

    ends: Ends
    kind: str = "user"

    def names(self, side: Side) -> frozenset[str]:
        return frozenset({self.ends.of(side)})

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        return fields.get(self.ends.of(side), UNKNOWN)

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        if servicenow is None or jira is None:
            return servicenow == jira
        return (
            lookup.person(Side.SERVICENOW, str(servicenow)) == jira
            or lookup.person(Side.JIRA, str(jira)) == servicenow
        )

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        pair = (current, value) if to is Side.SERVICENOW else (value, current)
        if self.holds(*pair, lookup):
            return current
        return None if value is None else lookup.person(to.other, str(value))

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        return Change(fields={self.ends.of(side): wanted})

    def closes(self, side: Side, value: Value) -> bool:
        del side, value
        return False

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        return "-" if value is None else lookup.name(side, str(value))


@dataclass(frozen=True, slots=True)
class LinkTo:
    """A reference to another synced record: an incident's problem, a story's epic.

    A reference to a record without a twin says nothing about the other side: people's own epics
    are left alone, and an unsynced problem leaves its stories without a parent.
    """

    ends: Ends
    kind: str = "link"

    def names(self, side: Side) -> frozenset[str]:
        return frozenset({self.ends.of(side)})

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        return fields.get(self.ends.of(side), UNKNOWN)

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        there = lookup.twin(Side.SERVICENOW, str(servicenow)) if servicenow else None
        back = lookup.twin(Side.JIRA, str(jira)) if jira else None
        if jira and not back:
            return True
        if servicenow and not there:
            return jira is None
        return there == jira

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        pair = (current, value) if to is Side.SERVICENOW else (value, current)
        if self.holds(*pair, lookup):
            return current
        return lookup.twin(to.other, str(value)) if value else None

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        return Change(fields={self.ends.of(side): wanted})

    def closes(self, side: Side, value: Value) -> bool:
        del side, value
        return False

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        return "-" if value is None else str(value)


_UNFIT = re.compile(r"[^\w.:-]+")


@dataclass(frozen=True, slots=True)
class Labels:
    """One ServiceNow value as a Jira label under a prefix; people's own labels are not ours."""

    ends: Ends
    prefix: str
    kind: str = "labels"

    def names(self, side: Side) -> frozenset[str]:
        return frozenset({self.ends.of(side)})

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        if isinstance(value, Unknown):
            return UNKNOWN
        if side is Side.SERVICENOW:
            members = str(value or "").split(",")
            return tuple(sorted({self._label(one) for one in members if one.strip()}))
        held = value if isinstance(value, tuple) else ()
        return tuple(sorted(label for label in held if label.startswith(self.prefix)))

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        del lookup
        return servicenow == jira

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        del to, current, lookup
        return value

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del side, context
        want, held = set(_members(wanted)), set(_members(current))
        name = self.ends.jira
        added, removed = tuple(sorted(want - held)), tuple(sorted(held - want))
        return Change(
            add={name: added} if added else {}, remove={name: removed} if removed else {}
        )  # fmt: skip

    def closes(self, side: Side, value: Value) -> bool:
        del side, value
        return False

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        return ", ".join(_members(value)) or "-"

    def _label(self, text: str) -> str:
        return self.prefix + _UNFIT.sub("-", text.strip()).strip("-").lower()


def _members(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that a new twin starts with on one side; never looked at again."""

    side: Side
    fields: Mapping[str, Value]
    kind: str = "constant"

    def names(self, side: Side) -> frozenset[str]:
        del side
        return frozenset()

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        """Known only while a twin is made, when there is no record on the constant's side."""
        del fields
        return UNKNOWN if side is self.side else "set"

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        del servicenow, jira, lookup
        return True

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        del value, lookup
        return "set" if to is self.side else current

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del wanted, current, context
        return Change(fields=dict(self.fields)) if side is self.side else Change()

    def closes(self, side: Side, value: Value) -> bool:
        del side, value
        return False

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, value, lookup
        return ", ".join(f"{name}={value}" for name, value in self.fields.items())
