"""A town whose records are linked, as after a first load, without HTTP on the program's side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from connector.settings import host_of
from mappings.defaults import shipped
from mappings.sides import Side
from sync.demo.content import Truth, fit, read
from sync.demo.town import PROJECT, Town
from sync.directory import Directory
from sync.engine import Engine, Orders
from sync.runtime import Options, Runtime
from tests.support.bench import parsed
from tests.support.memory.store import MemoryStore


@dataclass
class Linked:
    """A town and the program beside it."""

    town: Town
    runtime: Runtime

    def sync(self) -> None:
        """One run."""
        Engine(self.runtime).run(Orders(yes=True))

    def truth(self) -> Truth:
        """What both sides hold now."""
        return read(self.town, fit(self.town, self.runtime.specs))


@contextmanager
def linked_town(flavour: str, incidents: int = 80) -> Iterator[Linked]:
    """A town after its first load."""
    with (
        Town(flavour, seed=7, incidents=incidents) as town,
        MemoryStore(clock=town.clock.now) as store,
    ):
        adapters = town.direct()
        options = Options(
            servicenow_host=host_of(town.url(Side.SERVICENOW)),
            jira_host=host_of(town.url(Side.JIRA)),
            settle={Side.SERVICENOW: 120.0, Side.JIRA: 300.0},
        )
        specs = parsed(tuple(shipped().items()), PROJECT)
        runtime = Runtime(
            store, adapters, specs, options, town.clock.now, lambda _seconds: None,
            Directory(store, adapters),
        )  # fmt: skip
        linked = Linked(town, runtime)
        linked.sync()
        yield linked


@pytest.fixture(params=["cloud", "dc"])
def linked(request: pytest.FixtureRequest) -> Iterator[Linked]:
    """A linked town of either flavour, to do with as a test likes."""
    with linked_town(request.param, incidents=24) as found:
        yield found


@pytest.fixture(scope="session")
def still() -> Iterator[Linked]:
    """A linked town that nobody touches: tests change copies of what it holds."""
    with linked_town("cloud") as found:
        yield found
