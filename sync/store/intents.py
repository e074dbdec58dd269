"""Intents: writes that must not be repeated blindly, before, during and after their request.

The states and who moves them::

    planned --sent--> sent --done--> done
       ^               |  \\--unclear--> unclear --done--> done
       |               |                   |
       +--- plan ---- dropped <--drop------+        (unclear --sent--> sent: another attempt)

An intent that was ever sent keeps its attempts when it is planned again: the engine has to look
for its marker first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select, update

from sync.core.model import Intent, IntentKind, IntentState
from sync.errors import BrokenInvariant
from sync.store.database import Database
from sync.store.rows import RowValues, Upsert, chunks
from sync.store.tables import INTENT
from sync.store.types import Utc
from sync.store.values import SentIntent

_OPEN = (IntentState.PLANNED, IntentState.SENT, IntentState.UNCLEAR)
_REUSED = (IntentState.PLANNED, IntentState.DROPPED)


class Intents:
    """All intents, by marker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, intents: Iterable[Intent]) -> dict[str, SentIntent]:
        """Write down what is about to be sent; the answer is what now stands for each marker.

        A planned or dropped one is used again. One that is sent, unclear or done stays as it is:
        whoever planned has to look at the answer before sending.
        """
        rows = [_row(intent) for intent in intents]
        with self._database.write() as connection:
            _PUT(connection, rows)
            return self.get([row["marker"] for row in rows])

    def sent(self, markers: Collection[str], at: datetime) -> None:
        """These go out now, for the first time or once more; ``at`` is the target's clock."""
        self._update(
            markers,
            state=IntentState.SENT,
            attempt=INTENT.c.attempt + 1,
            sent_at=at,
            first_sent_at=func.coalesce(INTENT.c.first_sent_at, literal(at, Utc())),
        )

    def unclear(self, markers: Collection[str]) -> None:
        """Nobody knows what became of these."""
        self._update(markers, state=IntentState.UNCLEAR)

    def unclear_all_sent(self) -> int:
        """Whatever an earlier process had sent without an answer is unclear; how many."""
        statement = (
            update(INTENT)
            .where(INTENT.c.state == IntentState.SENT)
            .values(state=IntentState.UNCLEAR)
        )
        with self._database.write() as connection:
            return connection.execute(statement).rowcount

    def done(self, marker: str, result: str) -> None:
        """It exists: ``result`` is the new record's key or the comment's id."""
        self._update([marker], state=IntentState.DONE, result=result)

    def drop(self, markers: Collection[str]) -> None:
        """These certainly did not happen and are not wanted now."""
        self._update(markers, state=IntentState.DROPPED)

    def open(self) -> tuple[SentIntent, ...]:
        """All that are planned, sent or unclear, in a stable order."""
        statement = select(INTENT).where(INTENT.c.state.in_(_OPEN)).order_by(INTENT.c.marker)
        with self._database.read() as connection:
            return tuple(SentIntent(**row) for row in connection.execute(statement).mappings())

    def taken_for_lost(self, pair: str) -> tuple[SentIntent, ...]:
        """Creates of a pair that went out and were dropped: refused, or not found in time."""
        dropped, went_out = INTENT.c.state == IntentState.DROPPED, INTENT.c.sent_at.is_not(None)
        making = INTENT.c.kind == IntentKind.CREATE
        statement = select(INTENT).where(INTENT.c.pair == pair, making, dropped, went_out)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(INTENT.c.marker)).mappings()
            return tuple(SentIntent(**row) for row in rows)

    def get(self, markers: Collection[str]) -> dict[str, SentIntent]:
        """Intents by marker; unknown ones are absent."""
        found: dict[str, SentIntent] = {}
        with self._database.read() as connection:
            for part in chunks(markers):
                statement = select(INTENT).where(INTENT.c.marker.in_(part))
                for row in connection.execute(statement).mappings():
                    found[row["marker"]] = SentIntent(**row)
        return found

    def _update(self, markers: Collection[str], **values: Any) -> None:
        wanted = sorted(set(markers))
        changed = 0
        with self._database.write() as connection:
            for part in chunks(wanted):
                statement = update(INTENT).where(INTENT.c.marker.in_(part)).values(**values)
                changed += connection.execute(statement).rowcount
            if changed != len(wanted):
                unknown = sorted(set(wanted) - set(self.get(wanted)))
                raise BrokenInvariant(f"intents that were never planned: {', '.join(unknown)}")


def _row(intent: Intent) -> RowValues:
    return {
        "marker": intent.marker,
        "pair": intent.pair,
        "kind": intent.kind,
        "side": intent.side,
        "container": intent.container,
        "source_key": intent.source_key,
        "parent": intent.parent,
        "state": IntentState.PLANNED,
        "attempt": 0,
        "sent_at": None,
        "first_sent_at": None,
        "result": "",
    }


def _if_reused(name: str) -> Callable[[Any], ColumnElement[Any]]:
    def choose(offered: Any) -> ColumnElement[Any]:
        # Not "in": its parameters cannot be part of a statement for many rows.
        reused = or_(*(INTENT.c.state == state for state in _REUSED))
        return case((reused, offered[name]), else_=INTENT.c[name])

    return choose


_AGAIN: Mapping[str, Callable[[Any], ColumnElement[Any]]] = {
    name: _if_reused(name)
    for name in ("pair", "kind", "side", "container", "source_key", "parent", "state")
}

_PUT = Upsert(INTENT, _AGAIN)
