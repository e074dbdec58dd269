"""The ledger in memory: conflicts, parked work, history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from mappings.sides import Side
from sync.core.model import Conflict, HistoryRow, Parked, Seat
from sync.errors import BrokenInvariant
from sync.store.ledger import Ledger, same_wish
from sync.store.rows import chunks
from tests.support.memory.kept import base, canonical, flag, moment, stamp, text, words
from tests.support.memory.tables import Tables


class MemoryLedger(Ledger):
    """What a person may have to see."""

    def __init__(self, tables: Tables, clock: Callable[[], datetime]) -> None:
        self._tables = tables
        self._clock = clock

    def open_conflict(self, conflict: Conflict) -> int:
        """Write a conflict down, or bring the open one up to date; its id."""
        kept = _conflict(conflict, conflict.at or self._clock())
        rows = self._tables.conflicts
        with self._tables.write():
            for id in self._tables.conflict_at.at((kept.link_id, kept.field)):
                rows.put(id, replace(kept, id=id, at=rows.rows[id].at))
                return id
            return self._added(kept)

    def tell_conflict(self, conflict: Conflict) -> int:
        """Write down a conflict that is over, beside an open one; its id."""
        with self._tables.write():
            return self._added(
                _conflict(replace(conflict, open=False), conflict.at or self._clock())
            )

    def _added(self, conflict: Conflict) -> int:
        id = self._tables.next_id("conflict")
        self._tables.conflicts.put(id, replace(conflict, id=id))
        return id

    def close_conflict(self, id: int, decision: str, reason: str) -> None:
        """Note how a conflict was decided."""
        with self._tables.write():
            known = self._tables.conflicts.get(id)
            if known is None:
                raise BrokenInvariant(f"there is no conflict {id}")
            closed = replace(known, open=False, decision=text(decision), reason=words(reason))
            self._tables.conflicts.put(id, closed)

    def conflicts(self, all: bool = False) -> tuple[Conflict, ...]:
        """Open conflicts, or all there ever were, oldest first."""
        with self._tables.lock:
            rows = self._tables.conflicts.of(self._tables.conflicts.rows.keys())
        return tuple(row for row in rows if all or row.open)

    def conflict(self, id: int) -> Conflict | None:
        """One conflict."""
        with self._tables.lock:
            return self._tables.conflicts.get(id)

    def conflicts_of(self, link_ids: Collection[int]) -> dict[int, tuple[Conflict, ...]]:
        """Open conflicts by link."""
        rows, of_link = self._tables.conflicts, self._tables.conflicts_of
        with self._tables.lock:
            return {link: tuple(rows.of(of_link.at(link))) for link in link_ids}

    def park(self, parked: Parked) -> int:
        """Put work aside, or once more; the row's id."""
        kept = _parked(parked, parked.at or self._clock())
        rows = self._tables.parked
        with self._tables.write():
            for id in self._tables.parked_at.at((kept.side, kept.key, kept.field)):
                known = rows.rows[id]
                before = known.attempts if same_wish(known.fingerprint, kept.fingerprint) else 0
                attempts = max(before + 1, kept.attempts)
                rows.put(id, replace(kept, id=id, attempts=attempts))
                return id
            id = self._tables.next_id("parked")
            rows.put(id, replace(kept, id=id))
            return id

    def unpark(self, side: Side, key: str, names: Collection[str] | None) -> None:
        """Take a record's parked fields back, or all of them."""
        with self._tables.write():
            for row in self._parked_at(side, [key]):
                if names is None or row.field in names:
                    self._tables.parked.drop(row.id)

    def parked(self) -> tuple[Parked, ...]:
        """Everything that is put aside, oldest first."""
        with self._tables.lock:
            return tuple(self._tables.parked.of(self._tables.parked.rows.keys()))

    def parked_row(self, id: int) -> Parked | None:
        """One parked row."""
        with self._tables.lock:
            return self._tables.parked.get(id)

    def parked_of(self, side: Side, keys: Collection[str]) -> dict[str, tuple[Parked, ...]]:
        """Parked rows by record."""
        found: dict[str, list[Parked]] = {key: [] for key in keys}
        with self._tables.lock:
            for part in chunks(keys):
                for row in self._parked_at(side, part):
                    found[row.key].append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    def record(self, history_rows: Iterable[HistoryRow]) -> None:
        """Write down what was written on a side, and why."""
        now = self._clock()
        rows = [_history(row, row.at or now) for row in history_rows]
        if rows:
            with self._tables.write():
                for row in rows:
                    id = self._tables.next_id("history")
                    self._tables.history.put(id, replace(row, id=id))

    def history(self, link_id: int) -> tuple[HistoryRow, ...]:
        """All writes of a link, oldest first."""
        with self._tables.lock:
            return tuple(self._tables.history.of(self._tables.history_of.at(link_id)))

    def recent(
        self, link_ids: Collection[int], since: datetime
    ) -> dict[int, tuple[HistoryRow, ...]]:
        """Writes of these links since then; links without any are absent."""
        found: dict[int, list[HistoryRow]] = {}
        with self._tables.lock:
            for part in chunks(link_ids):
                ids = {id for link in part for id in self._tables.history_of.at(link)}
                for row in self._tables.history.of(ids):
                    if row.at is not None and row.at >= since:
                        found.setdefault(row.link_id, []).append(row)
        return {link: tuple(rows) for link, rows in found.items()}

    def written(self, pair: str, since: datetime) -> tuple[HistoryRow, ...]:
        """All writes for a pair after that moment, oldest first."""
        with self._tables.lock:
            rows = self._tables.history.rows.values()
            return tuple(row for row in rows if row.pair == pair and row.at and row.at > since)

    def made(self, pair: str, since: datetime) -> frozenset[int]:
        """The links of a pair that were made after that moment."""
        rows = self.written(pair, since)
        return frozenset(row.link_id for row in rows if row.kind == "create")

    def prune_history(self, before: datetime) -> int:
        """Forget writes older than that; how many."""
        with self._tables.write():
            rows = self._tables.history.rows.items()
            old = [id for id, row in rows if row.at is not None and row.at < before]
            for id in old:
                self._tables.history.drop(id)
        return len(old)

    def _parked_at(self, side: Side, keys: Collection[str]) -> list[Parked]:
        places = {(side, words(key)) for key in keys}
        return self._tables.parked.of(
            {id for place in places for id in self._tables.parked_of.at(place)}
        )


def _conflict(row: Conflict, at: datetime) -> Conflict:
    return Conflict(
        0,
        text(row.pair),
        row.link_id,
        words(row.number),
        words(row.key),
        text(row.field),
        None if row.base is None else base(row.base),
        _seat(row.servicenow),
        _seat(row.jira),
        text(row.decision),
        words(row.reason),
        flag(row.open),
        stamp(at),
    )


def _seat(seat: Seat) -> Seat:
    return Seat(canonical(seat.value), words(seat.author), moment(seat.at))


def _parked(row: Parked, at: datetime) -> Parked:
    return Parked(
        0,
        text(row.pair),
        Side(row.side),
        words(row.container),
        words(row.key),
        words(row.label),
        text(row.field),
        words(row.reason),
        words(row.remedy),
        tuple(row.offered or ()),
        text(row.fingerprint),
        row.attempts,
        stamp(at),
    )


def _history(row: HistoryRow, at: datetime) -> HistoryRow:
    return HistoryRow(
        text(row.pair),
        row.link_id,
        Side(row.side),
        words(row.label),
        text(row.kind),
        text(row.field),
        canonical(row.old),
        canonical(row.new),
        words(row.reason),
        text(row.plan),
        words(row.outcome),
        stamp(at),
    )
