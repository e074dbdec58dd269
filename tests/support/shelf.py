"""Stores in memory for tests, used again: making one costs more than most of what is done in it.

A used store is emptied to what it held when it was new. Its engine stays, and with it the
statements that were compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, insert, select

from sync.store import Store
from sync.store.database import Database
from sync.store.tables import META, METADATA

Rows = list[dict[str, object]]

_SHELF: list[tuple[Database, Rows]] = []
_TAKEN: dict[int, tuple[Database, Rows]] = {}


def take(clock: Callable[[], datetime]) -> Store:
    """An empty store on that clock."""
    if _SHELF:
        database, first = _SHELF.pop()
        store = Store(database, clock=clock)
    else:
        store = Store.open("sqlite://", clock=clock)
        database = store.maintenance._database
        with database.read() as connection:
            first = [dict(row) for row in connection.execute(select(META)).mappings()]
    _TAKEN[id(store)] = (database, first)
    return store


def give_back(store: Store) -> None:
    """The store is not needed any more."""
    database, first = _TAKEN.pop(id(store))
    with database.write(fenced=False) as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(delete(table))
        if first:
            connection.execute(insert(META), first)
    _SHELF.append((database, first))
