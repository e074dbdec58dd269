"""What the store knows of each pair as a whole, and of itself."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from sync.core.model import PairState
from sync.store.database import Database
from sync.store.rows import Upsert
from sync.store.tables import META, PAIR

_PUT_PAIR = Upsert(PAIR, ("fingerprint", "first_run_done", "loaded", "extra"))
_PUT_META = Upsert(META, ("value",))
_KEEP_META = Upsert(META)


class Pairs:
    """States of pairs, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, pair: str) -> PairState:
        """The state of a pair; one never run has an empty state."""
        with self._database.read() as connection:
            row = connection.execute(select(PAIR).where(PAIR.c.pair == pair)).mappings().first()
        return PairState(**row) if row else PairState(pair)

    def save(self, state: PairState) -> None:
        """Remember a pair's state."""
        row = {
            "pair": state.pair,
            "fingerprint": state.fingerprint,
            "first_run_done": state.first_run_done,
            "loaded": state.loaded,
            "extra": dict(state.extra),
        }
        with self._database.write() as connection:
            _PUT_PAIR(connection, [row])


class Meta:
    """Single facts of the installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> str | None:
        """The fact of that name."""
        with self._database.read() as connection:
            statement = select(META.c.value).where(META.c.name == key)
            return connection.execute(statement).scalar_one_or_none()

    def put(self, key: str, value: str) -> None:
        """Remember a fact, or remember it anew."""
        with self._database.write() as connection:
            _PUT_META(connection, [{"name": key, "value": value}])

    def installation(self) -> str:
        """This store's own id: random, made at the first question, the same ever after.

        Markers are made of it: two installations on the same systems never adopt each other's
        records.
        """
        if known := self.get("installation"):
            return known
        with self._database.write() as connection:
            row = {"name": "installation", "value": secrets.token_hex(16)}
            _KEEP_META(connection, [row])
            statement = select(META.c.value).where(META.c.name == "installation")
            return str(connection.execute(statement).scalar_one())
