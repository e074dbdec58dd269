"""Every test of the store runs on all three kinds of database and in plain memory, unless it asks
for one; a test that looks into the database itself wants ``database_store``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from sync.store import Store
from sync.store.database import Database
from tests.support.memory import MemoryStore
from tests.support.postgres import empty, postgres_kept, postgres_server, postgres_url

__all__ = ["postgres_kept", "postgres_server", "postgres_url"]

KINDS = ("memory", "file", "postgres")
NOON = datetime(2025, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


class HandClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def clock() -> HandClock:
    """Noon, until the test says otherwise."""
    return HandClock()


def url_of(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of the kind that is asked for."""
    if request.param == "memory":
        return "sqlite://"
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'tandem.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    return url_of(request, tmp_path)


@pytest.fixture(params=["file", "postgres"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that several stores can open."""
    return url_of(request, tmp_path)


@pytest.fixture
def opened(clock: HandClock) -> Iterator[Callable[[str], Store]]:
    """Opens stores and closes them when the test is over."""
    stores: list[Store] = []

    def open_store(url: str) -> Store:
        stores.append(Store.open(url, clock=clock))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


SCRIPT: list[str] = []
"""What the migrations do to an empty SQLite database, statement by statement, once it is known."""


def make_schema(store: Store) -> None:
    """Migrate; from the second time on without Alembic, which takes most of a test's time."""
    if not SCRIPT:
        SCRIPT.extend(recorded(store))
        return
    with store._database.write() as connection:
        for statement in SCRIPT:
            connection.exec_driver_sql(statement)


def recorded(store: Store) -> list[str]:
    """Migrate and tell what was done."""
    script: list[str] = []

    def note(_c: object, _r: object, statement: str, parameters: object, *_: object) -> None:
        if statement.split()[0] in ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE"):
            assert not parameters
            script.append(statement)

    event.listen(store._database.engine, "before_cursor_execute", note)
    store.maintenance.prepare(upgrade=True)
    event.remove(store._database.engine, "before_cursor_execute", note)
    return script


@pytest.fixture(params=["plain", *KINDS])
def store(
    request: pytest.FixtureRequest,
    clock: HandClock,
    tmp_path: Path,
) -> Iterator[Store]:
    """An empty store."""
    if request.param == "plain":
        yield MemoryStore(clock=clock)
        return
    kept = request.getfixturevalue("postgres_kept") if request.param == "postgres" else None
    database = Database.open(kept or url_of(request, tmp_path))
    with Store(database, clock=clock) as made:
        if kept:
            empty(database)
        else:
            make_schema(made)
        yield made


@pytest.fixture
def database_store(url: str, opened: Callable[[str], Store]) -> Store:
    """An empty store on a database."""
    return opened(url)
