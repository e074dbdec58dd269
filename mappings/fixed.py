"""Relations that one side does not really hold: constants, and texts made from other fields. Pure.

Both flow one way. A constant is set when a twin is made, or kept for good with ``always``; a
template is filled in from fields of the side it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mappings.sides import Side
from mappings.templates import fill, placeholders
from mappings.text import canonical_line, cut
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value

LABELS = "labels"
"""Jira's labels: a constant adds its own to those that are there."""

SET = "set"
"""Stands for a constant on the side that does not hold it."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Values that a twin starts with on one side; with ``always`` they are put back."""

    side: Side
    fields: Mapping[str, str]
    always: bool = False
    kind: str = "constant"

    def names(self, side: Side) -> frozenset[str]:
        return frozenset(self.fields if self.always and side is self.side else ())

    def main(self, side: Side) -> str:
        return min(self.names(side), default="")

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        """Without ``always`` only known while a twin is made: its side has no record then."""
        if side is not self.side:
            return SET
        if not self.always or not fields.keys() >= self.fields.keys():
            return UNKNOWN
        return SET if self._differing(fields) == () else self._differing(fields)

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        del lookup
        return servicenow == jira

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        del value, lookup
        return SET if to is self.side else current

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del wanted, current, context
        if side is not self.side:
            return Change()
        plain = {name: text for name, text in self.fields.items() if name != LABELS}
        labels = tuple(self.fields.get(LABELS, "").split()) if side is Side.JIRA else ()
        return Change(fields=plain, add={LABELS: labels} if labels else {})

    def closes(self, side: Side, value: Value) -> bool:
        del side, value
        return False

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        if isinstance(value, tuple):
            return ", ".join(value)
        return ", ".join(f"{name}={text}" for name, text in self.fields.items())

    def _differing(self, fields: Fields) -> tuple[str, ...]:
        return tuple(
            f"{name}={fields.get(name)}"
            for name, text in sorted(self.fields.items())
            if str(fields.get(name)) != text
        )


@dataclass(frozen=True, slots=True)
class Template:
    """One line made from fields of one side, written to a field of the other (``to``, ``name``)."""

    to: Side
    name: str
    text: str
    limit: int
    kind: str = "template"

    def names(self, side: Side) -> frozenset[str]:
        return frozenset({self.name} if side is self.to else placeholders(self.text))

    def main(self, side: Side) -> str:
        return min(self.names(side), default="")

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        if not self.names(side) <= fields.keys():
            return UNKNOWN
        if side is self.to:
            held = fields[self.name]
            return None if held is None else canonical_line(str(held))
        made = canonical_line(fill(self.text, fields))
        return made if made is None else cut(made, self.limit)

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        del lookup
        return servicenow == jira

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        del lookup
        return value if to is self.to else current

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        return Change(fields={self.name: wanted}) if side is self.to else Change()

    def closes(self, side: Side, value: Value) -> bool:
        del side, value
        return False

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        return "-" if value is None else str(value)
