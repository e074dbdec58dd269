"""Links in memory, with the bases of :mod:`tests.support.memory.bases`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from mappings.sides import Side
from sync.core.model import End, Link, LinkState
from sync.errors import BrokenInvariant
from sync.store.links import Links, _same_records, _words
from sync.store.rows import CHUNK, chunks
from tests.support.memory.bases import MemoryBases
from tests.support.memory.kept import moment, text, words


class MemoryLinks(MemoryBases, Links):
    """The links and, inherited, their bases."""

    def add(self, link: Link) -> Link:
        """Remember a new link, or give the live one of the very same records."""
        with self._tables.write():
            for known in self._live(link):
                if _same_records(known, link):
                    return known
                raise BrokenInvariant(f"{_words(link)} is new, but {_words(known)} is alive")
            id = self._tables.next_id("link")
            self._tables.links.put(id, _kept(link, id))
            self._tables.bare.put(id, True)
            return replace(link, id=id)

    def save(self, link: Link) -> None:
        """Overwrite a link."""
        with self._tables.write():
            if self._tables.links.get(link.id) is None:
                raise BrokenInvariant(f"{_words(link)} is not in the store")
            self._tables.links.put(link.id, _kept(link, link.id))

    def by_keys(self, side: Side, keys: Collection[str]) -> dict[str, Link]:
        """Links by their key on one side; a live one wins over tombstones."""
        found: dict[str, Link] = {}
        index = self._tables.links_by_key[side]
        with self._tables.lock:
            for part in chunks(keys):
                ids = {id for key in part for id in index.at(words(key))}
                for link in self._tables.links.of(ids):
                    known = found.get(link.end(side).key)
                    if known is None or known.state is LinkState.ENDED:
                        found[link.end(side).key] = link
        return found

    def by_ids(self, ids: Collection[int]) -> dict[int, Link]:
        """Links by their id."""
        rows = self._tables.links.rows
        with self._tables.lock:
            return {
                link.id: link
                for part in chunks(ids)
                for link in self._tables.links.of({id for id in part if id in rows})
            }

    def of_pair(self, pair: str, *, ended: bool = False) -> Iterator[Link]:
        """All links of a pair by id, a page at a time."""
        last = 0
        while True:
            page = self._page(pair, last, ended)
            yield from page
            if len(page) < CHUNK:
                return
            last = page[-1].id

    def count(self, pair: str) -> int:
        """How many links of a pair are not ended."""
        with self._tables.lock:
            links = self._tables.links.of(self._tables.links_of_pair.at(pair))
            return sum(link.state is not LinkState.ENDED for link in links)

    def find(self, text: str) -> tuple[Link, ...]:
        """Links by what a person may type."""
        typed = words(text.strip())
        indexes = [*self._tables.links_by_label.values(), *self._tables.links_by_key.values()]
        with self._tables.lock:
            ids = {
                id
                for word in {typed, typed.upper(), typed.lower()}
                for index in indexes
                for id in index.at(word)
            }
            return tuple(self._tables.links.of(ids))

    def undecorated(self, limit: int) -> tuple[Link, ...]:
        """Active links without their decoration, oldest first."""
        with self._tables.lock:
            bare = self._tables.links.of(self._tables.bare.rows.keys())
            return tuple(link for link in bare if link.state is LinkState.ACTIVE)[:limit]

    def decorated(self, link_ids: Iterable[int]) -> None:
        """Note that these are decorated."""
        with self._tables.write():
            for id in link_ids:
                self._tables.bare.drop(id)

    def undecorate(self, link_ids: Iterable[int]) -> None:
        """Ask for their decoration anew."""
        with self._tables.write():
            for id in link_ids:
                if self._tables.links.get(id) is not None:
                    self._tables.bare.put(id, True)

    def saw(self, side: Side, versions: dict[int, str]) -> None:
        """Note versions alone."""
        if not versions:
            return
        with self._tables.write():
            for id, version in sorted(versions.items()):
                if (link := self._tables.links.get(id)) is not None:
                    end = replace(link.end(side), version=words(version))
                    self._tables.links.put(id, link.with_end(side, end))

    def _live(self, link: Link) -> list[Link]:
        place = words(link.servicenow.container), words(link.servicenow.key)
        taken = self._tables.live[Side.SERVICENOW].at(place)
        return self._tables.links.of(
            taken | self._tables.live[Side.JIRA].at(words(link.jira.key)),
        )

    def _page(self, pair: str, last: int, ended: bool) -> list[Link]:
        with self._tables.lock:
            ids = {id for id in self._tables.links_of_pair.at(pair) if id > last}
            links = self._tables.links.of(ids)
        return [link for link in links if ended or link.state is not LinkState.ENDED][:CHUNK]


def _kept(link: Link, id: int) -> Link:
    return Link(
        id,
        text(link.pair),
        _end(link.servicenow),
        _end(link.jira),
        LinkState(link.state),
        Side(link.origin),
        moment(link.made_at),
        moment(link.agreed_at),
    )


def _end(end: End) -> End:
    return End(
        words(end.container), words(end.key), words(end.label), words(end.version), words(end.url)
    )
