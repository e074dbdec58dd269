"""The inbox: which records need a look, and how far each stream has been read.

Both change in one transaction, so that a crash can neither lose a change nor move a cursor past
one. There is at most one row a record: memory and backlog are bounded by records, not by events.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, func, null, or_, select, update

from connector.values import Sighting
from mappings.sides import Side
from sync.core.model import InboxRow
from sync.errors import BrokenInvariant
from sync.store.database import Database
from sync.store.rows import Upsert, chunks, column
from sync.store.tables import COMMENT_LINK, CURSOR, INBOX, LINK, SEEN
from sync.store.values import QueuedRow

StreamKind: TypeAlias = Literal["records", "comments", "files"]

_REASONS: Mapping[str, str] = {
    "records": "changed",
    "comments": "commented",
    "files": "attached",
}


class Inbox:
    """Rows, cursors and what was seen inside the overlap of two polls."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
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
        """Take in a page of a stream and move its cursor; the number of records that are news.

        What was seen before inside the overlap, what the link's known version already covers and
        comments that are linked (ours, come back) are no news. What was seen before ``keep_since``
        is forgotten. A cursor never moves back.
        """
        with self._database.write() as connection:
            fresh = self._unseen(stream_name, sightings)
            known = self._versions if kind == "records" else self._comments
            news = fresh - known(side, fresh)
            places = {s.key: s.container for s in sightings if (s.key, s.version) in news}
            self._put(side, places, _REASONS[kind])
            self._note(stream_name, [s for s in sightings if (s.key, s.version) in fresh])
            old = and_(SEEN.c.stream == stream_name, SEEN.c.at < keep_since)
            connection.execute(delete(SEEN).where(old))
            self._move(stream_name, side, cursor)
            return len(places)

    def skip(
        self, stream_name: str, side: Side, sightings: Sequence[Sighting], cursor: datetime
    ) -> None:
        """Take in a page whose records are looked at for another reason: seen, but no news."""
        with self._database.write():
            self._note(stream_name, sightings)
            self._move(stream_name, side, cursor)

    def nudge(self, side: Side, container: str, keys: Collection[str], reason: str) -> None:
        """Ask for a look at these records."""
        with self._database.write():
            self._put(side, dict.fromkeys(keys, container), reason)

    def delay(
        self, side: Side, container: str, keys: Collection[str], reason: str, due: datetime
    ) -> None:
        """Ask for a look at these records, but not before ``due``."""
        with self._database.write() as connection:
            self._put(side, dict.fromkeys(keys, container), reason)
            wanted = and_(INBOX.c.side == side, INBOX.c.key.in_(list(keys)))
            connection.execute(update(INBOX).where(wanted).values(due=due))

    def rows(self, limit: int, now: datetime) -> tuple[QueuedRow, ...]:
        """Rows that are due, oldest first."""
        statement = (
            select(INBOX)
            .where(or_(INBOX.c.due.is_(None), INBOX.c.due <= now))
            .order_by(INBOX.c.since, INBOX.c.side, INBOX.c.key)
            .limit(limit)
        )
        with self._database.read() as connection:
            found = connection.execute(statement).mappings()
            return tuple(QueuedRow(**row) for row in found)

    def count(self) -> int:
        """All rows."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(INBOX)).scalar_one())

    def waiting(self, now: datetime) -> int:
        """Rows that are not due yet."""
        statement = select(func.count()).select_from(INBOX).where(INBOX.c.due > now)
        with self._database.read() as connection:
            return int(connection.execute(statement).scalar_one())

    def next_due(self) -> datetime | None:
        """When the first of the waiting rows is due."""
        with self._database.read() as connection:
            due: datetime | None = connection.execute(select(func.min(INBOX.c.due))).scalar_one()
            return due

    def done(self, rows: Iterable[InboxRow]) -> None:
        """Finish rows; those nudged again since they were read stay."""
        wanted = [_as_read(row) for row in rows]
        if wanted:
            with self._database.write() as connection:
                connection.execute(delete(INBOX).where(_UNTOUCHED), wanted)

    def postpone(self, rows: Iterable[InboxRow], due: datetime, attempts: int) -> None:
        """Hold rows back until ``due``; those nudged again since they were read stay due now."""
        wanted = [_as_read(row) for row in rows]
        if wanted:
            statement = update(INBOX).where(_UNTOUCHED).values(due=due, attempts=attempts)
            with self._database.write() as connection:
                connection.execute(statement, wanted)

    def cursor(self, stream: str) -> datetime | None:
        """How far a stream has been read; ``None`` where it never was."""
        with self._database.read() as connection:
            statement = select(CURSOR.c.at).where(CURSOR.c.stream == stream)
            return connection.execute(statement).scalar_one_or_none()

    def _note(self, stream: str, sightings: Iterable[Sighting]) -> None:
        rows = [
            {"stream": stream, "key": s.key, "version": s.version, "at": s.at} for s in sightings
        ]
        with self._database.write() as connection:
            _PUT_SEEN(connection, rows)

    def _unseen(self, stream: str, sightings: Iterable[Sighting]) -> set[tuple[str, str]]:
        fresh = {(s.key, s.version) for s in sightings}
        columns = (SEEN.c.key, SEEN.c.version)
        with self._database.read() as connection:
            for part in chunks(sorted({key for key, _ in fresh})):
                wanted = and_(SEEN.c.stream == stream, SEEN.c.key.in_(part))
                for key, version in connection.execute(select(*columns).where(wanted)):
                    fresh.discard((key, version))
        return fresh

    def _versions(self, side: Side, fresh: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Of these sightings, those at the very version a link knows."""
        key, version = (column(LINK, f"{side.value}_{name}") for name in ("key", "version"))
        found: set[tuple[str, str]] = set()
        with self._database.read() as connection:
            for part in chunks(sorted({key for key, _ in fresh})):
                rows = connection.execute(select(key, version).where(key.in_(part)))
                found.update((row[0], row[1]) for row in rows)
        return found

    def _comments(self, side: Side, fresh: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Of these sightings, those of comments that were carried, or made by carrying."""
        ids: set[str] = set()
        here, there = COMMENT_LINK.c.source_id, COMMENT_LINK.c.copy_id
        with self._database.read() as connection:
            for part in chunks(sorted({comment for _, comment in fresh})):
                ours = and_(COMMENT_LINK.c.source == side, here.in_(part))
                ids.update(connection.execute(select(here).where(ours)).scalars())
                copies = and_(COMMENT_LINK.c.source == side.other, there.in_(part))
                ids.update(connection.execute(select(there).where(copies)).scalars())
        return {(key, comment) for key, comment in fresh if comment in ids}

    def _put(self, side: Side, places: Mapping[str, str], reason: str) -> None:
        now = self._clock()
        rows = [
            {
                "side": side, "key": key, "container": container, "reason": reason,
                "attempts": 0, "due": None, "turn": 1, "since": now,
            }
            for key, container in places.items()
        ]  # fmt: skip
        with self._database.write() as connection:
            _PUT(connection, rows)

    def _move(self, stream: str, side: Side, cursor: datetime) -> None:
        row = {"stream": stream, "side": side, "at": cursor}
        with self._database.write() as connection:
            _MOVE(connection, [row])


def _later(offered: Any) -> ColumnElement[Any]:
    return case((offered.at > CURSOR.c.at, offered.at), else_=CURSOR.c.at)


def _both_reasons(offered: Any) -> ColumnElement[Any]:
    """The reasons of all nudges, each once: ``changed+commented``."""
    known = ("+" + INBOX.c.reason + "+").contains("+" + offered.reason + "+")
    return case((known, INBOX.c.reason), else_=INBOX.c.reason + "+" + offered.reason)


_AGAIN: Mapping[str, Callable[[Any], ColumnElement[Any]]] = {
    "container": lambda offered: offered.container,
    "reason": _both_reasons,
    # News may be the cure for what made the row wait.
    "due": lambda _: null(),
    "turn": lambda _: INBOX.c.turn + 1,
}

_PUT = Upsert(INBOX, _AGAIN)
_PUT_SEEN = Upsert(SEEN, ("at",))
_MOVE = Upsert(CURSOR, {"at": _later})

_UNTOUCHED = and_(
    INBOX.c.side == bindparam("of_side", type_=INBOX.c.side.type),
    INBOX.c.key == bindparam("of_key", type_=INBOX.c.key.type),
    INBOX.c.turn == bindparam("of_turn"),
    # A row that was finished and came anew begins with turn 1 again, but at another time.
    INBOX.c.since == bindparam("of_since", type_=INBOX.c.since.type),
)


def _as_read(row: InboxRow) -> Mapping[str, Any]:
    if not isinstance(row, QueuedRow):
        raise BrokenInvariant(f"an inbox row that was not read from the inbox: {row}")
    return {
        "of_side": row.side,
        "of_key": row.key,
        "of_turn": row.turn,
        "of_since": row.since,
    }
