"""Comment links: which comment was carried, and what its copy is called."""

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
        """Remember carried comments. One already known keeps its copy's id, unless that was
        unknown until now (an empty one)."""
        values = [
            {
                "link_id": row.link_id,
                "source": row.source,
                "source_id": row.source_id,
                "copy_id": row.copy_id,
                "lane": row.lane,
            }
            for row in rows
        ]
        with self._database.write() as connection:
            _PUT(connection, values)


def _first_known(offered: Any) -> ColumnElement[Any]:
    known = COMMENT_LINK.c.copy_id
    return case((known == "", offered.copy_id), else_=known)


_LEARN_COPY: Mapping[str, Callable[[Any], ColumnElement[Any]]] = {"copy_id": _first_known}

_PUT = Upsert(COMMENT_LINK, _LEARN_COPY)
