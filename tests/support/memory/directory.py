"""People and facts in memory."""

from __future__ import annotations

from collections.abc import Iterable

from connector.base import Memory
from mappings.sides import Side
from sync.core.model import PersonRow
from sync.store.directory import Directory, SideMemory
from tests.support.memory.kept import flag, words
from tests.support.memory.tables import Tables


class MemoryDirectory(Directory):
    """People and facts, side by side."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def people(self, side: Side) -> tuple[PersonRow, ...]:
        """Everybody known on a side, by key."""
        with self._tables.lock:
            rows = self._tables.people.of(self._tables.people.rows.keys())
        return tuple(row for row in rows if row.side == side)

    def save_people(self, rows: Iterable[PersonRow]) -> None:
        """Remember people as they are now."""
        with self._tables.write():
            for row in sorted(rows, key=lambda row: (row.side, row.key)):
                kept = _kept(row)
                self._tables.people.put((kept.side, kept.key), kept)

    def memory(self, side: Side) -> Memory:
        """A place for the facts of that side's adapter."""
        return MemoryFacts(self._tables, side)


class MemoryFacts(SideMemory):
    """Facts of one side, by name."""

    def __init__(self, tables: Tables, side: Side) -> None:
        self._tables = tables
        self._side = side

    def get(self, name: str) -> str | None:
        """The fact of that name."""
        with self._tables.lock:
            return self._tables.facts.get((self._side, words(name)))

    def put(self, name: str, value: str) -> None:
        """Remember a fact, or remember it anew."""
        with self._tables.write():
            self._tables.facts.put((self._side, words(name)), words(value))


def _kept(row: PersonRow) -> PersonRow:
    return PersonRow(
        Side(row.side),
        words(row.key),
        words(row.name),
        words(row.email),
        flag(row.active),
        words(row.login),
    )
