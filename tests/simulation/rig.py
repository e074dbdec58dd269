"""Two sandboxes, the engine between them, and the hand that moves the clock and pulls the plug.

Everything that is not deterministic comes from the setup's seed. Both adapters are watched: each
call is a *boundary* at which the process can be killed before or after it took effect, and so is
each commit of the store. A kill is :class:`Crash`, which no product code catches.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from structlog.testing import capture_logs

from connector.errors import ConnectorError
from connector.sandbox.content import Content
from connector.sandbox.faults import Fault, Faults
from connector.sandbox.http import Request
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.direct import DirectJira
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.direct import HOST, DirectServiceNow
from connector.sandbox.servicenow.knobs import SYSTEM
from connector.values import Done, Patch, Unclear
from mappings.sides import Side
from sync.core.marks import own_labels
from sync.core.model import LinkState
from sync.core.safety import Limits
from sync.directory import Directory
from sync.engine import Engine, Orders, Summary
from sync.engine.sweep import sweep
from sync.errors import BrokenInvariant, StoreUnusable, SyncError
from sync.runtime import Options, Runtime
from sync.store import Store
from sync.store.database import Database
from tests.simulation.clock import Clock, Landing
from tests.simulation.journal import Entry, Journal
from tests.simulation.lines import Lines
from tests.simulation.setup import Setup, specs
from tests.support.memory.store import MemoryStore
from tests.support.memory.tables import Copy

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
READS = frozenset(
    {"identity", "changed", "listed", "in_scope", "read", "find", "comments", "people", "kinds"}
    | {"authorship", "files", "fetch", "ties"}
)
WRITES = frozenset(
    {"create", "patch", "move", "comment", "attach", "decorate"} | {"detach", "delete", "tie"}
)


class Crash(BaseException):
    """The process is killed here."""


PlugKind = Literal["before", "after", "commit", "full"]


@dataclass
class Plug:
    """What is to come at the ``at``-th call of an adapter: a crash ``before`` or ``after`` it takes
    effect; or at the ``at``-th commit: a crash (``commit``), or a ``full`` disk. ``pulled`` tells
    that it came."""

    at: int
    kind: PlugKind
    pulled: bool = False


class Counted(Faults):
    """Weather that counts what it struck."""

    def __init__(self, seed: int, reached: Counter[str]) -> None:
        super().__init__(seed)
        self._reached = reached

    def next(self, request: Request) -> Fault | None:
        """The fault that strikes this request, counted by its kind."""
        found = super().next(request)
        if found is not None:
            self._reached[f"fault {_named(found)}"] += 1
        return found


def _named(fault: Fault) -> str:
    return f"status {fault.status}" if fault.kind == "status" else fault.kind


class Watched:
    """An adapter whose every call is a boundary."""

    def __init__(self, inner: Any, rig: Rig, side: Side) -> None:
        self._inner, self._rig, self._side = inner, rig, side

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in READS and name not in WRITES:
            return found

        def call(*args: Any, **named: Any) -> Any:
            def do() -> Any:
                answer = found(*args, **named)
                return iter(list(answer)) if isinstance(answer, Iterator) else answer

            looks = name == "read" and bool(named.get("fresh"))
            return self._rig.through(self._side, name, args, do, looks=looks)

        setattr(self, name, call)  # asked for some hundred times
        return call


class Rig:
    """One schedule's surroundings. ``trace`` is the story, ``reached`` counts rare situations."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.clock = Clock(START)
        self.reached: Counter[str] = Counter()
        self.faults = {
            side: Counted(setup.seed * 2 + n, self.reached) for n, side in enumerate(Side)
        }
        self.servicenow = ServiceNowSandbox(
            self.clock, setup.seed, incidents=0, agile=setup.agile
        )  # fmt: skip
        self.jira = JiraSandbox(setup.flavour, self.clock, setup.seed)
        self.journal = Journal(self.servicenow, self.jira)
        self.trace: list[str] = []
        self.unclear: Counter[tuple[Side, str]] = Counter()
        self.untold: set[tuple[Side, str]] = set()
        self.plug: Plug | None = None
        self.meddle: Callable[[Side, Sequence[str]], None] | None = None
        self.early = False
        self.working = False
        self.forgotten: list[range] = []
        self.audits: list[tuple[int, datetime]] = []
        self.ended: list[tuple[int, str]] = []
        self._last: list[tuple[Side, str, bool]] = []
        self._faint: set[tuple[Side, str]] = set()
        self.broken: list[str] = []
        self._set_knobs()
        self._hang_a_picture()
        self.store = self._open()
        self._lines: Lines | None = None
        self._adapters = {} if setup.real else self._direct()  # a process brings its own
        self.specs = specs(setup.variant, setup.project)
        self.limits = Limits(creates=setup.creates_limit)
        self.runtime = self.connect()

    def _set_knobs(self) -> None:
        knobs, index = self.servicenow.world.knobs, self.jira.index
        index.lag, index.spread, index.flicker = (
            self.setup.lag, self.setup.spread, self.setup.flicker,
        )  # fmt: skip
        if self.setup.proofs:
            self.servicenow.world.roles["tandem"].add("admin")
        self.jira.settings.may_delete = True
        if self.setup.stepwise_problems:
            knobs.problem_state = "stepwise"
        if self.setup.direct_knowledge:
            knobs.knowledge_state = "direct"
        if self.setup.locked:
            knobs.locked_fields.add(self.setup.locked)

    def _hang_a_picture(self) -> None:
        """An instance that shows no file at all cannot be told from one that hides them all."""
        world = self.servicenow.world
        place = ("sys_user", min(row["sys_id"] for row in world.rows("sys_user")))
        attachments.attach(world, SYSTEM, place, "face.png", "image/png", Content.of(b"face"))

    def _direct(self) -> dict[Side, Watched]:
        """Adapters without a line, which every process of a schedule uses."""
        now = DirectServiceNow(
            self.servicenow.world,
            faults=self.faults[Side.SERVICENOW],
            sleep=self.clock.advance,
        )
        jira = DirectJira(self.jira, faults=self.faults[Side.JIRA])
        self._listen([now.weather, jira.weather])
        return {
            Side.SERVICENOW: Watched(now, self, Side.SERVICENOW),
            Side.JIRA: Watched(jira, self, Side.JIRA),
        }

    def _real(self) -> dict[Side, Watched]:
        """The real adapters of a new process."""
        if self._lines is None:
            random.seed(self.setup.seed)  # how long they wait before another try
            self._lines = Lines(self.servicenow, self.jira, self.faults, self.clock)
            self._listen(self._lines.apps.values())
        adapters = self._lines.adapters(self.store)
        return {side: Watched(one, self, side) for side, one in adapters.items()}

    def _listen(self, weathers: Iterable[Landing]) -> None:
        self.clock.weathers = list(weathers)
        self.clock.before = lambda: self._drained("engine" if self.working else "person")
        self.clock.landed = lambda: self._drained("late")

    # -- the store -----------------------------------------------------------------------------

    def _open(self) -> Store:
        self._file = None
        if self.setup.on_disk:
            self._file = Path(tempfile.mkdtemp(prefix="tandem-")) / "tandem.db"
            self._file.write_bytes(template())
            return Store.open(f"sqlite:///{self._file}", clock=self.clock.now)
        return MemoryStore(clock=self.clock.now, committing=self.committing)

    def close(self) -> None:
        """Clean up a store on disk."""
        CURRENT.clear()
        if self._lines is not None:
            self._lines.close()
        if self._file is not None:
            self.store.close()
            for path in self._file.parent.iterdir():
                path.unlink()
            self._file.parent.rmdir()

    def backup(self) -> Copy:
        """The store as it is now (only of a store in memory)."""
        return self._in_memory().copy()

    def restore(self, copy: Copy, since: int) -> None:
        """Put an older store in its place; ``since`` is how long the journal was at that time."""
        self._in_memory().restore(copy)
        self.drain("person")
        self.forgotten.append(range(since, len(self.journal.entries)))
        self.connect()

    def _in_memory(self) -> MemoryStore:
        assert isinstance(self.store, MemoryStore)
        return self.store

    # -- the process ---------------------------------------------------------------------------

    def connect(self) -> Runtime:
        """A fresh process on the same store and the same two systems."""
        CURRENT[:] = [self]
        self.working = False
        if self._file is not None:
            self.store.close()
            self.store = Store.open(f"sqlite:///{self._file}", clock=self.clock.now)
            listen(self.store._database)
            spare(self.store._database)
        if self.setup.real:
            self._adapters = self._real()
        options = Options(
            servicenow_host=HOST,
            jira_host=self.jira.base.split("://", 1)[-1],
            settle={side: self.setup.settle.get(side.value, 300.0) for side in Side},
            limits=self.limits,
        )
        self.runtime = Runtime(
            self.store, self._adapters, self.specs, options, self.clock.now, self.clock.advance,
            Directory(self.store, self._adapters),
        )  # fmt: skip
        return self.runtime

    def cycle(self, orders: Orders | None = None, *, audit: bool = False) -> Summary | None:
        """One turn of the daemon, as it would go: trouble of a side waits for the next turn."""
        with self._at_work():
            begun = len(self.journal.entries), self.clock.now()
            swept = audit and self._tried(lambda: sweep(self.runtime)) is not None
            summary = self._tried(
                lambda: Engine(self.runtime).run(orders or Orders(yes=True, partly=True))
            )
            if swept and summary is not None:
                self.audits.append(begun)
            return summary

    def _tried(self, work: Callable[[], Any]) -> Any:
        with capture_logs() as logs:
            try:
                found = work()
            except Crash as crash:
                self.reached[f"crash {crash}"] += 1
                self.drain("engine")
                self._heard(logs)
                self.say(f"the program is killed {crash} and starts again")
                self.connect()
                return None
            except (ConnectorError, SyncError) as error:
                if isinstance(error, BrokenInvariant):
                    self.broken.append(str(error))
                self.drain("engine")
                self._heard(logs)
                self.reached[f"a run ended by {type(error).__name__}"] += 1
                self.say(f"the run ends early: {type(error).__name__}: {_short(str(error))}")
                return None
        self.drain("engine")
        self._heard(logs)
        return found

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self.working = True
        self._faint.clear()
        try:
            yield
        finally:
            self.working = False
            self.plug = None
            self.meddle = None

    def through(
        self,
        side: Side,
        name: str,
        args: tuple[Any, ...],
        do: Callable[[], Any],
        *,
        looks: bool,
    ) -> Any:
        """One call of an adapter; it ``looks`` right before it writes."""
        if self._struck(after=False):
            raise Crash(f"before {name} in {side}")
        if name in WRITES:
            self._last = [(side, getattr(one, "key", ""), owed(one)) for one in _items(args[0])]
            self._faint |= {(side, key) for side, key, told in self._last if not told}
        if self.meddle is not None and (looks if self.early else name in WRITES):
            self.drain("engine")
            self.meddle(side, args[1] if looks else [one.key for one in _keyed(args[0])])
        self.journal.call += 1
        answer = do()
        self.drain("engine")
        self.journal.call += 1
        if name in WRITES:
            self._note(side, name, args[0], answer)
        if self._struck(after=True):
            raise Crash(f"after {name} in {side}")
        if self.plug is not None and self.plug.kind in ("before", "after"):
            self.plug.at -= 1
        return answer

    def committing(self) -> None:
        """The store is about to commit."""
        plug = self.plug
        if not self.working or plug is None or plug.kind not in ("commit", "full"):
            return
        if plug.at:
            plug.at -= 1
            return
        self._pulled()
        if plug.kind == "full":
            raise StoreUnusable("the disk is full", where="memory", remedy="Make room.")
        raise Crash("before a commit")

    def _struck(self, *, after: bool) -> bool:
        kind = "after" if after else "before"
        if self.plug is None or self.plug.at or self.plug.kind != kind:
            return False
        self._pulled()
        return True

    def _pulled(self) -> None:
        """Nobody remembers what came of the latest write, nor perhaps of those in this run that
        leave no trace to look for: answers are written down together."""
        if self.plug is not None:
            self.plug.pulled = True
        self.plug = None
        for side, key, told in self._last:
            self._doubted(side, key, told=told)
        self.untold |= self._faint

    def _doubted(self, side: Side, key: str, *, told: bool) -> None:
        self.unclear[(side, key)] += 1
        if not told:
            self.untold.add((side, key))

    def _note(self, side: Side, name: str, items: Any, answer: Any) -> None:
        wrote = answer if isinstance(answer, list) else [answer]
        for item, result in zip(_items(items), wrote, strict=False):
            if not isinstance(result, Done):
                self._doubted(side, getattr(item, "key", ""), told=owed(item))
                if isinstance(result, Unclear):
                    self.reached[f"{name} unclear"] += 1

    # -- telling -------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """One line of the story."""
        now = self.clock.now()
        day = f"day {(now - START).days} " if now - START >= timedelta(days=1) else ""
        self.trace.append(f"{day}{now:%H:%M:%S}  {text}")

    def drain(self, cause: str) -> list[Entry]:
        """Take in and tell what was written."""
        return self._drained(cause)

    def _drained(self, cause: str) -> list[Entry]:
        found = self.journal.drain(cause)
        for one in found:
            if one.ours:
                how = " LATE" if cause == "late" else ""
                self.say(f"    tandem{how} {one.op} {one.side} {one.label}: {_short(one.what)}")
            if cause == "late":
                self.reached["late write landed"] += 1
        return found

    def _heard(self, logs: list[Any]) -> None:
        for line in logs:
            action = str(line.get("action", ""))
            if action:
                self.reached[f"log {action}"] += 1
            if action == "link.state" and line["state"] == LinkState.ENDED:
                self.ended.append((len(self.journal.entries), line["record"]))
            if line.get("log_level") in ("warning", "error") or action in TOLD:
                rest = {k: v for k, v in line.items() if k not in ("action", "log_level", "event")}
                words = ", ".join(f"{k}={_short(str(v))}" for k, v in rest.items())
                self.say(f"    ({line['event']}: {words})")


TOLD = frozenset({"create.adopted", "intent.settled", "update.moved", "postponed", "pair.load"})
CURRENT: list[Rig] = []


def owed(item: Any) -> bool:
    """Whether a write that got no answer is looked for on the side afterwards: not one that moves a
    status, nor one of nothing but labels that are no marks."""
    if not isinstance(item, Patch):
        return False
    return bool(item.fields) or bool(own_labels(tuple(item.add.get("labels", ()))))


def _keyed(given: Any) -> list[Any]:
    """What is written, apart from what is only about to get a key."""
    return [one for one in _items(given) if getattr(one, "key", "")]


def _items(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _short(text: str) -> str:
    return text if len(text) <= 160 else text[:157] + "..."


@cache
def template() -> bytes:
    """A fresh store, as bytes: migrations are run once."""
    with Store.open("sqlite://", clock=lambda: START) as store:
        return bytes(raw(store._database).serialize())


def listen(database: Database) -> None:
    """Make every commit a boundary."""
    event.listen(database.engine, "commit", lambda _: [rig.committing() for rig in CURRENT])


def spare(database: Database) -> None:
    """Have no commit wait for the disk: a schedule kills the process, never the machine, and what
    the system has taken over survives that."""

    def unwaiting(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.cursor().execute("PRAGMA synchronous=OFF")

    event.listen(database.engine, "connect", unwaiting)
    database.engine.dispose()  # what was opened before is opened anew


def raw(database: Database) -> sqlite3.Connection:
    """The one connection of a database in SQLite's memory."""
    connection = database.engine.raw_connection()
    found = connection.driver_connection
    connection.close()
    assert isinstance(found, sqlite3.Connection)
    return found
