"""Which schema a store has, and the way to the program's.

Forward only. All steps that are due happen in one transaction, so an upgrade is complete or has not
begun; an existing SQLite store is backed up beside itself first. A store that a newer program has
upgraded is refused: it may keep things that this one would tear apart.

The version is one row of ``tandem_schema``, a table name of ours, because a PostgreSQL database may
hold other programs' tables (and Alembic's usual one) as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from sync.errors import StoreUnusable
from sync.store.database import Database
from sync.store.tables import METADATA

VERSION_TABLE = "tandem_schema"
_UPGRADE_LOCK = 7_301_424
"""Advisory lock of PostgreSQL: two nodes that start together upgrade one after the other."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """Where the steps lie (``versions/rNNNN_words.py``), and in which order they are taken."""

    folder: Path

    @property
    def revisions(self) -> tuple[str, ...]:
        """All revisions, oldest first. Read from the files' names: it happens at every start."""
        names = (path.name for path in (self.folder / "versions").glob("r*.py"))
        matches = (re.match(r"r(\d{4})_", name) for name in names)
        return tuple(sorted(match[1] for match in matches if match))

    @property
    def head(self) -> str:
        """The revision this program works with."""
        return self.revisions[-1]


SHIPPED = Migrations(Path(__file__).parent / "migrations")


def version(connection: Connection) -> str | None:
    """The store's revision; ``None`` where there is no schema of ours."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    statement = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - a constant
    found = connection.execute(statement).scalar_one_or_none()
    return None if found is None else str(found)


def prepare(
    database: Database, migrations: Migrations, *, upgrade: bool, backup: Callable[[str], Path]
) -> None:
    """Make sure that the schema is the program's; ``backup`` saves a store of a given revision."""
    with database.read() as connection:
        found = version(connection)
        if found == migrations.head:
            return
        _check_usable(database, connection, migrations)
    if not upgrade:
        state = "has no schema yet" if found is None else f"has the older schema {found}"
        raise StoreUnusable(
            f"it {state}, the program needs {migrations.head}",
            where=database.where,
            remedy="Run `tandem db upgrade`.",
        )
    if found is not None and database.is_sqlite:
        backup(found)
    with database.write(fenced=False) as connection:
        _upgrade(database, connection, migrations)


def _upgrade(database: Database, connection: Connection, migrations: Migrations) -> None:
    if not database.is_sqlite:
        statement = text("SELECT pg_advisory_xact_lock(:number)")
        connection.execute(statement, {"number": _UPGRADE_LOCK})
    # Somebody may have done it while we waited for our turn.
    if version(connection) != migrations.head:
        _check_usable(database, connection, migrations)
        _run(connection, migrations)


def _run(connection: Connection, migrations: Migrations) -> None:
    # Imported here: it takes a while, and hardly any start needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _check_usable(database: Database, connection: Connection, migrations: Migrations) -> None:
    found = version(connection)
    if found is not None and found not in migrations.revisions:
        raise StoreUnusable(
            f"its schema {found} is newer than this program's {migrations.head}",
            where=database.where,
            remedy="Run the newer program, or restore the backup made before its upgrade.",
        )
    if found is None and (strange := _strange_tables(database, connection)):
        raise StoreUnusable(
            f"it holds tables that are not Tandem's ({', '.join(strange[:3])})",
            where=database.where,
            remedy="Name a database of its own in TANDEM_STORE__URL.",
        )


def _strange_tables(database: Database, connection: Connection) -> list[str]:
    """Tables in the way: any in a SQLite file, those of our names in a PostgreSQL schema."""
    present = set(inspect(connection).get_table_names()) - {VERSION_TABLE}
    return sorted(present if database.is_sqlite else present & set(METADATA.tables))
