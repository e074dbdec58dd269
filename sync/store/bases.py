"""Bases: what each side of a link held, field by field, when the two last agreed."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import and_, delete, literal, select

from mappings.sides import Side
from sync.core.model import Base, Link, Value
from sync.store.database import Database
from sync.store.rows import Upsert, chunks, column
from sync.store.tables import BASE, LINK
from sync.store.types import Canonical, encode

_PUT = Upsert(BASE, ("servicenow", "jira", "servicenow_digest", "jira_digest"))


class Bases(ABC):
    """The part of the links' repository that keeps bases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @abstractmethod
    def _select(self, wanted: Any, limit: int | None = None) -> list[Link]:
        """Links for which the condition holds, by id."""

    def bases(self, link_ids: Collection[int]) -> dict[int, dict[str, Base]]:
        """Bases by link and field; every link asked for has an entry, be it an empty one."""
        found: dict[int, dict[str, Base]] = {link: {} for link in link_ids}
        columns = (BASE.c.link_id, BASE.c.field, BASE.c.servicenow, BASE.c.jira)
        with self._database.read() as connection:
            for part in chunks(link_ids):
                statement = select(*columns).where(BASE.c.link_id.in_(part))
                for link, field, servicenow, jira in connection.execute(statement):
                    found[link][field] = Base(servicenow, jira)
        return found

    def set_bases(self, link_id: int, bases: Mapping[str, Base]) -> None:
        """Remember these fields' bases; the link's other fields keep theirs."""
        self.set_many({link_id: bases})

    def set_many(self, bases: Mapping[int, Mapping[str, Base]]) -> None:
        """:meth:`set_bases` for many links in one statement."""
        rows = [
            {
                "link_id": link,
                "field": field,
                "servicenow": base.servicenow,
                "jira": base.jira,
                "servicenow_digest": digest(base.servicenow),
                "jira_digest": digest(base.jira),
            }
            for link, fields in bases.items()
            for field, base in fields.items()
        ]
        with self._database.write() as connection:
            _PUT(connection, rows)

    def drop_bases(self, link_id: int, names: Iterable[str]) -> None:
        """Forget these fields' bases: the fields count as never agreed on."""
        with self._database.write() as connection:
            for part in chunks(names):
                wanted = and_(BASE.c.link_id == link_id, BASE.c.field.in_(part))
                connection.execute(delete(BASE).where(wanted))

    def with_base(self, field: str, side: Side, value: Value) -> tuple[Link, ...]:
        """Links whose base of that field holds this value on that side."""
        wanted = and_(
            BASE.c.field == field,
            column(BASE, f"{side.value}_digest") == digest(value),
            column(BASE, side.value) == literal(value, Canonical()),
        )
        return tuple(self._select(LINK.c.id.in_(select(BASE.c.link_id).where(wanted))))


def digest(value: Value) -> str:
    """A short fixed-width stand-in for a value, for the index."""
    return hashlib.blake2b(encode(value).encode(), digest_size=8).hexdigest()
