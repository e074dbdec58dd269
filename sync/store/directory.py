"""The directory: people of both sides as last seen, and the small facts an adapter remembers."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from connector.base import Memory
from mappings.sides import Side
from sync.core.model import PersonRow
from sync.store.database import Database
from sync.store.rows import Upsert
from sync.store.tables import FACT, PERSON

_PUT_PERSON = Upsert(PERSON, ("name", "email", "active", "login"))
_PUT_FACT = Upsert(FACT, ("value",))


class Directory:
    """People and facts, side by side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def people(self, side: Side) -> tuple[PersonRow, ...]:
        """Everybody known on a side, by key."""
        statement = select(PERSON).where(PERSON.c.side == side).order_by(PERSON.c.key)
        with self._database.read() as connection:
            return tuple(PersonRow(**row) for row in connection.execute(statement).mappings())

    def save_people(self, rows: Iterable[PersonRow]) -> None:
        """Remember people as they are now."""
        values = [
            {
                "side": row.side,
                "key": row.key,
                "name": row.name,
                "email": row.email,
                "active": row.active,
                "login": row.login,
            }
            for row in rows
        ]
        with self._database.write() as connection:
            _PUT_PERSON(connection, values)

    def memory(self, side: Side) -> Memory:
        """A place for the facts of that side's adapter."""
        return SideMemory(self._database, side)


class SideMemory:
    """Facts of one side, as JSON text by name; outlives the process."""

    def __init__(self, database: Database, side: Side) -> None:
        self._database = database
        self._side = side

    def get(self, name: str) -> str | None:
        """The fact of that name."""
        statement = select(FACT.c.value).where(FACT.c.side == self._side, FACT.c.name == name)
        with self._database.read() as connection:
            return connection.execute(statement).scalar_one_or_none()

    def put(self, name: str, value: str) -> None:
        """Remember a fact, or remember it anew."""
        row = {"side": self._side, "name": name, "value": value}
        with self._database.write() as connection:
            _PUT_FACT(connection, [row])
