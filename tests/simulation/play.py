"""A schedule on a rig: steps drawn from the dice, then peace, then the verdict."""

from __future__ import annotations

import gc
import hashlib
import random
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from structlog.testing import capture_logs

from connector.errors import ConnectorError
from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.core.model import IntentState
from sync.core.safety import Holding
from sync.engine import Engine, Orders
from sync.engine.resolve import retry
from sync.errors import SyncError
from tests.simulation.holidays import Holidays
from tests.simulation.oracle import Judge
from tests.simulation.people.crowd import Crowd
from tests.simulation.rig import Plug, PlugKind, Rig
from tests.simulation.setup import FOLLOWING, WITHDRAWING, WRITES, Mode, Setup, of_seed
from tests.support.memory.tables import Copy

CYCLE = 60.0
"""Seconds between two polls of the daemon."""

SPARE = 960.0
"""Seconds after which everything is polled that is polled now and then."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one schedule."""

    setup: Setup
    trace: tuple[str, ...]
    findings: tuple[str, ...]
    reached: Counter[str]

    @property
    def digest(self) -> str:
        """The whole story in twelve digits."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()[:12]


class Play:
    """One schedule under way."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.dice = random.Random(f"steps {setup.seed}")
        self.rig = Rig(setup)
        self.crowd = Crowd(self.rig, self.dice)
        self.findings: list[str] = []
        self.failed = 0
        self._copy: tuple[Copy, int] | None = None

    def begin(self) -> None:
        """A small world and its first synchronisation, in whatever weather there is."""
        for side in Side:
            for fault in self.setup.weather(side.value):
                self.rig.faults[side].add(fault)
        for _ in range(self.setup.tickets):
            self.crowd.do("desk opens")
        self.crowd.do("team asks")
        self.cycle()

    def step(self) -> None:
        """One thing happens."""
        names = {
            "people": 50, "cycle": 22, "time": 12, "crash": 8, "meddle": 6, "restart": 2,
            "sweep": 3, "revoke": 1, "restore": 1, "consent": 2,
        }  # fmt: skip
        name = self.dice.choices(list(names), list(names.values()))[0]
        getattr(self, name)()

    # -- steps -------------------------------------------------------------------------------------

    def people(self) -> None:
        """Somebody does something."""
        deeds = self.crowd.deeds()
        weights = [weight for _, weight in deeds.values()]
        self.crowd.do(self.dice.choices(list(deeds), weights)[0])

    def time(self) -> None:
        """The clock moves."""
        self.rig.clock.advance(self.dice.choice((1, 5, 20, 60, 130, 400)))

    def cycle(self, *, audit: bool = False) -> None:
        """One turn of the daemon, as one whose limits ask a person would see it."""
        self.rig.say("the program syncs" if not audit else "the program sweeps")
        tight = self.setup.creates_limit < 50 and self.rig.trace and self.dice.random() < 0.5
        orders = Orders(partly=True, first_run_allowed=True) if tight else None
        self.rig.cycle(orders, audit=audit)
        self.rig.clock.advance(2)

    def crash(self) -> None:
        """The program is killed in the middle of a turn."""
        kind: PlugKind = self.dice.choice(("before", "after", "commit", "commit", "full"))
        often = 6 if kind in ("before", "after") else 10
        self.rig.plug = Plug(min(int(self.dice.expovariate(1 / often)), 60), kind)
        self.cycle()

    def meddle(self) -> None:
        """Somebody edits between our plan and our look, or between our look and our write."""
        self.rig.meddle, self.rig.early = self.crowd.meddle, self.dice.random() < 0.3
        self.cycle()

    def restart(self) -> None:
        """A new process."""
        self.rig.say("the program starts anew")
        self.rig.connect()

    def sweep(self) -> None:
        """The full audit."""
        self.cycle(audit=True)

    def consent(self) -> None:
        """A person looks at a plan that would delete records, and approves it; or at one that is
        held because a side looks empty, if it is."""
        try:
            found = Engine(self.rig.runtime).plan()
        except (ConnectorError, SyncError):
            return
        self.rig.drain("engine")
        deletes = any(one.deletes for one in found.holdings)
        if deletes or any(self._empty(one) for one in found.holdings):
            self.rig.say(f"a person approves plan {found.plan.hash}")
            self.rig.reached["a deletion was approved"] += deletes
            self.rig.reached["an empty side was approved"] += not deletes
            self.rig.cycle(Orders(approve=found.plan.hash))

    def _empty(self, held: Holding) -> bool:
        """Whether a pair is held since none of its records is shown, and all were deleted."""
        if not held.reason.startswith("none of "):
            return False
        links = list(self.rig.store.links.of_pair(held.pair))
        there = {
            Side.SERVICENOW: lambda key: self.rig.servicenow.world.true_row(key) is not None,
            Side.JIRA: lambda key: key in self.rig.jira.world.issues,
        }
        return any(not any(there[side](link.end(side).key) for link in links) for side in Side)

    def revoke(self) -> None:
        """Jira's token is not accepted for a while."""
        self.rig.jira.access.revoked = True
        self.rig.reached["token revoked"] += 1
        self.rig.say("Jira's token is revoked")
        self.cycle()
        self.rig.jira.access.revoked = False
        self.rig.say("Jira's token works again")

    def restore(self) -> None:
        """An old copy of the store takes its place."""
        if self._copy is None or self.setup.on_disk:
            if not self.setup.on_disk:
                self.rig.say("the program is stopped, its store copied, and it starts anew")
                self._copy = self.rig.backup(), len(self.rig.journal.entries)
                self.rig.connect()
            return
        self.rig.say("an old store is put in its place")
        self.rig.reached["store restored"] += 1
        self.rig.restore(*self._copy)
        self._copy = None

    # -- the end -----------------------------------------------------------------------------------

    def heal(self) -> None:
        """Fair weather, everything visible again."""
        self.rig.say("--- peace")
        for faults in self.rig.faults.values():
            faults.clear()
        self.crowd.show_everything()
        self.rig.jira.index.flicker = 0.0
        if self.setup.mode == "liveness":
            self._poison()

    def _poison(self) -> None:
        """One issue refuses everything from now on: it is put aside, all others are finished."""
        there = [
            key for key in self.rig.journal.keys(Side.JIRA) if key in self.rig.jira.world.issues
        ]
        if not there or self.dice.random() < 0.5:
            return
        key = self.dice.choice(there)
        path = rf"/issue/{key}(/|$)"
        fault = Fault("status", method=WRITES, path=path, times=None, status=400)
        self.rig.faults[Side.JIRA].add(fault)
        self.rig.reached["a record was poisoned for good"] += 1
        self.rig.say(f"{self.rig.jira.world.issues[key].key} refuses everything from now on")

    def peace(self) -> None:
        """Turns of the daemon in fair weather until nothing is left."""
        self.rig.clock.advance(SPARE)
        if not self._calm(audit=False):
            self.findings.append("I-25 it does not come to rest")

    def settle(self) -> None:
        """Turns of the daemon until nothing is left; parked work is retried once by a person."""
        flickers = self.setup.flicker > 0  # what a first listing misses is found by the daily audit
        deleted = any(one.op == "delete" for one in self.rig.journal.entries)
        follow = self.setup.variant == FOLLOWING and bool(self.crowd.dropped_files)
        withdrawn = self.setup.variant == WITHDRAWING and bool(self.crowd.withdrawn)
        audit = bool(self.crowd.unstamped) or deleted or flickers or follow or withdrawn
        self.rig.clock.advance(SPARE)  # what is asked now and then only is asked once more
        # Twice: a second twin may come to be while the first audit runs, and so may the first entry
        # of a journal by which it is seen that others are gone.
        for _ in range(2 if self.crowd.unstamped or withdrawn else 1):
            if not self._calm(audit=audit):
                self.findings.append("I-25 it does not come to rest")
        parked = self.rig.store.ledger.parked()
        if parked:
            for row in parked:
                retry(self.rig.runtime, row.id)
            self.rig.say(f"a person asks for {len(parked)} parked things again")
            if not self._calm(audit=False):
                self.findings.append("I-25 it does not come to rest after a retry")
            left = len(self.rig.store.ledger.parked())
            self.rig.reached["parked then healed"] += len(parked) > left
            self.rig.reached["parked for good"] += left > 0

    def _calm(self, *, audit: bool) -> bool:
        """Whether turns without a write of ours came within the promised time."""
        slowest = max(self.setup.settle.values()) + self.setup.lag + self.setup.spread
        end = self.rig.clock.now() + timedelta(seconds=max(5 * CYCLE, slowest + 2 * CYCLE) + 90)
        quiet = 0
        self._turn(audit)
        while quiet < 2:
            before = self._ours()
            self.rig.clock.advance(CYCLE)
            self._turn(False)
            quiet = quiet + 1 if self._ours() == before and not self._open() else 0
            if self.rig.clock.now() > end and not quiet:
                return False
        return True

    def _turn(self, audit: bool) -> None:
        summary = self.rig.cycle(Orders(yes=True, partly=True), audit=audit)
        if summary is not None and any(one.deletes or self._empty(one) for one in summary.held):
            self.consent()
        if summary is None:
            self.failed += 1
            if self.failed == 1:
                self.findings.append("I-25 a run failed in fair weather")

    def _open(self) -> bool:
        store = self.rig.store
        sent = [one for one in store.intents.open() if one.state is not IntentState.PLANNED]
        return bool(sent or store.patches.open() or store.inbox.count())

    def _ours(self) -> int:
        return sum(one.ours for one in self.rig.journal.entries)

    def rest(self) -> None:
        """Three more turns write nothing (I-02)."""
        before = len(self.rig.journal.entries)
        for _ in range(3):
            self.rig.clock.advance(CYCLE)
            self._turn(False)
        for one in self.rig.journal.entries[before:]:
            self.findings.append(f"I-02 at rest: {one.op} {one.side} {one.label}: {one.what}")

    def judge(self) -> None:
        """The verdict on what is there now."""
        self.findings += [f"I-16 the engine broke: {why}" for why in dict.fromkeys(self.rig.broken)]
        self.findings += Judge(self.rig, self.crowd).findings()
        for one in self.findings:
            self.rig.say(f"!!! {one}")


def run(
    seed: int, mode: Mode = "safety", setup: Setup | None = None, *, real: bool = False
) -> Outcome:
    """One seed from its first step to its verdict; ``real`` says through which adapters."""
    with _swept_once():
        return _run(setup or replace(of_seed(seed, mode), real=real))


@contextmanager
def _swept_once() -> Iterator[None]:
    """Leave what refers to itself lying until the schedule is over: nearly all of it hangs on the
    two worlds, so that every look for what can go before that is in vain."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if collects:
            gc.enable()


def _run(chosen: Setup) -> Outcome:
    play = Play(chosen)
    try:
        with capture_logs():  # what counts is in the story; a report is no place for the rest
            _act(play)
    except Exception as error:  # noqa: BLE001 - whatever breaks out of the engine is a finding
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rpartition('/')[2]}:{place.name}"
        play.findings.append(f"I-16 the engine broke: {type(error).__name__}: {error} ({where})")
        play.rig.say(f"!!! {play.findings[-1]}")
    finally:
        play.rig.close()
    _count(play)
    return Outcome(chosen, tuple(play.rig.trace), tuple(play.findings), play.rig.reached)


def _act(play: Play) -> None:
    play.begin()
    for number in range(play.setup.steps):
        if number == play.setup.holidays:
            Holidays(play).pass_by()
        play.step()
    play.heal()
    play.settle()
    play.rest()
    play.judge()


LOGGED = {
    "create adopted after unclear": "log create.adopted",
    "unclear write settled as not done": "log intent.settled",
    "create unclear": "log create.unclear",
    "comment unclear": "log comment.unclear",
    "conflict": "log conflict",
    "update moved while we looked": "log update.moved",
    "overwritten and confessed": "log update.overwrote",
    "patch without an answer had happened": "log patch.settled",
    "another time remembered": "log epoch.doubt",
    "parked": "log parked",
    "held by a limit": "log plan.held",
    "link changed its state": "log link.state",
    "postponed": "log postponed",
}


def _count(play: Play) -> None:
    reached = play.rig.reached
    for name, action in LOGGED.items():
        reached[name] += reached.pop(action, 0)
    parked: list[Any] = [line for line in play.rig.trace if "put aside" in line]
    reached["clone refused"] += sum("as a clone does" in line for line in parked)
    reached["a fight was stopped"] += sum("changes back each time" in line for line in parked)
    for when in ("before", "after"):
        names = [name for name in reached if name.startswith(f"crash {when} ")]
        for name in names:
            kind = "a commit" if name.endswith("a commit") else f"{when} a call"
            reached[f"killed {kind}"] += reached.pop(name)
