"""The inbox in memory: rows, cursors, and what was seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.values import Sighting
from mappings.sides import Side
from sync.core.model import InboxRow
from sync.store.inbox import _REASONS, Inbox, StreamKind, _as_read
from sync.store.values import QueuedRow
from tests.support.memory.kept import moment, stamp, text, words
from tests.support.memory.tables import Seen, Tables

Place = tuple[Side, str]


class MemoryInbox(Inbox):
    """Rows, cursors and what was seen inside the overlap of two polls."""

    def __init__(self, tables: Tables, clock: Callable[[], datetime]) -> None:
        self._tables = tables
        self._clock = clock

    def accept(
        self,
        stream_name: str,
        side: Side,
        kind: StreamKind,
        sightings: Sequence[Sighting],
        cursor: datetime,
        keep_since: datetime,
    ) -> int:
        """Take in a page of a stream; the number of records that are news."""
        with self._tables.write():
            news = self._take_in(stream_name, side, kind, sightings) if sightings else 0
            self._forget(stream_name, stamp(keep_since))
            self._move(stream_name, side, cursor)
            return news

    def skip(
        self, stream_name: str, side: Side, sightings: Sequence[Sighting], cursor: datetime
    ) -> None:
        """Take in a page: seen, but no news."""
        with self._tables.write():
            self._note(stream_name, sightings)
            self._move(stream_name, side, cursor)

    def nudge(self, side: Side, container: str, keys: Collection[str], reason: str) -> None:
        """Ask for a look at these records."""
        with self._tables.write():
            self._put(side, dict.fromkeys(keys, container), reason)

    def delay(
        self, side: Side, container: str, keys: Collection[str], reason: str, due: datetime
    ) -> None:
        """Ask for a look at these records, but not before ``due``."""
        with self._tables.write():
            self._put(side, dict.fromkeys(keys, container), reason)
            for place in {(Side(side), words(key)) for key in keys}:
                row = self._tables.inbox.rows[place]
                self._tables.inbox.put(place, replace(row, due=moment(due)))

    def rows(self, limit: int, now: datetime) -> tuple[QueuedRow, ...]:
        """Rows that are due, oldest first."""
        with self._tables.lock:
            rows = list(self._tables.inbox.rows.values())
        due = [row for row in rows if row.due is None or row.due <= now]
        return tuple(sorted(due, key=_age)[:limit])

    def count(self) -> int:
        """All rows."""
        with self._tables.lock:
            return len(self._tables.inbox.rows)

    def waiting(self, now: datetime) -> int:
        """Rows that are not due yet."""
        return sum(due > now for due in self._dues())

    def next_due(self) -> datetime | None:
        """When the first of the waiting rows is due."""
        return min(self._dues(), default=None)

    def done(self, rows: Iterable[InboxRow]) -> None:
        """Finish rows; those nudged again since they were read stay."""
        wanted = [_as_read(row) for row in rows]
        if wanted:
            with self._tables.write():
                for place, _ in self._untouched(wanted):
                    self._tables.inbox.drop(place)

    def postpone(self, rows: Iterable[InboxRow], due: datetime, attempts: int) -> None:
        """Hold rows back; those nudged again since they were read stay due now."""
        wanted = [_as_read(row) for row in rows]
        if wanted:
            with self._tables.write():
                for place, row in self._untouched(wanted):
                    later = replace(row, due=moment(due), attempts=attempts)
                    self._tables.inbox.put(place, later)

    def cursor(self, stream: str) -> datetime | None:
        """How far a stream has been read."""
        with self._tables.lock:
            return self._tables.cursors.get(stream)

    def _dues(self) -> list[datetime]:
        with self._tables.lock:
            return [row.due for row in self._tables.inbox.rows.values() if row.due is not None]

    def _untouched(self, wanted: Iterable[Mapping[str, Any]]) -> list[tuple[Place, QueuedRow]]:
        found: dict[Place, QueuedRow] = {}
        for read in wanted:
            place = (Side(read["of_side"]), words(read["of_key"]))
            row = self._tables.inbox.get(place)
            if row and (row.turn, row.since) == (read["of_turn"], read["of_since"]):
                found[place] = row
        return list(found.items())

    def _take_in(
        self, stream: str, side: Side, kind: StreamKind, sightings: Sequence[Sighting]
    ) -> int:
        fresh = self._unseen(stream, sightings)
        news = fresh - self._known(kind, side, fresh)
        places = {s.key: s.container for s in sightings if (s.key, s.version) in news}
        self._put(side, places, _REASONS[kind])
        self._note(stream, [s for s in sightings if (s.key, s.version) in fresh])
        return len(places)

    def _note(self, stream: str, sightings: Iterable[Sighting]) -> None:
        for one in sorted(sightings, key=lambda one: (one.key, one.version)):
            seen = Seen(text(stream), words(one.key), words(one.version), stamp(one.at))
            self._tables.seen.put((seen.stream, seen.key, seen.version), seen)

    def _forget(self, stream: str, before: datetime) -> None:
        seen = self._tables.seen
        old = [key for key in self._tables.seen_in.at(stream) if seen.rows[key].at < before]
        for key in sorted(old):
            seen.drop(key)

    def _unseen(self, stream: str, sightings: Iterable[Sighting]) -> set[tuple[str, str]]:
        fresh = {(s.key, s.version) for s in sightings}
        for key in {key for key, _ in fresh}:
            for _, *seen in self._tables.seen_of.at((stream, words(key))):
                fresh.discard((seen[0], seen[1]))
        return fresh

    def _versions(self, side: Side, fresh: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Of these sightings, those at the very version a link knows."""
        index, links = self._tables.links_by_key[side], self._tables.links.rows
        ids = (id for key in {key for key, _ in fresh} for id in index.at(words(key)))
        return {(end.key, end.version) for end in (links[id].end(side) for id in ids)}

    def _known(
        self, kind: StreamKind, side: Side, fresh: set[tuple[str, str]]
    ) -> set[tuple[str, str]]:
        if kind == "records":
            return self._versions(side, fresh)
        tables = self._tables
        here, there = (
            (tables.carried, tables.copied)
            if kind == "comments"
            else (tables.filed, tables.refiled)
        )
        asked = {words(one) for _, one in fresh}
        ids = {id for id in asked if here.at((side, id)) or there.at((side.other, id))}
        return {(key, one) for key, one in fresh if one in ids}

    def _put(self, side: Side, places: Mapping[str, str], reason: str) -> None:
        now = stamp(self._clock())
        for key, container in sorted(places.items()):
            place = (Side(side), words(key))
            row = QueuedRow(
                *(place[0], words(container), place[1]), text(reason), turn=1, since=now
            )
            known = self._tables.inbox.get(place)
            self._tables.inbox.put(place, row if known is None else _again(known, row))

    def _move(self, stream: str, side: Side, cursor: datetime) -> None:
        offered, known = stamp(cursor), self._tables.cursors.get(stream)
        if known is None or offered > known:
            self._tables.cursors.put(text(stream), offered)


def _age(row: QueuedRow) -> tuple[Any, ...]:
    return row.since, row.side, row.key


def _again(known: QueuedRow, offered: QueuedRow) -> QueuedRow:
    both = f"{known.reason}+{offered.reason}"
    told = f"+{offered.reason}+" in f"+{known.reason}+"
    return replace(
        known,
        container=offered.container,
        reason=known.reason if told else both,
        due=None,
        turn=known.turn + 1,
    )
