"""Absences: linked records that are not shown, or that came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select

from mappings.sides import Side
from sync.core.model import Absence
from sync.store.database import Database
from sync.store.rows import Upsert, chunks
from sync.store.tables import ABSENCE


class Absences:
    """All absences, by link and side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, link_ids: Collection[int]) -> dict[int, dict[Side, Absence]]:
        """Absences by link; links without one are absent."""
        found: dict[int, dict[Side, Absence]] = {}
        with self._database.read() as connection:
            for part in chunks(link_ids):
                statement = select(ABSENCE).where(ABSENCE.c.link_id.in_(part)).order_by(*_ORDER)
                for row in connection.execute(statement).mappings():
                    found.setdefault(row["link_id"], {})[row["side"]] = Absence(**row)
        return found

    def save(self, rows: Iterable[Absence]) -> None:
        """Remember what is known now."""
        with self._database.write() as connection:
            _PUT(connection, [asdict(row) for row in rows])

    def due(self, now: datetime) -> tuple[Absence, ...]:
        """Those that have to be looked at again by now."""
        statement = select(ABSENCE).where(ABSENCE.c.due <= now).order_by(*_ORDER)
        with self._database.read() as connection:
            return tuple(Absence(**row) for row in connection.execute(statement).mappings())

    def all(self) -> tuple[Absence, ...]:
        """Every record that is not shown now."""
        statement = select(ABSENCE).where(ABSENCE.c.since.is_not(None)).order_by(*_ORDER)
        with self._database.read() as connection:
            return tuple(Absence(**row) for row in connection.execute(statement).mappings())


_ORDER = (ABSENCE.c.link_id, ABSENCE.c.side)
_PUT = Upsert(
    ABSENCE, ("since", "looks", "looked_at", "due", "word", "back_at", "closed")
)  # fmt: skip
