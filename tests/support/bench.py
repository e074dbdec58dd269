"""A whole Tandem on the sandbox without HTTP: engine, store in memory, both direct adapters.

Time stands still unless it is moved, so a test says when something becomes visible or settles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache

from connector.sandbox.clock import ManualClock
from connector.sandbox.faults import Faults
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.direct import DirectJira
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.direct import DirectServiceNow
from connector.sandbox.servicenow.schema import Column
from mappings.defaults import shipped
from mappings.loader import load, load_people
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.directory import Directory
from sync.engine import Engine, Orders, Summary
from sync.runtime import Options, Runtime
from sync.store import Store
from tests.support.memory.store import MemoryStore

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@cache
def parsed(texts: tuple[tuple[str, str], ...], project: str) -> tuple[MappingSpec, ...]:
    """Mappings, read once: parsing would take most of a test's time, and specs are frozen."""
    return load(dict(texts), project=project)


@dataclass
class Bench:
    """Two fake systems and the program between them."""

    flavour: str = "cloud"
    project: str = "OPS"
    incidents: int = 0
    store_url: str = ""
    mappings: Mapping[str, str] | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    seed: int = 1
    columns: tuple[tuple[str, Column], ...] = ()

    def __post_init__(self) -> None:
        self.clock = ManualClock(START)
        self.now_faults, self.jira_faults = Faults(self.seed), Faults(self.seed + 1)
        self.servicenow = ServiceNowSandbox(
            self.clock, self.seed, incidents=self.incidents, extra=self.columns
        )
        self.jira = JiraSandbox(self.flavour, self.clock, self.seed)
        self.store = self._opened()
        self.runtime = self.connect()

    def _opened(self) -> Store:
        """The store of the tests, unless a real one is named."""
        if self.store_url:
            return Store.open(self.store_url, clock=self.clock.now)
        return MemoryStore(clock=self.clock.now)

    def connect(self) -> Runtime:
        """A fresh process on the same store and the same two systems."""
        now = DirectServiceNow(
            self.servicenow.world, faults=self.now_faults, sleep=self.clock.advance
        )
        jira = DirectJira(self.jira, faults=self.jira_faults)
        adapters = {Side.SERVICENOW: now, Side.JIRA: jira}
        texts = self.mappings if self.mappings is not None else shipped()
        specs = parsed(tuple(texts.items()), self.project)
        base = Options(
            servicenow_host=now.host,
            jira_host=self.jira.base.split("://", 1)[-1],
            settle={Side.SERVICENOW: 120.0, Side.JIRA: 300.0},
        )
        self.runtime = Runtime(
            self.store,
            adapters,
            specs,
            replace(base, **self.options),
            self.clock.now,
            self.clock.advance,
            Directory(self.store, adapters, load_people(texts)),
        )
        return self.runtime

    def sync(self, **orders: object) -> Summary:
        """One run of the engine in a process of its own."""
        self.connect()
        return Engine(self.runtime).run(Orders(**{"yes": True, **orders}))

    def until_quiet(self, check: Callable[[Summary], bool] | None = None) -> Summary:
        """Run until a run writes nothing; time passes in between."""
        for _ in range(20):
            writes = self.writes()
            summary = self.sync()
            if self.writes() == writes and not summary.unclear and not summary.waiting:
                return summary
            self.clock.advance(400)
        raise AssertionError("it does not come to rest")

    def writes(self) -> int:
        """All writes that took effect on either side."""
        return len(self.servicenow.world.write_log) + len(self.jira.world.write_log)
