"""Bases in memory: the fields of a link together, by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from mappings.sides import Side
from sync.core.model import Base, Link, Value
from sync.errors import BrokenInvariant
from sync.store.bases import Bases
from sync.store.types import encode
from tests.support.memory.kept import base, canonical, text
from tests.support.memory.tables import PLACE, Tables


class MemoryBases(Bases):
    """The part of the links that keeps bases."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def bases(self, link_ids: Collection[int]) -> dict[int, dict[str, Base]]:
        """Bases by link and field."""
        with self._tables.lock:
            return {link: dict(self._tables.bases.get(link) or {}) for link in link_ids}

    def set_bases(self, link_id: int, bases: Mapping[str, Base]) -> None:
        """Remember these fields' bases."""
        self.set_many({link_id: bases})

    def set_many(self, bases: Mapping[int, Mapping[str, Base]]) -> None:
        """Remember bases of many links."""
        with self._tables.write():
            for link, fields in bases.items():
                if fields:
                    check_link(self._tables, link)
                    given = {text(field): base(one) for field, one in fields.items()}
                    self._keep(link, {**(self._tables.bases.get(link) or {}), **given})

    def drop_bases(self, link_id: int, names: Iterable[str]) -> None:
        """Forget these fields' bases."""
        gone = set(names)
        with self._tables.write():
            known = self._tables.bases.get(link_id) or {}
            if gone & known.keys():
                left = {field: one for field, one in known.items() if field not in gone}
                self._keep(link_id, left)

    def with_base(self, field: str, side: Side, value: Value) -> tuple[Link, ...]:
        """Links whose base of that field holds this value on that side."""
        wanted, words = canonical(value), encode(value)
        with self._tables.lock:
            held = {
                link: fields[field].of(side)
                for link, fields in self._tables.bases.rows.items()
                if field in fields
            }
            # Equal is not enough: 1 and True are two values.
            same = {id for id, one in held.items() if one == wanted and encode(one) == words}
            return tuple(self._tables.links.of(same))

    def _keep(self, link: int, fields: Mapping[str, Base]) -> None:
        self._tables.bases.put(link, dict(sorted(fields.items())))


def check_link(tables: Tables, id: int) -> None:
    """Refuse a row that speaks of a link which is not there."""
    if tables.links.get(id) is None:
        raise BrokenInvariant(f"store {PLACE}: FOREIGN KEY constraint failed")
