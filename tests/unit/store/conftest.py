"""Every test of the store runs on all three kinds of database, unless it asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.store import Store
from tests.support.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

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


@pytest.fixture(params=["memory", "file", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "memory":
        return "sqlite://"
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'tandem.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(params=["file", "postgres"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that several stores can open."""
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'tandem.db'}"
    return request.getfixturevalue("postgres_url")


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


@pytest.fixture
def store(url: str, opened: Callable[[str], Store]) -> Store:
    """An empty store."""
    return opened(url)
