"""Links: which two records belong together, and in which state that is.

An ended link stays as a tombstone, so that nobody makes the pair anew. Among the others a record is
in one link only; the database enforces it. What the two sides held when they last agreed is the
business of the parent class in :mod:`sync.store.bases`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, func, insert, not_, or_, select, update

from mappings.sides import Side
from sync.core.model import End, Link, LinkState
from sync.errors import BrokenInvariant
from sync.store.bases import Bases
from sync.store.rows import CHUNK, RowValues, chunks, column, new_id
from sync.store.tables import LINK

_END = ("container", "key", "label", "version", "url")


class Links(Bases):
    """The links and, inherited, their bases."""

    def add(self, link: Link) -> Link:
        """Remember a new link; the answer has its id.

        A live link of the very same two records is given back as it stands, so that a step that is
        repeated after a crash does no harm. One of them in another live link is a bug.
        """
        with self._database.write() as connection:
            for known in self._live_at(link):
                if _same_records(known, link):
                    return known
                raise BrokenInvariant(f"{_words(link)} is new, but {_words(known)} is alive")
            result = connection.execute(insert(LINK).values(decorated=False, **_row(link)))
            return replace(link, id=new_id(result))

    def save(self, link: Link) -> None:
        """Overwrite a link with what is known now."""
        with self._database.write() as connection:
            statement = update(LINK).where(LINK.c.id == link.id).values(**_row(link))
            if connection.execute(statement).rowcount != 1:
                raise BrokenInvariant(f"{_words(link)} is not in the store")

    def by_keys(self, side: Side, keys: Collection[str]) -> dict[str, Link]:
        """Links by their key on one side, tombstones included; a live one wins over those."""
        found: dict[str, Link] = {}
        key = column(LINK, f"{side.value}_key")
        for part in chunks(keys):
            for link in self._select(key.in_(part)):
                known = found.get(link.end(side).key)
                if known is None or known.state is LinkState.ENDED:
                    found[link.end(side).key] = link
        return found

    def by_ids(self, ids: Collection[int]) -> dict[int, Link]:
        """Links by their id."""
        return {link.id: link for part in chunks(ids) for link in self._select(LINK.c.id.in_(part))}

    def of_pair(self, pair: str, *, ended: bool = False) -> Iterator[Link]:
        """All links of a pair by id, read a page at a time; tombstones only where asked for.

        No transaction stays open between pages, so the caller may write as it goes.
        """
        last = 0
        while True:
            wanted = [LINK.c.pair == pair, LINK.c.id > last]
            if not ended:
                wanted.append(LINK.c.state != LinkState.ENDED)
            page = self._select(and_(*wanted), limit=CHUNK)
            yield from page
            if len(page) < CHUNK:
                return
            last = page[-1].id

    def count(self, pair: str) -> int:
        """How many links of a pair are not ended."""
        statement = (
            select(func.count())
            .select_from(LINK)
            .where(LINK.c.pair == pair, LINK.c.state != LinkState.ENDED)
        )
        with self._database.read() as connection:
            return int(connection.execute(statement).scalar_one())

    def find(self, text: str) -> tuple[Link, ...]:
        """Links by what a person may type: number, Jira key (in any case), sys_id or issue id."""
        typed = text.strip()
        spellings = {typed, typed.upper(), typed.lower()}
        names = ("servicenow_label", "jira_label", "servicenow_key", "jira_key")
        return tuple(self._select(or_(*(column(LINK, name).in_(spellings) for name in names))))

    def undecorated(self, limit: int) -> tuple[Link, ...]:
        """Active links whose Jira issue still lacks its decoration, oldest first."""
        wanted = and_(not_(LINK.c.decorated), LINK.c.state == LinkState.ACTIVE)
        return tuple(self._select(wanted, limit=limit))

    def decorated(self, link_ids: Iterable[int]) -> None:
        """Note that these links are decorated."""
        with self._database.write() as connection:
            for part in chunks(link_ids):
                connection.execute(update(LINK).where(LINK.c.id.in_(part)).values(decorated=True))

    def undecorate(self, link_ids: Iterable[int]) -> None:
        """Ask for the decoration of these links anew (its title or address has changed)."""
        with self._database.write() as connection:
            for part in chunks(link_ids):
                connection.execute(update(LINK).where(LINK.c.id.in_(part)).values(decorated=False))

    def saw(self, side: Side, versions: dict[int, str]) -> None:
        """Note versions alone, many links at once: a look found nothing to do."""
        if not versions:
            return
        rows = [{"link": link, "seen": seen} for link, seen in sorted(versions.items())]
        statement = (
            update(LINK)
            .where(LINK.c.id == bindparam("link"))
            .values({f"{side.value}_version": bindparam("seen")})
        )
        with self._database.write() as connection:
            connection.execute(statement, rows)

    def _live_at(self, link: Link) -> list[Link]:
        at_servicenow = and_(
            LINK.c.servicenow_container == link.servicenow.container,
            LINK.c.servicenow_key == link.servicenow.key,
        )
        taken = or_(at_servicenow, LINK.c.jira_key == link.jira.key)
        return self._select(and_(LINK.c.state != LinkState.ENDED, taken))

    def _select(self, wanted: Any, limit: int | None = None) -> list[Link]:
        statement = select(LINK).where(wanted).order_by(LINK.c.id).limit(limit)
        with self._database.read() as connection:
            return [_link(row) for row in connection.execute(statement).mappings()]


def _link(row: RowMapping) -> Link:
    return Link(
        id=row["id"],
        pair=row["pair"],
        servicenow=_end(row, Side.SERVICENOW),
        jira=_end(row, Side.JIRA),
        state=row["state"],
        origin=row["origin"],
        made_at=row["made_at"],
        agreed_at=row["agreed_at"],
    )


def _end(row: RowMapping, side: Side) -> End:
    return End(**{name: row[f"{side.value}_{name}"] for name in _END})


def _row(link: Link) -> RowValues:
    row: dict[str, Any] = {
        "pair": link.pair,
        "state": link.state,
        "origin": link.origin,
        "made_at": link.made_at,
        "agreed_at": link.agreed_at,
    }
    for side in Side:
        row |= {f"{side.value}_{name}": getattr(link.end(side), name) for name in _END}
    return row


def _same_records(one: Link, other: Link) -> bool:
    return all(one.end(side).key == other.end(side).key for side in Side)


def _words(link: Link) -> str:
    ends = (f"{e.container} {e.label or e.key}" for e in (link.servicenow, link.jira))
    return f"link {link.id or 'new'} ({' = '.join(ends)})"
