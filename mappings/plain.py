"""Relations over one plain value a side: texts, lines, dates, numbers, flags. Pure.

Each is :class:`~mappings.relations.Plain` with its own normal form. Moments are compared in UTC;
a day is the day in UTC.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from mappings.relations import Ends, OneField, Plain, Text
from mappings.sides import Side
from mappings.text import canonical_line, canonical_text, from_wiki
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value

_TRUE = frozenset({"true", "1", "yes"})


def text(ends: Ends, limits: Mapping[Side, int]) -> Text:
    """Several lines: plain in ServiceNow, wiki markup in Jira."""
    return Text(ends, "text", _text, limits=limits, wiki=True)


def line(ends: Ends, limits: Mapping[Side, int]) -> Text:
    """One line, the same on both sides."""
    return Text(ends, "line", _line, limits=limits)


def same(ends: Ends) -> Plain:
    """A value that both sides spell alike."""
    return Plain(ends, "same", _line)


def date(ends: Ends) -> Plain:
    """A day; a moment is cut to its day."""
    return Plain(ends, "date", _date)


def moment(ends: Ends) -> Plain:
    """A moment, to the second."""
    return Plain(ends, "datetime", _moment, _written_moment)


def number(ends: Ends) -> Plain:
    """A number; ServiceNow keeps it as text."""
    return Plain(ends, "number", _number, _written_number)


def _text(side: Side, value: Value) -> Value:
    if not isinstance(value, str):
        return None
    return (from_wiki(value) or None) if side is Side.JIRA else canonical_text(value)


def _line(_side: Side, value: Value) -> Value:
    if isinstance(value, tuple):
        value = ", ".join(value)
    return None if value is None else canonical_line(str(value))


def _read_moment(value: Value) -> datetime | None:
    """A moment in either side's spelling; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(str(value).strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment(side: Side, value: Value) -> Value:
    """As ServiceNow writes it; what is no moment stays, so that a refusal names it."""
    found = _read_moment(value)
    return _line(side, value) if found is None else found.isoformat(" ", "seconds")[:19]


def _written_moment(side: Side, value: Value) -> Value:
    found = None if value is None else _read_moment(value)
    if found is None or side is Side.SERVICENOW:
        return value
    return f"{found.isoformat(timespec='seconds')[:19]}.000+0000"


def _date(side: Side, value: Value) -> Value:
    found = _read_moment(value)
    return _line(side, value) if found is None else found.date().isoformat()


def _number(_side: Side, value: Value) -> Value:
    try:
        found = float(str(value)) if value not in (None, "") else None
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None


def _written_number(side: Side, value: Value) -> Value:
    if not isinstance(value, float):
        return value
    short: int | float = int(value) if value.is_integer() else value
    return str(short) if side is Side.SERVICENOW else short


@dataclass(frozen=True, slots=True)
class Flag(OneField):
    """True or false; Jira has no such field, so two of a select field's options stand for it.

    An empty field counts as false.
    """

    when_true: str = "Yes"
    when_false: str = "No"
    kind: str = "flag"

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        if isinstance(value, Unknown):
            return UNKNOWN
        if isinstance(value, tuple):
            return self.when_true in value
        held = str(value).casefold()
        return held in _TRUE if side is Side.SERVICENOW else held == self.when_true.casefold()

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        del lookup
        return bool(servicenow) == bool(jira)

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        del to, lookup
        return current if current is not None and bool(current) == bool(value) else bool(value)

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        if side is Side.SERVICENOW:
            return Change(fields={self.ends.servicenow: "true" if wanted else "false"})
        return Change(fields={self.ends.jira: self.when_true if wanted else self.when_false})
