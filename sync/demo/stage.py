"""The demonstration's course: first load, people and daemon at work, rest, comparison."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from mappings.sides import Side
from sync.daemon import Daemon
from sync.demo import truth
from sync.demo.actors import Office
from sync.demo.bell import Bell
from sync.demo.diary import Diary
from sync.demo.report import Result
from sync.demo.screens import Act
from sync.demo.sight import Register
from sync.demo.tellers import Teller
from sync.demo.town import Town
from sync.engine import Engine, Orders, Progress, Summary
from sync.runtime import Runtime
from sync.settings import Settings

PACE = (0.25, 0.75)
"""Seconds between two things that people do, at least and at most."""
CLASH_AFTER = 10.0
"""Seconds of work, at most, until two people disagree about one title."""
QUIET_PASSES = 2
"""So many passes in a row without a write, and everything has come to rest."""
PATIENCE = 60.0
"""Seconds until we give up waiting for that."""
BLINK = 0.25
"""Seconds between two pictures."""


@dataclass
class Stage:
    """Town, engine and teller of one demonstration."""

    town: Town
    runtime: Runtime
    settings: Settings
    teller: Teller
    diary: Diary = field(init=False)
    acts: dict[str, int] = field(default_factory=lambda: {side.value: 0 for side in Side})
    refused: list[str] = field(default_factory=list)
    passes: list[Summary] = field(default_factory=list)
    rested: bool = True

    def __post_init__(self) -> None:
        self.diary = Diary(self.runtime)
        self._register = Register(self.town)

    # ---- the first load

    def first_load(self) -> None:
        """Link everything in scope, with a progress bar."""
        self.teller.say("the first load begins: both sides are listed")
        listed: dict[str, int] = {}

        def tell(stage: str, done: int, _of: int) -> None:
            # What is made only of what is linked is listed whole, and mostly left alone.
            if stage.startswith("listing") and not any(pair in stage for pair in waiting):
                listed[stage] = done

        waiting = [one.pair for one in self.runtime.specs if one.create.only_linked]
        engine = Engine(self.runtime, Progress(tell))
        with ThreadPoolExecutor(1) as worker:
            load = worker.submit(engine.run, Orders(yes=True))
            while not load.done():
                self._loaded(sum(listed.values()))
                time.sleep(0.05)
            load.result()
        self._loaded(sum(listed.values()))
        made = len(self.diary.collect())
        self.teller.say(f"first load done with {made} writes; now people start to work")

    def _loaded(self, wanted: int) -> None:
        if not wanted:
            return
        store = self.runtime.store
        links = [one for pair in self.runtime.pairs for one in store.links.of_pair(pair)]
        self.teller.loading("twins made", len(links), wanted)
        agreed = sum(one.agreed_at is not None for one in links)
        self.teller.loading("in agreement", agreed, wanted)

    # ---- people at work

    def work(self, bell: Bell, seconds: float | None) -> None:
        """Everybody at work until it is time or the bell rings, then until all is at rest."""
        daemon = Daemon(self.runtime, self.settings, self.passes.append)
        office = Office(self.town, self.town.seed)
        daemon.start()
        try:
            self._act(bell, office, seconds)
            self.teller.say("people stop; the daemon goes on until nothing moves any more")
            self._settle()
        finally:
            office.close()
            daemon.stop()
            self._tell_deeds()

    def _act(self, bell: Bell, office: Office, seconds: float | None) -> None:
        start = time.monotonic()
        clash = start + min(CLASH_AFTER, seconds / 2 if seconds else CLASH_AFTER)
        while not bell.rung and (seconds is None or time.monotonic() < start + seconds):
            if time.monotonic() >= clash:
                # Now and then a pass comes in between the two: then they try once more.
                clash = float("inf") if self._clashed(office) else time.monotonic() + 4.0
            act = office.act()
            if act is not None:
                self._did(act)
            self._watch(bell.wait, office.dice.uniform(*PACE))

    def _clashed(self, office: Office) -> bool:
        """Have two people disagree, unless somebody did already; whether that was so."""
        if self.runtime.store.ledger.conflicts(all=True):
            return True
        for act in office.clash():
            self._did(act)
        return False

    def _did(self, act: Act) -> None:
        if act.refused:
            self.refused.append(str(act))
        else:
            self.acts[act.side.value] += 1
        self.teller.person(act, self._register.number(act.label))

    # ---- coming to rest

    def _settle(self) -> None:
        """Wait until several passes in a row wrote nothing on either side."""
        start = len(self.passes)
        end = time.monotonic() + PATIENCE
        while not (rested := self._quiet(start)) and time.monotonic() < end:
            self._watch(time.sleep, BLINK)
        self.rested = rested

    def _quiet(self, start: int) -> bool:
        last = self.passes[start:][-QUIET_PASSES - 1 :]
        writes = {sum(kinds["write"] for kinds in one.requests.values()) for one in last}
        waits = not last or last[-1].waiting or last[-1].unclear
        return len(last) > QUIET_PASSES and len(writes) == 1 and not waits

    # ---- telling

    def _watch(self, wait: Callable[[float], None], seconds: float) -> None:
        """Let time pass while the screen follows."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._tell_deeds()
            self.teller.refresh(self._requests(), self._footing())
            wait(min(left, BLINK))

    def _tell_deeds(self) -> None:
        for deed in self.diary.collect():
            self.teller.daemon(deed)

    def _requests(self) -> dict[str, dict[str, int]]:
        adapters = self.runtime.adapters
        return {side.value: dict(adapters[side].meter.totals()) for side in Side}

    def _footing(self) -> tuple[str, ...]:
        sums = {name: sum(each.values()) for name, each in self.runtime.tally.data().items()}
        done = ", ".join(f"{number} {name}" for name, number in sums.items() if number)
        conflicts = len(self.runtime.store.ledger.conflicts(all=True))
        passes = f"{len(self.passes)} passes, {conflicts} conflicts"
        return (f"people: {sum(self.acts.values())} acts   daemon: {passes}", f"Tandem: {done}")

    # ---- the end

    def result(self, seconds: float) -> Result:
        """Compare what both sides hold, and count."""
        runtime = self.runtime
        ledger = runtime.store.ledger
        waiting = {(one.label, one.field) for one in ledger.parked()}
        waiting |= {(one.number, one.field) for one in ledger.conflicts()}
        found = truth.compare(
            self.town, runtime.specs, runtime.options, waiting, runtime.directory.people
        )
        found += [f"a person was {one}" for one in self.refused]
        if not self.rested:
            found.append(f"the daemon did not come to rest within {PATIENCE:.0f} s")
        summary = Engine(runtime).summary(seconds)
        return Result(
            self.town.flavour,
            self.town.seed,
            found,
            summary.open,
            len(truth.couples(self.town, runtime.specs, runtime.options)),
            dict(self.acts),
            summary.counts,
            summary.requests,
            len(ledger.conflicts(all=True)),
            summary.parked,
            summary.unclear,
            round(seconds, 1),
        )
