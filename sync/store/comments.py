"""Comment links: what was told of which comment, and what the copy is called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, case, select

from sync.core.model import CommentLink
from sync.store.database import Database
from sync.store.rows import Upsert, chunks
from sync.store.tables import COMMENT_LINK


class Comments:
    """All comment links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, link_ids: Collection[int]) -> dict[int, tuple[CommentLink, ...]]:
        """Comment links by link; every link asked for has an entry, be it an empty one."""
        found: dict[int, list[CommentLink]] = {link: [] for link in link_ids}
        order = (COMMENT_LINK.c.link_id, COMMENT_LINK.c.source, COMMENT_LINK.c.source_id)
        with self._database.read() as connection:
            for part in chunks(link_ids):
                wanted = COMMENT_LINK.c.link_id.in_(part)
                statement = select(COMMENT_LINK).where(wanted).order_by(*order)
                for row in connection.execute(statement).mappings():
                    found[row["link_id"]].append(CommentLink(**row))
        return {link: tuple(rows) for link, rows in found.items()}

    def add(self, rows: Iterable[CommentLink]) -> None:
        """Remember carried texts. One already known keeps its copy's id, unless that was unknown
        until now (an empty one); a stamp and a digest take the place of older ones."""
        values = [
            {
                "link_id": row.link_id,
                "source": row.source,
                "source_id": row.source_id,
                "copy_id": row.copy_id,
                "lane": row.lane,
                "stamp": row.stamp,
                "digest": row.digest,
                "parts": row.parts,
            }
            for row in rows
        ]
        with self._database.write() as connection:
            _PUT(connection, values)


def _first_known(offered: Any) -> ColumnElement[Any]:
    known = COMMENT_LINK.c.copy_id
    return case((known == "", offered.copy_id), else_=known)


def _last_known(name: str) -> Callable[[Any], ColumnElement[Any]]:
    def choose(offered: Any) -> ColumnElement[Any]:
        return case((offered[name] == "", COMMENT_LINK.c[name]), else_=offered[name])

    return choose


_LEARN: Mapping[str, Callable[[Any], ColumnElement[Any]]] = {
    "copy_id": _first_known,
    "stamp": _last_known("stamp"),
    "digest": _last_known("digest"),
}

_PUT = Upsert(COMMENT_LINK, _LEARN)
