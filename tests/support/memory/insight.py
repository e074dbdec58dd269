"""Facts of insight in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sync.store.insight import Facts
from sync.store.types import Dictionary
from sync.store.values import FactRow
from tests.support.memory.kept import stamp, text, words
from tests.support.memory.tables import Tables

_DATA = Dictionary()


class MemoryFacts(Facts):
    """All rows, by kind and key."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def put(self, rows: Iterable[FactRow]) -> None:
        """Remember these as they are now."""
        with self._tables.write():
            for row in sorted(rows, key=lambda row: (row.kind, row.key)):
                kept = _kept(row)
                self._tables.insight.put((kept.kind, kept.key), kept)

    def all(self, kind: str) -> Iterator[FactRow]:
        """All rows of a kind, by key."""
        with self._tables.lock:
            rows = self._tables.insight.rows
            return iter([rows[key] for key in sorted(rows) if key[0] == kind])

    def get(self, kind: str, keys: Collection[str]) -> dict[str, FactRow]:
        """The rows of these keys."""
        wanted = {words(key) for key in keys}
        return {row.key: row for row in self.all(kind) if row.key in wanted}

    def count(self, kind: str) -> int:
        """How many rows of a kind there are."""
        return len(list(self.all(kind)))

    def drop(self, kind: str, keys: Collection[str]) -> None:
        """Forget these."""
        with self._tables.write():
            for key in keys:
                self._tables.insight.drop((kind, words(key)))

    def forget(self, kind: str, before: datetime) -> None:
        """Forget all of a kind that happened before a time."""
        self.drop(kind, [row.key for row in self.all(kind) if row.at < before])


def _kept(row: FactRow) -> FactRow:
    data = _DATA.read(str(_DATA.write(dict(row.data))))
    return replace(row, kind=text(row.kind), key=words(row.key), at=stamp(row.at), data=data or {})
