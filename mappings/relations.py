"""Relations: for each field, which value pairs count as equal, and how to restore that. Pure.

A relation ``R`` is not a pair of copy functions. :meth:`Relation.holds` says whether two values fit
together; only where they do not, :meth:`Relation.translate` names the value that one side should
take, and where several would do it keeps the present one (least change). That is what keeps a
table of four states on three statuses from bouncing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mappings.sides import Side
from mappings.text import canonical_line, canonical_text, cut, from_wiki, to_wiki
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value


class Relation(Protocol):
    """One field's consistency between the sides."""

    @property
    def kind(self) -> str:
        """Name of the relation in a mapping file (``as:``)."""

    def names(self, side: Side) -> frozenset[str]:
        """Native fields it reads on a side."""

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        """The present value in normal form, in that side's own vocabulary."""

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        """Whether two values count as equal."""

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        """What ``to`` should hold, given the other side's value; ``current`` where that fits."""

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        """How to write a value; ``context`` are the other side's native fields."""

    def closes(self, side: Side, value: Value) -> bool:
        """Whether taking this value closes the record (a safety limit counts those)."""

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        """A value for people."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The native field of each side."""

    servicenow: str
    jira: str

    def of(self, side: Side) -> str:
        """The field of a side."""
        return self.servicenow if side is Side.SERVICENOW else self.jira


def pick(side: Side, servicenow: Value, jira: Value) -> Value:
    """One of two values, by side."""
    return servicenow if side is Side.SERVICENOW else jira


@dataclass(frozen=True, slots=True)
class Plain:
    """What most relations share: one native field a side, a normal form, equality.

    ``limits`` are the longest texts a side takes; a value cut there still counts as equal.
    """

    kind: str
    ends: Ends
    normal: Callable[[Side, Value], Value]
    limits: Mapping[Side, int] = field(default_factory=dict)
    wiki: bool = False

    def names(self, side: Side) -> frozenset[str]:
        return frozenset({self.ends.of(side)})

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        return value if isinstance(value, Unknown) else self.normal(side, value)

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        del lookup
        return servicenow == self._fit(Side.SERVICENOW, jira) or jira == self._fit(
            Side.JIRA, servicenow
        )

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        pair = (current, value) if to is Side.SERVICENOW else (value, current)
        return current if self.holds(*pair, lookup) else self._fit(to, value)

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        if self.wiki and side is Side.JIRA and isinstance(wanted, str):
            wanted = to_wiki(wanted)
        return Change(fields={self.ends.of(side): wanted})

    def closes(self, side: Side, value: Value) -> bool:
        del side, value
        return False

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        return "-" if value is None else str(value)

    def _fit(self, side: Side, value: Value) -> Value:
        limit = self.limits.get(side)
        return cut(value, limit) if isinstance(value, str) and limit else value


def text(ends: Ends, limits: Mapping[Side, int]) -> Plain:
    """Several lines: plain in ServiceNow, wiki markup in Jira."""
    return Plain("text", ends, _text, limits, wiki=True)


def line(ends: Ends, limits: Mapping[Side, int]) -> Plain:
    """One line, the same on both sides."""
    return Plain("line", ends, _line, limits)


def date(ends: Ends) -> Plain:
    """A day; ServiceNow's date and time is cut to its day in UTC."""
    return Plain("date", ends, _date)


def number(ends: Ends) -> Plain:
    """A number; ServiceNow keeps it as text."""
    return Plain("number", ends, _number)


def same(ends: Ends) -> Plain:
    """A value that both sides spell alike."""
    return Plain("same", ends, _line)


def _text(side: Side, value: Value) -> Value:
    if not isinstance(value, str):
        return None
    return (from_wiki(value) or None) if side is Side.JIRA else canonical_text(value)


def _line(_side: Side, value: Value) -> Value:
    return None if value is None else canonical_line(str(value))


def _date(_side: Side, value: Value) -> Value:
    return str(value)[:10] if value else None


def _number(_side: Side, value: Value) -> Value:
    try:
        return None if value in (None, "") else float(str(value))
    except ValueError:
        return None
