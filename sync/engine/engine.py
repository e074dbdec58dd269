"""Passes over all pairs until nothing is left to do now.

One turn: settle what is unclear, study the inbox, hold or carry out the plan. Writes that could not
be seen at once come back as echoes and are looked at in the next turn; a turn that finds nothing
ends the run. Decoration comes last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic

from mappings.sides import Side
from sync.apply.common import ECHO, LATER
from sync.apply.decorate import decorate
from sync.core.model import LinkState
from sync.core.safety import Consent, Holding
from sync.engine.absent import recall
from sync.engine.cases import reasons
from sync.engine.complete import ATTEMPTS, complete, next_look
from sync.engine.consent import consented, lapsed, show
from sync.engine.epoch import announce, examine, readopt
from sync.engine.execute import execute
from sync.engine.patches import settle
from sync.engine.resolve import bring_back
from sync.engine.study import MAPPING, Study, sparing, study, without
from sync.engine.trust import probe
from sync.errors import UnsafePlan
from sync.feed import hurry, poll
from sync.runtime import Runtime, container, log
from sync.store.values import QueuedRow

TURNS = 50
"""Working turns of a run, so that two sides that never agree do not keep it for ever."""

MOMENT, LONGEST_SLEEP = 0.2, 15.0
"""Seconds of one sleep while waiting."""

NOW = "this is the plan now"

FOLLOW_UPS = frozenset({"made", ECHO, LATER, "twin"})
"""Rows that our own writes left behind: all that an approved plan may still attend to."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What a run is allowed to do.

    ``yes`` approves first runs and counts over a limit; ``approve`` is the hash of one plan.
    ``partly`` lets pairs without a holding go on while the others wait (the daemon).
    """

    yes: bool = False
    approve: str = ""
    wait: bool = False
    partly: bool = False
    first_run_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run tells while it works: a stage's name, done, and of how many (0: unknown)."""

    tell: Callable[[str, int, int], None] = lambda _stage, _done, _of: None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did and what it left."""

    counts: dict[str, dict[str, int]]
    conflicts: int
    parked: int
    unclear: int
    waiting: int
    requests: dict[str, dict[str, int]]
    seconds: float
    held: tuple[Holding, ...] = ()

    @property
    def open(self) -> bool:
        """Whether something is left for a person or for later."""
        return bool(self.conflicts or self.parked or self.unclear or self.waiting)


class Engine:
    """Runs passes on a :class:`~sync.runtime.Runtime`."""

    def __init__(self, runtime: Runtime, progress: Progress = Progress()) -> None:
        self.runtime = runtime
        self._progress = progress

    def plan(self, records: frozenset[str] = frozenset()) -> Study:
        """What a pass would write now, and why; both systems stay as they are.

        Records named by number, key or id are looked at even when nothing woke them.
        """
        self._fetch()
        rows = list(self._rows())
        queued = {(row.side, row.key) for row in rows}
        for link in (one for name in records for one in self.runtime.store.links.find(name)):
            end = link.servicenow
            if (Side.SERVICENOW, end.key) not in queued:
                rows.append(QueuedRow(Side.SERVICENOW, end.container, end.key, "asked"))
        if rows:
            probe(self.runtime)
            examine(self.runtime)
        found = study(self.runtime, rows)
        show(self.runtime, found.plan)
        return found

    def run(self, orders: Orders = Orders()) -> Summary:
        """Work until nothing is left to do now. Raises ``UnsafePlan`` when held."""
        started = monotonic()
        self._fetch()
        held: tuple[Holding, ...] = ()
        approved = False
        turn = 0
        until = self.runtime.clock() + self._longest_wait()
        while turn < TURNS:
            turn += 1
            complete(self.runtime)
            settle(self.runtime, self._rows())
            bring_back(self.runtime)
            rows = self._rows(follow_ups_only=approved)
            if rows:
                rows = self._trusted(rows, follow_ups_only=approved)
                found, held = self._released(study(self.runtime, rows), orders, approved=approved)
                self._progress.tell("writing", turn, 0)
                if found.plan.actions:
                    announce(self.runtime)
                execute(self.runtime, found)
                approved = approved or bool(orders.approve)
                consented(self.runtime, _asked_about(found, approved=approved) - found.left_out)
            if self._news(rows, follow_ups_only=approved) or decorate(self.runtime):
                continue
            if not (orders.wait and self.runtime.clock() < until and self._wait()):
                break
            turn = 0
        if orders.approve and not approved:
            reason = f"plan {orders.approve} no longer applies"
            raise UnsafePlan(orders.approve, [reason], study(self.runtime, ()))
        return self.summary(monotonic() - started, held)

    def _fetch(self) -> None:
        self.runtime.look_around()
        self._notice_mappings()
        recall(self.runtime)
        poll(self.runtime, lambda stage, done: self._progress.tell(stage, done, 0))

    def _trusted(self, rows: Sequence[QueuedRow], *, follow_ups_only: bool) -> Sequence[QueuedRow]:
        """The rows, once both sides know us and are as old as the store believes.

        After a restored store they are all links, so that nothing is made that is there already;
        a plan may have found out first that it was restored, and leaves it at that.
        """
        probe(self.runtime)
        doubt, trust = examine(self.runtime), self.runtime.trust
        if doubt is None or not doubt.readopt or trust.readopted:
            return rows
        hurry(self.runtime)
        poll(self.runtime)  # what changed since is among those that may have a twin
        readopt(self.runtime)
        trust.readopted = True
        poll(self.runtime)
        return self._rows(follow_ups_only=follow_ups_only)

    def _rows(self, *, follow_ups_only: bool = False) -> Sequence[QueuedRow]:
        rows = self.runtime.store.inbox.rows(1_000_000, self.runtime.clock())
        if follow_ups_only:
            return [row for row in rows if reasons(row) & FOLLOW_UPS]
        return rows

    def _released(
        self, found: Study, orders: Orders, *, approved: bool
    ) -> tuple[Study, tuple[Holding, ...]]:
        """The part of a study that may be written under these orders."""
        if approved:
            # What follows an approved plan is carried out with it, but for deletions: of those
            # exactly the approved ones.
            return sparing(found, {one.pair for one in found.holdings if one.deletes}), ()
        if orders.approve:
            if found.plan.hash != orders.approve:
                raise self._held(found, [f"plan {orders.approve} no longer applies; {NOW}"])
            if late := lapsed(self.runtime, orders.approve):
                raise self._held(found, [late])
            return found, ()
        first = {one.pair for one in found.holdings if one.first_run}
        holdings = tuple(one for one in found.holdings if not _released_by(one, orders, first))
        if not holdings:
            return found, ()
        if not orders.partly:
            reasons = [f"{one.pair}: {one.reason}" for one in holdings]
            raise self._held(found, reasons)
        for one in holdings:
            log.warning("a plan is held", action="plan.held", pair=one.pair, reason=one.reason)
        whole = frozenset(one.pair for one in holdings if not one.deletes)
        rest = sparing(found, {one.pair for one in holdings if one.deletes})
        released = tuple(one for one in found.holdings if one not in holdings)
        return replace(without(rest, whole), holdings=released), holdings

    def _held(self, found: Study, reasons: Sequence[str]) -> UnsafePlan:
        """The error that shows a plan to a person, who may approve it from now on."""
        show(self.runtime, found.plan)
        return UnsafePlan(found.plan.hash, reasons, found)

    def _news(self, before: Sequence[QueuedRow], *, follow_ups_only: bool) -> bool:
        """Whether rows are due that were not there, or not as they are now, a turn ago."""
        known = {(row.side, row.key, row.turn) for row in before}
        now = self._rows(follow_ups_only=follow_ups_only)
        return any((row.side, row.key, row.turn) not in known for row in now)

    def _longest_wait(self) -> timedelta:
        """Long enough for every attempt at a write to settle, and no longer."""
        settle = max(self.runtime.options.settle.values())
        return timedelta(seconds=ATTEMPTS * (settle + LONGEST_SLEEP))

    def _wait(self) -> bool:
        """Sleep until something can be settled or is due; false when nothing is pending."""
        runtime = self.runtime
        later = runtime.store.inbox.next_due()
        times = [at for at in (next_look(runtime), later) if at is not None]
        if not times:
            return False
        left = (min(times) - runtime.clock()).total_seconds()
        self._progress.tell("waiting for unclear writes", 0, 0)
        runtime.sleep(min(max(left, MOMENT), LONGEST_SLEEP))
        return True

    def _notice_mappings(self) -> None:
        """A changed mapping has every link of its pair looked at again."""
        store = self.runtime.store
        for spec in self.runtime.specs:
            state = store.pairs.get(spec.pair)
            if not state.fingerprint or state.fingerprint == self.runtime.fingerprint(spec):
                continue
            keys = [
                link.servicenow.key
                for link in store.links.of_pair(spec.pair)
                if link.state is not LinkState.ENDED
            ]
            where = container(spec, Side.SERVICENOW)
            store.inbox.nudge(Side.SERVICENOW, where, keys, MAPPING)
            store.pairs.save(replace(state, loaded=False))

    def summary(self, seconds: float = 0.0, held: tuple[Holding, ...] = ()) -> Summary:
        """The state of things now."""
        store, runtime = self.runtime.store, self.runtime
        unclear = [one for one in store.intents.open() if one.sent_at is not None]
        return Summary(
            runtime.tally.data(),
            len(store.ledger.conflicts()),
            len(store.ledger.parked()),
            len(unclear),
            store.inbox.waiting(runtime.clock()),
            {side.value: dict(runtime.adapters[side].meter.totals()) for side in Side},
            round(seconds, 3),
            held,
        )


def _asked_about(found: Study, *, approved: bool) -> frozenset[str]:
    """Pairs of which something was written that a person released, be it by the settings."""
    if approved:
        return frozenset(action.pair for action in found.plan.actions)
    return frozenset(one.pair for one in found.holdings)


def _released_by(holding: Holding, orders: Orders, first: set[str]) -> bool:
    """Whether these orders consent. A first load that may happen unasked may be a large one."""
    if holding.consent is Consent.HASH:
        return False
    return orders.yes or (orders.first_run_allowed and holding.pair in first)
