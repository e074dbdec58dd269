"""A stage for stories: both fake systems, people at their screens, and the whole program between.

The program is the real one: both adapters over ``pysnow`` and ``jira`` on transports inside the
process, the engine, an SQLite store. Every ``tandem.syncs()`` is a process of its own. Time stands
still unless something happens: what a person does takes a second, a run comes fifteen later.

People work past our adapters, and tickets and issues are read past rights, indexes and our store,
so a story asserts what both systems truly hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from connector.sandbox.clock import ManualClock
from connector.sandbox.faults import Faults, FaultyApp
from connector.sandbox.http import App, Request, Response
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.model import Flavour
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.schema import Column
from mappings.defaults import shipped
from mappings.loader import load, load_people
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.core.model import Conflict, Parked
from sync.demo import truth
from sync.directory import Directory
from sync.engine import Engine, Orders, Summary
from sync.engine.resolve import resolve, retry
from sync.engine.study import Study
from sync.engine.sweep import sweep
from sync.runtime import Options, Runtime
from sync.store import Store
from tests.support.cast import Desk, Team
from tests.support.lines import real_adapters
from tests.support.memory.store import MemoryStore

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTS = {Side.SERVICENOW: "desk.test", Side.JIRA: "jira.test"}
FLAVOURS: tuple[Flavour, ...] = ("cloud", "dc")


@cache
def _loaded(texts: tuple[tuple[str, str], ...], project: str) -> tuple[MappingSpec, ...]:
    return load(dict(texts), project=project)


class Wire:
    """What goes over the line of one side; ``before`` is done once, ahead of a matching request."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.requests: list[Request] = []
        self.before: list[tuple[str, str, Any]] = []

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        for row in list(self.before):
            method, path, act = row
            if request.method == method and path in request.path:
                self.before.remove(row)
                act()
        return self._app.handle(request)


@dataclass
class Stage:
    """The two systems and everybody on the stage."""

    flavour: Flavour = "cloud"
    project: str = "OPS"
    mappings: Mapping[str, str] | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    seed: int = 1
    problem_state_path: str = ""
    columns: tuple[tuple[str, Column], ...] = ()
    """Columns of the customer's own, by table."""
    agile: bool = False
    unsettled: str = ""
    """Why a story does not end with both sides in agreement."""

    def __post_init__(self) -> None:
        self.clock = ManualClock(START)
        self.servicenow = ServiceNowSandbox(
            self.clock, self.seed, incidents=0, agile=self.agile, extra=self.columns
        )  # fmt: skip
        self.jira = JiraSandbox(
            self.flavour, self.clock, self.seed, base=f"http://{HOSTS[Side.JIRA]}"
        )
        self.faults = {side: Faults(self.seed + place) for place, side in enumerate(Side)}
        self.wires: dict[Side, Wire] = {
            side: Wire(FaultyApp(app, self.faults[side], self.clock))
            for side, app in ((Side.SERVICENOW, self.servicenow), (Side.JIRA, self.jira))
        }
        self.store: Store = MemoryStore(clock=self.clock.now)
        texts = shipped() if self.mappings is None else self.mappings
        self.specs = _loaded(tuple(texts.items()), self.project)
        self.texts = texts
        self.people = load_people(texts)
        self.desk, self.team, self.tandem = Desk(self), Team(self), Tandem(self)

    def later(self, minutes: float = 30) -> None:
        """Time goes by."""
        self.clock.advance(minutes * 60)

    def ends(self) -> None:
        """The last curtain: nothing left to do, and both sides agree."""
        if not self.unsettled:
            self.tandem.settles()
            found = self.tandem.differences()
            assert not found, "\n".join(found)

    def intrude(self, side: Side, method: str, path: str, act: Any) -> None:
        """Let something happen right before the next request of this kind reaches that side."""
        self.wires[side].before.append((method, path, act))

    @contextmanager
    def process(self) -> Iterator[Runtime]:
        """The program, freshly started on the same store."""
        sides = real_adapters(
            HOSTS, self.wires, self.jira, self.store, self.clock, self.problem_state_path
        )
        base = Options(
            servicenow_host=HOSTS[Side.SERVICENOW],
            jira_host=HOSTS[Side.JIRA],
            settle={Side.SERVICENOW: 120.0, Side.JIRA: 300.0},
        )
        runtime = Runtime(
            self.store,
            sides,
            self.specs,
            replace(base, **self.options),
            self.clock.now,
            self.clock.advance,
            Directory(self.store, sides, self.people),
        )
        try:
            yield runtime
        finally:
            for side in sides.values():
                side.close()


class Tandem:
    """The program, as whoever runs it sees it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.last: Summary | None = None

    def syncs(self, **orders: Any) -> Summary:
        """``tandem sync``, in a process of its own, a quarter of a minute later."""
        self._stage.clock.advance(15)
        with self._stage.process() as runtime:
            self.last = Engine(runtime).run(Orders(**{"yes": True, **orders}))
        return self.last

    def settles(self) -> None:
        """Passes, minutes apart, until one writes nothing: what had to wait is done."""
        for _ in range(12):
            before = self.writes()
            summary = self.syncs()
            if self.writes() == before and not summary.unclear:
                return
            self._stage.later(7)
        raise AssertionError("it does not come to rest")

    def sweeps(self) -> None:
        """``tandem sweep``, and a run."""
        with self._stage.process() as runtime:
            sweep(runtime)
        self.syncs()

    def plan(self) -> Study:
        """``tandem plan``."""
        self._stage.clock.advance(15)
        with self._stage.process() as runtime:
            return Engine(runtime).plan()

    def resolves(self, conflict: Conflict, take: str) -> Conflict:
        """``tandem resolve``."""
        self._stage.clock.advance(15)
        with self._stage.process() as runtime:
            return resolve(runtime, conflict.id, Side(take))

    def retries(self, row: Parked) -> None:
        """``tandem retry``."""
        with self._stage.process() as runtime:
            retry(runtime, row.id)

    def writes(self) -> int:
        """How many writes of ours took effect so far, on both sides."""
        return self.writes_on(Side.SERVICENOW) + self.writes_on(Side.JIRA)

    def writes_on(self, side: Side) -> int:
        """The same on one side."""
        if side is Side.SERVICENOW:
            log = self._stage.servicenow.world.write_log
            return sum(row["by"] == "tandem" for row in log)
        me = self._stage.jira.world.site.me
        return len(self._stage.jira.world.writes(by=me))

    @property
    def parked(self) -> tuple[Parked, ...]:
        """``tandem parked``."""
        return self._stage.store.ledger.parked()

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """``tandem conflicts --all``."""
        return self._stage.store.ledger.conflicts(all=True)

    def requests(self) -> int:
        """HTTP requests of the last run, both sides, decoration included."""
        assert self.last is not None
        return sum(sum(one.values()) for one in self.last.requests.values())

    def differences(self) -> list[str]:
        """Where the true contents of both sides differ from what the mappings promise."""
        ledger = self._stage.store.ledger
        waiting = {(row.label, row.field) for row in ledger.parked()}
        waiting |= {(row.number, row.field) for row in ledger.conflicts()}
        with self._stage.process() as runtime:
            specs, people = self._stage.specs, self._stage.people
            return truth.compare(self._stage, specs, runtime.options, waiting, people)
