"""Statuses: by table, reached by moves, with what has to go along. Pure.

A status is not set but reached: Jira by transitions, ServiceNow by state rules. So a write is a
:class:`~mappings.values.Wish` with all alternatives of the row, best first. Closing needs company:
ServiceNow demands a close code and notes, Jira's last screen often a resolution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mappings.sides import Side
from mappings.tables import CATEGORY, Known, Row, Table, Tabled
from mappings.templates import fill
from mappings.values import Change, Fields, Value, Wish

ENDINGS = frozenset(
    {"done", "closed", "resolved", "completed", "canceled", "cancelled", "declined", "won't do"}
)
"""Names that close a record, for rows that neither say so nor name the category ``done``."""

NOTES_LIMIT = 4000
"""What ServiceNow's notes fields take."""


def ends(row: Row) -> bool:
    """Whether a row stands for the end of the work."""
    if row.closes is not None:
        return row.closes
    names = [name.casefold() for name in row.of(Side.JIRA)]
    return f"{CATEGORY}done" in names or any(name in ENDINGS for name in names)


@dataclass(frozen=True, slots=True)
class Closing:
    """What goes along when a record is closed.

    ``states`` are the ServiceNow states that demand ``code`` and ``notes``; ``codes`` relates close
    codes to Jira resolutions, its first row being the default on both sides. ``resolutions`` are
    for states that tell more than a code (canceled).
    """

    states: tuple[str, ...]
    code: str
    notes: str
    text: str
    codes: Table
    resolutions: Mapping[str, str] = field(default_factory=dict)

    def on_jira(self, state: Value, context: Fields) -> dict[str, Value]:
        """The resolution for a record that is closed in ServiceNow."""
        told = self.resolutions.get(str(state))
        return {"resolution": told or self._counterpart(Side.JIRA, context.get(self.code))}

    def on_servicenow(self, context: Fields) -> dict[str, Value]:
        """Close code and notes for an issue that is done in Jira."""
        code = self._counterpart(Side.SERVICENOW, context.get("resolution"))
        coded = {self.code: code} if self.code else {}
        return {**coded, self.notes: fill(self.text, context)[:NOTES_LIMIT]}

    def _counterpart(self, to: Side, value: Value) -> Value:
        found = self.codes.best(to, str(value)) if value is not None else ()
        return (*found, *self.codes.rows[0].of(to))[0]


@dataclass(frozen=True, slots=True)
class Entering:
    """Fields that go along whenever a side enters one of these states; texts are templates."""

    side: Side
    states: tuple[str, ...]
    fields: Mapping[str, str]

    def along(self, side: Side, wanted: Value, context: Fields) -> dict[str, Value]:
        """What this says about a move, mostly nothing."""
        if side is not self.side or str(wanted) not in self.states:
            return {}
        return {name: fill(text, context)[:NOTES_LIMIT] for name, text in self.fields.items()}


@dataclass(frozen=True, slots=True)
class Status(Tabled):
    """Statuses by table, reached by moves, with close codes and resolutions going along."""

    kind: str = "status"
    closing: Closing | None = None
    entering: tuple[Entering, ...] = ()

    def names(self, side: Side) -> frozenset[str]:
        own = {self.ends.of(side)}
        if side is Side.JIRA:
            return frozenset(own | {"status_category", "resolution"})
        along = {self.closing.code, self.closing.notes} if self.closing else set()
        return frozenset(own | (along - {""}))

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current
        along = self._along(side, wanted, context)
        for one in self.entering:
            along |= one.along(side, wanted, context)
        return Change(wish=Wish(self.ends.of(side), self._targets(side, wanted, context), along))

    def closes(self, side: Side, value: Value) -> bool:
        if self.closing and side is Side.SERVICENOW and value in self.closing.states:
            return True
        row = next(self.table.rows_of(side, str(value)), None)
        return row is not None and ends(row)

    def ending(self, side: Side) -> str | None:
        """What a side holds where the work has ended: the best of the first row that says so."""
        rows = (row for row in self.table.rows if ends(row) and row.of(side))
        return next((row.of(side)[0] for row in rows), None)

    def with_codes(self, known: Known) -> Status:
        """Close codes and resolutions cut to those that are there."""
        if self.closing is None:
            return self
        return replace(self, closing=replace(self.closing, codes=self.closing.codes.fitted(known)))

    @property
    def by_label(self) -> bool:
        """Whether it names states as people read them: what they are stored as, the table tells."""
        names = (name for row in self.table.rows for name in row.servicenow)
        return not all(name.removeprefix("-").isdigit() for name in names)

    def with_states(self, stored: Mapping[str, str]) -> Status:
        """The relation with what states are stored as, by label in lower case; a row without any
        state that is there says nothing."""

        def known(names: Iterable[str]) -> tuple[str, ...]:
            return tuple(value for one in names if (value := stored.get(one.casefold())))

        rows = (replace(row, servicenow=known(row.servicenow)) for row in self.table.rows)
        told = replace(self, table=replace(self.table, rows=tuple(r for r in rows if r.servicenow)))
        if self.closing is None:
            return told
        ends = {value: text for label, text in self.closing.resolutions.items()
                for value in known([label])}  # fmt: skip
        closing = replace(self.closing, states=known(self.closing.states), resolutions=ends)
        return replace(told, closing=closing)

    def _targets(self, side: Side, wanted: Value, context: Fields) -> tuple[str, ...]:
        """The wanted value, then its other alternatives in the row the other side points at."""
        other = str(context.get(self.ends.of(side.other))).casefold()
        rows = list(self.table.rows_of(side, str(wanted)))
        pointed = [row for row in rows if other in map(str.casefold, row.of(side.other))]
        names = next((row.of(side) for row in (*pointed, *rows)), ())
        return tuple(dict.fromkeys((str(wanted), *names)))

    def _along(self, side: Side, wanted: Value, context: Fields) -> dict[str, Value]:
        closing = self.closing
        if closing is None or not self.closes(side, wanted):
            return {}
        if side is Side.JIRA:
            return closing.on_jira(context.get(self.ends.servicenow), context)
        return closing.on_servicenow(context) if str(wanted) in closing.states else {}
