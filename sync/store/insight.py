"""What insight runs keep: facts that figures are made from, what was written, what was proposed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import and_, delete, func, select

from sync.store.database import Database
from sync.store.rows import Upsert, chunks
from sync.store.tables import INSIGHT
from sync.store.values import FactRow

PAGE = 5_000
"""Rows that are read at once."""


class Facts:
    """All rows, by kind and key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, rows: Iterable[FactRow]) -> None:
        """Remember these as they are now."""
        with self._database.write() as connection:
            _PUT(connection, [asdict(row) for row in rows])

    def all(self, kind: str) -> Iterator[FactRow]:
        """All rows of a kind, by key; read in pages, so that memory holds no more than one of
        them and writing meanwhile does no harm."""
        wanted, last = INSIGHT.c.kind == kind, None
        while True:
            after = wanted if last is None else and_(wanted, INSIGHT.c.key > last)
            statement = select(INSIGHT).where(after).order_by(INSIGHT.c.key).limit(PAGE)
            with self._database.read() as connection:
                rows = [FactRow(*row) for row in connection.execute(statement)]
            yield from rows
            if len(rows) < PAGE:
                return
            last = rows[-1].key

    def get(self, kind: str, keys: Collection[str]) -> dict[str, FactRow]:
        """The rows of these keys."""
        found: dict[str, FactRow] = {}
        with self._database.read() as connection:
            for part in chunks(keys):
                wanted = and_(INSIGHT.c.kind == kind, INSIGHT.c.key.in_(part))
                statement = select(INSIGHT).where(wanted).order_by(INSIGHT.c.key)
                for row in connection.execute(statement).mappings():
                    found[row["key"]] = FactRow(**row)
        return found

    def count(self, kind: str) -> int:
        """How many rows of a kind there are."""
        with self._database.read() as connection:
            wanted = select(func.count()).where(INSIGHT.c.kind == kind)
            return int(connection.execute(wanted).scalar_one())

    def drop(self, kind: str, keys: Collection[str]) -> None:
        """Forget these."""
        with self._database.write() as connection:
            for part in chunks(keys):
                wanted = and_(INSIGHT.c.kind == kind, INSIGHT.c.key.in_(part))
                connection.execute(delete(INSIGHT).where(wanted))

    def forget(self, kind: str, before: datetime) -> None:
        """Forget all of a kind that happened before a time."""
        with self._database.write() as connection:
            old = and_(INSIGHT.c.kind == kind, INSIGHT.c.at < before)
            connection.execute(delete(INSIGHT).where(old))


_PUT = Upsert(INSIGHT, ["at", "data"])
