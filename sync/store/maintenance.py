"""Looking after the store: backup, check, version, upgrade."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Table, func, select, text

from sync.errors import StoreUnusable, UserError
from sync.store import schema
from sync.store.database import Database
from sync.store.rows import column
from sync.store.schema import Migrations
from sync.store.tables import BASE, COMMENT_LINK, CONFLICT, HISTORY, LINK


class Maintenance:
    """What an administrator does to the store as a whole."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], migrations: Migrations
    ) -> None:
        self._database = database
        self._clock = clock
        self._migrations = migrations

    def schema_version(self) -> str | None:
        """The revision of the store's schema."""
        with self._database.read() as connection:
            return schema.version(connection)

    def prepare(self, *, upgrade: bool) -> None:
        """Make sure the schema is the program's, upgrading it or refusing (see ``schema``)."""
        schema.prepare(
            self._database, self._migrations, upgrade=upgrade, backup=self._before_upgrade
        )

    def upgrade(self) -> None:
        """Bring the schema up to the program's; nothing to do is fine."""
        self.prepare(upgrade=True)

    def backup(self, file: str | Path) -> Path:
        """Copy the store to a new file while work goes on; the answer is the file."""
        path = Path(file)
        if not self._database.is_sqlite:
            raise UserError(
                f"store {self._database.where}: a PostgreSQL store is backed up by its own tool. "
                f"Run: pg_dump --format=custom --file={path} DATABASE"
            )
        if path.exists():
            raise UserError(f"backup {path}: the file exists. Name another one, or remove it.")
        if not path.parent.is_dir():
            raise UserError(
                f"backup {path}: the directory {path.parent} does not exist. Make it first."
            )
        self._copy(path)
        return path

    def check(self) -> list[str]:
        """Everything that is wrong inside the store; an empty list is good news."""
        with self._database.read() as connection:
            found = list(_sqlite_problems(connection)) if self._database.is_sqlite else []
            return found + list(_dangling(connection))

    def _before_upgrade(self, version: str) -> Path:
        place = self._database.engine.url.database
        if place in (None, "", ":memory:"):
            return Path()  # nothing survives this process anyway
        stamp = self._clock().astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        return self.backup(f"{place}.schema-{version}.{stamp}.backup")

    def _copy(self, path: Path) -> None:
        """The online copy, first under a name that says it is incomplete."""
        part = path.with_name(path.name + ".part")
        try:
            os.close(os.open(part, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600))
            with self._database.read() as connection, closing(sqlite3.connect(part)) as target:
                source = connection.connection.driver_connection
                if not isinstance(source, sqlite3.Connection):
                    raise TypeError(f"not SQLite: {source!r}")
                source.backup(target)
            part.rename(path)
        except (OSError, sqlite3.Error) as error:
            part.unlink(missing_ok=True)
            raise StoreUnusable(
                f"the backup to {path} failed: {error}",
                where=self._database.where,
                remedy="Check space and rights of the backup's directory.",
            ) from error


def _sqlite_problems(connection: Connection) -> Iterator[str]:
    for (words,) in connection.execute(text("PRAGMA integrity_check")):
        if words != "ok":
            yield f"integrity: {words}"
    for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"{table} row {row} names a {parent} that does not exist"


def _dangling(connection: Connection) -> Iterator[str]:
    """Rows that speak of a link which is not there (0 stands for "no link yet")."""
    for table in (BASE, COMMENT_LINK, CONFLICT, HISTORY):
        count = _without_link(connection, table)
        if count:
            yield f"{table.name}: {count} rows speak of links that do not exist"


def _without_link(connection: Connection, table: Table) -> int:
    link = column(table, "link_id")
    statement = (
        select(func.count())
        .select_from(table.outerjoin(LINK, LINK.c.id == link))
        .where(LINK.c.id.is_(None), link != 0)
    )
    return int(connection.execute(statement).scalar_one())
