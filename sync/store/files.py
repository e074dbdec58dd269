"""File links: which file was carried, and what its copy is called."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict

from sqlalchemy import ColumnElement, and_, delete, select, update

from sync.core.model import FileLink
from sync.store.database import Database
from sync.store.rows import Upsert, chunks
from sync.store.tables import FILE_LINK


class Files:
    """All file links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, link_ids: Collection[int]) -> dict[int, tuple[FileLink, ...]]:
        """File links by link; every link asked for has an entry, be it an empty one."""
        found: dict[int, list[FileLink]] = {link: [] for link in link_ids}
        order = (FILE_LINK.c.link_id, FILE_LINK.c.source, FILE_LINK.c.source_id)
        with self._database.read() as connection:
            for part in chunks(link_ids):
                wanted = FILE_LINK.c.link_id.in_(part)
                statement = select(FILE_LINK).where(wanted).order_by(*order)
                for row in connection.execute(statement).mappings():
                    found[row["link_id"]].append(FileLink(**row))
        return {link: tuple(rows) for link, rows in found.items()}

    def add(self, rows: Iterable[FileLink]) -> None:
        """Remember carried files; one already known keeps what is known of it."""
        with self._database.write() as connection:
            _PUT(connection, [asdict(row) for row in rows])

    def unfile(self, rows: Iterable[FileLink]) -> None:
        """These originals are gone, and their copies too: nothing is left to be done about them."""
        with self._database.write() as connection:
            for row in rows:
                connection.execute(update(FILE_LINK).where(_is(row)).values(copy_id=""))

    def forget(self, rows: Iterable[FileLink]) -> None:
        """Nothing is known any longer of these files."""
        with self._database.write() as connection:
            for row in rows:
                connection.execute(delete(FILE_LINK).where(_is(row)))


def _is(row: FileLink) -> ColumnElement[bool]:
    return and_(
        FILE_LINK.c.link_id == row.link_id,
        FILE_LINK.c.source == row.source,
        FILE_LINK.c.source_id == row.source_id,
    )


_PUT = Upsert(FILE_LINK, {})
