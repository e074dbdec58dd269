"""States of pairs and single facts in memory."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace

from sync.core.model import PairState
from sync.store.pairs import Meta, Pairs
from tests.support.memory.kept import flag, text
from tests.support.memory.tables import Tables


class MemoryPairs(Pairs):
    """States of pairs, by name."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def get(self, pair: str) -> PairState:
        """The state of a pair; one never run has an empty state."""
        with self._tables.lock:
            known = self._tables.pairs.get(pair)
        if known is None:
            return PairState(pair)
        return replace(known, extra=dict(known.extra)) if known.extra else known

    def save(self, state: PairState) -> None:
        """Remember a pair's state."""
        kept = PairState(
            text(state.pair),
            text(state.fingerprint),
            flag(state.first_run_done),
            flag(state.loaded),
            json.loads(json.dumps(dict(state.extra), sort_keys=True)),
        )
        with self._tables.write():
            self._tables.pairs.put(kept.pair, kept)


class MemoryMeta(Meta):
    """Single facts of the installation."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def get(self, key: str) -> str | None:
        """The fact of that name."""
        with self._tables.lock:
            return self._tables.meta.get(key)

    def put(self, key: str, value: str) -> None:
        """Remember a fact, or remember it anew."""
        with self._tables.write():
            self._tables.meta.put(text(key), text(value))

    def installation(self) -> str:
        """This store's own id."""
        if known := self.get("installation"):
            return known
        with self._tables.write():
            # An empty one stays, as it does in the database.
            if self.get("installation") is None:
                self._tables.meta.put("installation", secrets.token_hex(16))
            return str(self.get("installation"))
