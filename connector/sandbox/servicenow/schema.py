"""Tables, columns and choices as values: what the dictionary of the fake instance knows.

Terms: a *class* is a table that extends another (``incident`` extends ``task``); the *display*
column is the one people see where a reference points to a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

Row = dict[str, str]
"""Column name to plain value; an absent name is the empty value."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``kind`` is its internal type, ``reference`` the table it points to."""

    name: str
    kind: str = "string"
    label: str = ""
    max_length: int = 40
    reference: str = ""
    read_only: bool = False
    default: str = ""
    choice: bool = False
    mandatory: bool = False

    @property
    def title(self) -> str:
        """The label, made from the name where none is given."""
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def is_journal(self) -> bool:
        """Whether writing appends an entry instead of replacing a value."""
        return self.kind == "journal_input"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its own columns only; the rest comes from ``parent``."""

    name: str
    label: str
    columns: tuple[Column, ...]
    parent: str = ""
    display: str = "name"
    prefix: str = ""
    read_role: str = ""
    write_role: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One allowed value of a choice column, as ``sys_choice`` lists it."""

    table: str
    element: str
    value: str
    label: str
    sequence: int = 0
    dependent: str = ""


class Schema:
    """All tables with what they inherit."""

    def __init__(self, tables: Iterable[Table], choices: Iterable[ChoiceRow]) -> None:
        self.tables: Mapping[str, Table] = {table.name: table for table in tables}
        self.choices: tuple[ChoiceRow, ...] = tuple(choices)
        self._columns = {name: self._gather(name) for name in self.tables}
        self._defaults = {
            name: {column.name: column.default for column in columns.values()}
            for name, columns in self._columns.items()
        }
        self._classes = {
            name: tuple(other for other in self.tables if self.is_a(other, name))
            for name in self.tables
        }

    def lineage(self, name: str) -> tuple[str, ...]:
        """The table and its parents, nearest first."""
        found = []
        while name:
            found.append(name)
            name = self.tables[name].parent
        return tuple(found)

    def is_a(self, name: str, ancestor: str) -> bool:
        """Whether ``name`` is that table or extends it."""
        return name in self.tables and ancestor in self.lineage(name)

    def classes(self, name: str) -> tuple[str, ...]:
        """The table and everything that extends it."""
        return self._classes[name]

    def columns(self, name: str) -> Mapping[str, Column]:
        """All columns of a table, inherited ones included."""
        return self._columns[name]

    def defaults(self, name: str) -> Mapping[str, str]:
        """What every column of a table holds at first, mostly the empty value."""
        return self._defaults[name]

    def column(self, table: str, name: str) -> Column | None:
        """One column, or None."""
        return self._columns[table].get(name)

    def display(self, name: str) -> str:
        """The display column of a table."""
        return self.tables[name].display

    def allowed(self, table: str, element: str) -> tuple[ChoiceRow, ...]:
        """The choices of a column: those of the nearest class that has any."""
        for name in self.lineage(table):
            rows = self._choices_by_column.get((name, element))
            if rows:
                return rows
        return ()

    def choice_label(self, table: str, element: str, value: str) -> str:
        """What people see for a stored choice value; an unknown value shows as it is."""
        found = (row.label for row in self.allowed(table, element) if row.value == value)
        return next(found, value)

    @cached_property
    def _choices_by_column(self) -> Mapping[tuple[str, str], tuple[ChoiceRow, ...]]:
        grouped: dict[tuple[str, str], tuple[ChoiceRow, ...]] = {}
        for row in self.choices:
            place = (row.table, row.element)
            grouped[place] = (*grouped.get(place, ()), row)
        return grouped

    def _gather(self, name: str) -> Mapping[str, Column]:
        merged: dict[str, Column] = {}
        for table in reversed(self.lineage(name)):
            merged.update({column.name: column for column in self.tables[table].columns})
        return merged
