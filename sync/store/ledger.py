"""The ledger: conflicts, parked work, and the history of every write (I-08, I-16, I-23)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, delete, insert, select, update

from mappings.sides import Side
from sync.core.model import Conflict, HistoryRow, Parked, Seat
from sync.errors import BrokenInvariant
from sync.store.database import Database
from sync.store.rows import chunks, new_id
from sync.store.tables import CONFLICT, HISTORY, PARKED

_SEAT = ("value", "author", "at")
_PLAIN = ("id", "pair", "link_id", "number", "key", "field", "base", "decision", "reason", "open")


class Ledger:
    """What a person may have to see, now or in ninety days."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def open_conflict(self, conflict: Conflict) -> int:
        """Write a conflict down and give its id.

        A link's field has at most one open row: where there is one, it is brought up to date
        instead, keeping the time it was opened at. One decided by policy comes closed.
        """
        row = _conflict_row(conflict) | {"at": conflict.at or self._clock()}
        same = and_(
            CONFLICT.c.link_id == conflict.link_id,
            CONFLICT.c.field == conflict.field,
            CONFLICT.c.open,
        )
        with self._database.write() as connection:
            known = connection.execute(select(CONFLICT.c.id).where(same)).scalar_one_or_none()
            if known is None:
                return new_id(connection.execute(insert(CONFLICT).values(**row)))
            kept = {name: value for name, value in row.items() if name != "at"}
            connection.execute(update(CONFLICT).where(CONFLICT.c.id == known).values(**kept))
            return int(known)

    def tell_conflict(self, conflict: Conflict) -> int:
        """Write down a closed conflict and give its id; an open one of the same field goes on."""
        row = _conflict_row(conflict) | {"at": conflict.at or self._clock()}
        with self._database.write() as connection:
            return new_id(connection.execute(insert(CONFLICT).values(**row)))

    def close_conflict(self, id: int, decision: str, reason: str) -> None:
        """Note how a conflict was decided; a closed one may be decided anew."""
        values = {"open": False, "decision": decision, "reason": reason}
        statement = update(CONFLICT).where(CONFLICT.c.id == id).values(**values)
        with self._database.write() as connection:
            if connection.execute(statement).rowcount != 1:
                raise BrokenInvariant(f"there is no conflict {id}")

    def conflicts(self, all: bool = False) -> tuple[Conflict, ...]:
        """Open conflicts, or all there ever were, oldest first."""
        return self._conflicts(None if all else CONFLICT.c.open)

    def conflict(self, id: int) -> Conflict | None:
        """One conflict."""
        return next(iter(self._conflicts(CONFLICT.c.id == id)), None)

    def conflicts_of(self, link_ids: Collection[int]) -> dict[int, tuple[Conflict, ...]]:
        """Open conflicts by link; every link asked for has an entry, be it an empty one."""
        found: dict[int, list[Conflict]] = {link: [] for link in link_ids}
        for part in chunks(link_ids):
            for row in self._conflicts(and_(CONFLICT.c.link_id.in_(part), CONFLICT.c.open)):
                found[row.link_id].append(row)
        return {link: tuple(rows) for link, rows in found.items()}

    def park(self, parked: Parked) -> int:
        """Put work aside and give the row's id.

        A record's field has one row: parking it again brings the row up to date and counts the
        attempt, from one where another value was refused, but it keeps its id, which people may
        have written down.
        """
        values = {f.name: getattr(parked, f.name) for f in fields(Parked) if f.name != "id"}
        row = values | {"at": parked.at or self._clock()}
        place = _place(parked.side, [parked.key], [parked.field])
        with self._database.write() as connection:
            columns = (PARKED.c.id, PARKED.c.attempts, PARKED.c.fingerprint)
            statement = select(*columns).where(place)
            known = connection.execute(statement).one_or_none()
            if known is None:
                return new_id(connection.execute(insert(PARKED).values(**row)))
            before = known.attempts if same_wish(known.fingerprint, parked.fingerprint) else 0
            row["attempts"] = max(before + 1, parked.attempts)
            connection.execute(update(PARKED).where(PARKED.c.id == known.id).values(**row))
            return int(known.id)

    def unpark(self, side: Side, key: str, names: Collection[str] | None) -> None:
        """Take a record's parked fields back; ``None``: all, the whole record included."""
        with self._database.write() as connection:
            connection.execute(delete(PARKED).where(_place(side, [key], names)))

    def parked(self) -> tuple[Parked, ...]:
        """Everything that is put aside, oldest first."""
        return self._parked(None)

    def parked_row(self, id: int) -> Parked | None:
        """One parked row."""
        return next(iter(self._parked(PARKED.c.id == id)), None)

    def parked_of(self, side: Side, keys: Collection[str]) -> dict[str, tuple[Parked, ...]]:
        """Parked rows by record; every key asked for has an entry, be it an empty one."""
        found: dict[str, list[Parked]] = {key: [] for key in keys}
        for part in chunks(keys):
            for row in self._parked(_place(side, part, None)):
                found[row.key].append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    def record(self, history_rows: Iterable[HistoryRow]) -> None:
        """Write down what was written on a side, and why."""
        now = self._clock()
        names = [f.name for f in fields(HistoryRow) if f.name not in ("id", "at")]
        rows = [
            {name: getattr(row, name) for name in names} | {"at": row.at or now}
            for row in history_rows
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(insert(HISTORY), rows)

    def history(self, link_id: int) -> tuple[HistoryRow, ...]:
        """All writes of a link, oldest first."""
        statement = select(HISTORY).where(HISTORY.c.link_id == link_id).order_by(HISTORY.c.id)
        with self._database.read() as connection:
            return tuple(HistoryRow(**row) for row in connection.execute(statement).mappings())

    def recent(
        self, link_ids: Collection[int], since: datetime
    ) -> dict[int, tuple[HistoryRow, ...]]:
        """Writes of these links since then, oldest first; links without any are absent."""
        found: dict[int, list[HistoryRow]] = {}
        with self._database.read() as connection:
            for part in chunks(link_ids):
                wanted = and_(HISTORY.c.link_id.in_(part), HISTORY.c.at >= since)
                statement = select(HISTORY).where(wanted).order_by(HISTORY.c.id)
                for row in connection.execute(statement).mappings():
                    found.setdefault(row["link_id"], []).append(HistoryRow(**row))
        return {link: tuple(rows) for link, rows in found.items()}

    def written(self, pair: str, since: datetime) -> tuple[HistoryRow, ...]:
        """All writes for a pair after that moment, oldest first."""
        wanted = and_(HISTORY.c.at > since, HISTORY.c.pair == pair)
        statement = select(HISTORY).where(wanted).order_by(HISTORY.c.id)
        with self._database.read() as connection:
            return tuple(HistoryRow(**row) for row in connection.execute(statement).mappings())

    def made(self, pair: str, since: datetime) -> frozenset[int]:
        """The links of a pair that were made after that moment."""
        wanted = and_(HISTORY.c.at > since, HISTORY.c.pair == pair, HISTORY.c.kind == "create")
        with self._database.read() as connection:
            return frozenset(connection.execute(select(HISTORY.c.link_id).where(wanted)).scalars())

    def prune_history(self, before: datetime) -> int:
        """Forget writes older than that; how many."""
        with self._database.write() as connection:
            return connection.execute(delete(HISTORY).where(HISTORY.c.at < before)).rowcount

    def _conflicts(self, wanted: Any) -> tuple[Conflict, ...]:
        statement = select(CONFLICT).order_by(CONFLICT.c.id)
        if wanted is not None:
            statement = statement.where(wanted)
        with self._database.read() as connection:
            return tuple(_conflict(row) for row in connection.execute(statement).mappings())

    def _parked(self, wanted: Any) -> tuple[Parked, ...]:
        statement = select(PARKED).order_by(PARKED.c.id)
        if wanted is not None:
            statement = statement.where(wanted)
        with self._database.read() as connection:
            return tuple(Parked(**row) for row in connection.execute(statement).mappings())


def same_wish(one: str, other: str) -> bool:
    """Whether two fingerprints tell of the same value, whatever it was to replace."""
    return one.rpartition(" -> ")[2] == other.rpartition(" -> ")[2]


def _place(side: Side, keys: Collection[str], names: Collection[str] | None) -> Any:
    place = and_(PARKED.c.side == side, PARKED.c.key.in_(list(keys)))
    return place if names is None else and_(place, PARKED.c.field.in_(list(names)))


def _conflict(row: RowMapping) -> Conflict:
    values: dict[str, Any] = {name: row[name] for name in (*_PLAIN, "at")}
    for side in Side:
        values[side.value] = Seat(*(row[f"{side.value}_{name}"] for name in _SEAT))
    return Conflict(**values)


def _conflict_row(conflict: Conflict) -> dict[str, Any]:
    row = {name: getattr(conflict, name) for name in _PLAIN if name != "id"}
    for side, seat in ((Side.SERVICENOW, conflict.servicenow), (Side.JIRA, conflict.jira)):
        row |= {f"{side.value}_{name}": getattr(seat, name) for name in _SEAT}
    return row
