"""Intents in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

from mappings.sides import Side
from sync.core.model import Intent, IntentKind, IntentState
from sync.errors import BrokenInvariant
from sync.store.intents import _OPEN, _REUSED, Intents
from sync.store.rows import chunks
from sync.store.values import SentIntent
from tests.support.memory.kept import stamp, text, words
from tests.support.memory.tables import Tables


class MemoryIntents(Intents):
    """All intents, by marker."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def plan(self, intents: Iterable[Intent]) -> dict[str, SentIntent]:
        """Write down what is about to be sent; the answer is what now stands for each marker."""
        rows = [_kept(intent) for intent in intents]
        with self._tables.write():
            for row in sorted(rows, key=lambda row: row.marker):
                known = self._tables.intents.get(row.marker)
                self._tables.intents.put(row.marker, row if known is None else _again(known, row))
            return self.get([row.marker for row in rows])

    def sent(self, markers: Collection[str], at: datetime) -> None:
        """These go out now, for the first time or once more."""
        self._change(markers, partial(_sent, stamp(at)))

    def unclear(self, markers: Collection[str]) -> None:
        """Nobody knows what became of these."""
        self._change(markers, lambda intent: replace(intent, state=IntentState.UNCLEAR))

    def unclear_all_sent(self) -> int:
        """Whatever was sent without an answer is unclear; how many."""
        with self._tables.write():
            sent = set(self._tables.intents_in.at(IntentState.SENT))
            self.unclear(sent)
            return len(sent)

    def done(self, marker: str, result: str) -> None:
        """It exists."""
        kept = words(result)
        self._change([marker], lambda one: replace(one, state=IntentState.DONE, result=kept))

    def drop(self, markers: Collection[str]) -> None:
        """These certainly did not happen."""
        self._change(markers, lambda intent: replace(intent, state=IntentState.DROPPED))

    def open(self) -> tuple[SentIntent, ...]:
        """All that are planned, sent or unclear, by marker."""
        with self._tables.lock:
            markers = {marker for state in _OPEN for marker in self._tables.intents_in.at(state)}
            return tuple(self._tables.intents.of(markers))

    def taken_for_lost(self, pair: str) -> tuple[SentIntent, ...]:
        """Creates of a pair that went out and were dropped, by marker."""
        with self._tables.lock:
            dropped = self._tables.intents.of(set(self._tables.intents_in.at(IntentState.DROPPED)))
        gone = (one for one in dropped if one.pair == pair and one.sent_at is not None)
        return tuple(one for one in gone if one.kind is IntentKind.CREATE)

    def get(self, markers: Collection[str]) -> dict[str, SentIntent]:
        """Intents by marker; unknown ones are absent."""
        rows = self._tables.intents.rows
        with self._tables.lock:
            return {
                marker: rows[marker]
                for part in chunks(markers)
                for marker in sorted(one for one in part if one in rows)
            }

    def _change(self, markers: Collection[str], made: Callable[[SentIntent], SentIntent]) -> None:
        wanted = set(markers)
        with self._tables.write():
            known = self.get(wanted)
            for marker, intent in known.items():
                self._tables.intents.put(marker, made(intent))
            if unknown := sorted(wanted - known.keys()):
                raise BrokenInvariant(f"intents that were never planned: {', '.join(unknown)}")


def _sent(at: datetime, intent: SentIntent) -> SentIntent:
    return replace(
        intent,
        state=IntentState.SENT,
        attempt=intent.attempt + 1,
        sent_at=at,
        first_sent_at=intent.first_sent_at or at,
    )


def _again(known: SentIntent, offered: SentIntent) -> SentIntent:
    """A planned or dropped one is used again, with what it knows of its attempts."""
    if known.state not in _REUSED:
        return known
    return replace(
        offered,
        attempt=known.attempt,
        sent_at=known.sent_at,
        first_sent_at=known.first_sent_at,
        result=known.result,
    )


def _kept(intent: Intent) -> SentIntent:
    return SentIntent(
        text(intent.marker),
        text(intent.pair),
        IntentKind(intent.kind),
        Side(intent.side),
        words(intent.container),
        words(intent.source_key),
        words(intent.parent),
    )
