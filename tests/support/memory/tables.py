"""All that a store in memory holds: tables of immutable rows by their primary key.

A row is the very value that a repository hands out, so that reading builds nothing. What must never
happen, two rows of one unique word, is refused as the database refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Generic, TypeVar, cast

from mappings.sides import Side
from sync.core.model import (
    Absence,
    Base,
    CommentLink,
    Conflict,
    FileLink,
    HistoryRow,
    Link,
    LinkState,
    PairState,
    Parked,
    PersonRow,
    SentPatch,
)
from sync.errors import BrokenInvariant
from sync.store.values import FactRow, QueuedRow, SentIntent
from tests.support.memory.steps import Steps

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
PLACE: Final = "(memory)"
_ABSENT: Final[Any] = object()
_NONE: Final[frozenset[Any]] = frozenset()


class Index(Generic[K, V]):
    """Which rows of a table share a word; rows without one (``None``) are left out."""

    def __init__(self, word: Callable[[V], Hashable | None], unique: str) -> None:
        self._word = word
        self._unique = unique
        self._keys: dict[Hashable, set[K]] = {}

    def at(self, word: Hashable) -> Set[K]:
        """Keys of the rows with that word, in no order."""
        return self._keys.get(word, _NONE)

    def check(self, key: K, row: V) -> None:
        """Refuse a second row of a unique word."""
        if self._unique and (word := self._word(row)) is not None and self.at(word) - {key}:
            raise BrokenInvariant(f"store {PLACE}: UNIQUE constraint failed: {self._unique}")

    def move(self, key: K, old: V, new: V) -> None:
        """Follow a row from one value to another, either of which may be absent."""
        before = None if old is _ABSENT else self._word(old)
        after = None if new is _ABSENT else self._word(new)
        if before == after:
            return
        if before is not None:
            self._keys[before].discard(key)
        if after is not None:
            self._keys.setdefault(after, set()).add(key)


class Table(Generic[K, V]):
    """Rows by primary key, their indexes, and every change noted so that it can be taken back."""

    def __init__(self, steps: Steps) -> None:
        self.rows: dict[K, V] = {}
        self._steps = steps
        self._indexes: list[Index[K, V]] = []

    def index(self, word: Callable[[V], Hashable | None], *, unique: str = "") -> Index[K, V]:
        """A new index; ``unique`` names its columns where a word may be there only once."""
        made: Index[K, V] = Index(word, unique)
        self._indexes.append(made)
        return made

    def get(self, key: K) -> V | None:
        """One row."""
        return self.rows.get(key)

    def of(self, keys: Set[K]) -> list[V]:
        """These rows, by key."""
        return [self.rows[key] for key in sorted(cast("Set[Any]", keys))]

    def put(self, key: K, row: V) -> None:
        """Insert a row, or replace it."""
        for index in self._indexes:
            index.check(key, row)
        self._change(key, row)

    def drop(self, key: K) -> None:
        """Delete a row, if there is one."""
        if key in self.rows:
            self._change(key, _ABSENT)

    def load(self, rows: Mapping[K, V]) -> None:
        """Hold these rows and no others."""
        for key in list(self.rows):
            self._set(key, _ABSENT)
        for key, row in rows.items():
            self._set(key, row)

    def _change(self, key: K, row: V) -> None:
        self._steps.note(partial(self._set, key, self.rows.get(key, _ABSENT)))
        self._set(key, row)

    def _set(self, key: K, row: V) -> None:
        old = self.rows.get(key, _ABSENT)
        for index in self._indexes:
            index.move(key, old, row)
        if row is _ABSENT:
            self.rows.pop(key, None)
        else:
            self.rows[key] = row


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting inside the overlap of two polls."""

    stream: str
    key: str
    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as it is kept; given back it has no end."""

    holder: str
    epoch: int
    since: datetime
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Copy:
    """A store as it once was. Only :meth:`Tables.restore` looks inside."""

    tables: tuple[Mapping[Any, Any], ...]


class Tables:
    """Every table of the schema. Who reads takes :attr:`lock`, who changes is in :meth:`write`."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.lock = steps.lock
        self.write = steps.write
        self.numbers: Table[str, int] = Table(steps)
        self.meta: Table[str, str] = Table(steps)
        self.pairs: Table[str, PairState] = Table(steps)
        self.people: Table[tuple[Side, str], PersonRow] = Table(steps)
        self.facts: Table[tuple[Side, str], str] = Table(steps)
        self.leases: Table[str, Held] = Table(steps)
        self.cursors: Table[str, datetime] = Table(steps)
        self.inbox: Table[tuple[Side, str], QueuedRow] = Table(steps)
        self.patches: Table[int, SentPatch] = Table(steps)
        self.patches_of = self.patches.index(lambda row: (row.side, row.key))
        self._add_links(steps)
        self._add_streams(steps)
        self.absences: Table[tuple[int, Side], Absence] = Table(steps)
        self._add_ledger(steps)

    def _add_links(self, steps: Steps) -> None:
        self.links: Table[int, Link] = Table(steps)
        self.links_of_pair = self.links.index(lambda link: link.pair)
        self.links_by_key = {side: self.links.index(partial(key_on, side)) for side in Side}
        self.links_by_label = {side: self.links.index(partial(label_on, side)) for side in Side}
        self.live = {
            Side.SERVICENOW: self.links.index(
                live_servicenow, unique="link.servicenow_container, link.servicenow_key"
            ),
            Side.JIRA: self.links.index(live_jira, unique="link.jira_key"),
        }
        self.bare: Table[int, bool] = Table(steps)
        self.bases: Table[int, Mapping[str, Base]] = Table(steps)

    def _add_streams(self, steps: Steps) -> None:
        self.seen: Table[tuple[str, str, str], Seen] = Table(steps)
        self.seen_in = self.seen.index(lambda seen: seen.stream)
        self.seen_of = self.seen.index(lambda seen: (seen.stream, seen.key))
        self.intents: Table[str, SentIntent] = Table(steps)
        self.intents_in = self.intents.index(lambda intent: intent.state)
        self.comments: Table[tuple[int, Side, str], CommentLink] = Table(steps)
        self.comments_of = self.comments.index(lambda row: row.link_id)
        self.carried = self.comments.index(lambda row: (row.source, row.source_id))
        self.copied = self.comments.index(lambda row: (row.source, row.copy_id))
        self.files: Table[tuple[int, Side, str], FileLink] = Table(steps)
        self.files_of = self.files.index(lambda row: row.link_id)
        self.filed = self.files.index(lambda row: (row.source, row.source_id))
        self.refiled = self.files.index(lambda row: (row.source, row.copy_id))

    def _add_ledger(self, steps: Steps) -> None:
        self.insight: Table[tuple[str, str], FactRow] = Table(steps)
        self.conflicts: Table[int, Conflict] = Table(steps)
        self.conflicts_of = self.conflicts.index(lambda row: row.link_id if row.open else None)
        self.conflict_at = self.conflicts.index(
            lambda row: (row.link_id, row.field) if row.open else None,
            unique="conflict.link_id, conflict.field",
        )
        self.parked: Table[int, Parked] = Table(steps)
        self.parked_of = self.parked.index(lambda row: (row.side, row.key))
        self.parked_at = self.parked.index(
            lambda row: (row.side, row.key, row.field),
            unique="parked.side, parked.key, parked.field",
        )
        self.history: Table[int, HistoryRow] = Table(steps)
        self.history_of = self.history.index(lambda row: row.link_id)

    def next_id(self, table: str) -> int:
        """A number that no row of that table ever had."""
        number = (self.numbers.get(table) or 0) + 1
        self.numbers.put(table, number)
        return number

    def copy(self) -> Copy:
        """Everything as it is now."""
        with self.steps.between():
            return Copy(tuple(dict(table.rows) for table in self._all()))

    def restore(self, copy: Copy) -> None:
        """Everything as it was then."""
        with self.steps.between():
            for table, rows in zip(self._all(), copy.tables, strict=True):
                table.load(rows)

    def _all(self) -> list[Table[Any, Any]]:
        return [one for one in vars(self).values() if isinstance(one, Table)]


def key_on(side: Side, link: Link) -> str:
    """A link's key on a side."""
    return link.end(side).key


def label_on(side: Side, link: Link) -> str:
    """A link's label on a side."""
    return link.end(side).label


def live_servicenow(link: Link) -> Hashable | None:
    """Where a link that is not ended stands in ServiceNow."""
    if link.state is LinkState.ENDED:
        return None
    return link.servicenow.container, link.servicenow.key


def live_jira(link: Link) -> Hashable | None:
    """Where a link that is not ended stands in Jira."""
    return None if link.state is LinkState.ENDED else link.jira.key
