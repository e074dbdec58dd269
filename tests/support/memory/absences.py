"""Absences in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from mappings.sides import Side
from sync.core.model import Absence
from sync.store.absences import Absences
from tests.support.memory.bases import check_link
from tests.support.memory.kept import flag, moment, words
from tests.support.memory.tables import Tables


class MemoryAbsences(Absences):
    """All absences, by link and side."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def of(self, link_ids: Collection[int]) -> dict[int, dict[Side, Absence]]:
        """Absences by link."""
        wanted = set(link_ids)
        found: dict[int, dict[Side, Absence]] = {}
        for row in self._rows():
            if row.link_id in wanted:
                found.setdefault(row.link_id, {})[row.side] = row
        return found

    def save(self, rows: Iterable[Absence]) -> None:
        """Remember what is known now."""
        with self._tables.write():
            for row in sorted(rows, key=lambda row: (str(row.link_id), row.side)):
                kept = _kept(row)
                if self._tables.absences.get((kept.link_id, kept.side)) is None:
                    check_link(self._tables, kept.link_id)
                self._tables.absences.put((kept.link_id, kept.side), kept)

    def due(self, now: datetime) -> tuple[Absence, ...]:
        """Those that have to be looked at again by now."""
        return tuple(row for row in self._rows() if row.due is not None and row.due <= now)

    def all(self) -> tuple[Absence, ...]:
        """Every record that is not shown now."""
        return tuple(row for row in self._rows() if row.since is not None)

    def _rows(self) -> list[Absence]:
        with self._tables.lock:
            rows = self._tables.absences.rows
            return [rows[key] for key in sorted(rows)]


def _kept(row: Absence) -> Absence:
    return replace(
        row,
        side=Side(row.side),
        since=moment(row.since),
        looked_at=moment(row.looked_at),
        due=moment(row.due),
        word=words(row.word),
        back_at=moment(row.back_at),
        closed=flag(row.closed),
    )
