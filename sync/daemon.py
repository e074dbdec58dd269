"""The daemon: polls, sweep and completer on a schedule, passes on a nudge, a graceful stop.

One process holds the lease and works; a second one refuses to start, or stands by. A failing side
stops nothing but itself: the pass is tried again at the next poll, readiness says which side is
down, and records that were seen stay in the inbox. Two things end the daemon: a lost lease, because
another process works in its place, and a bug, because what comes after it cannot be trusted.

:meth:`Daemon.wake` brings a pass at once instead of at the next poll. The rest of a burst is waited
for and shares it, and a pause follows, so that a flood of nudges is no flood of requests.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from connector.errors import ConnectorError
from mappings.sides import Side
from sync.engine import Engine, Orders, Summary
from sync.engine.sweep import sweep
from sync.errors import BrokenInvariant, CutShort, LeaseLost, SyncError
from sync.runtime import Runtime, log
from sync.settings import Settings

STANDBY_SECONDS = 2.0
"""How often a process that stands by looks whether the lock is free."""

SETTLED_IN = timedelta(minutes=1)
"""After so long the first insight run begins: passes come first."""

GATHERED_SECONDS, PAUSE_SECONDS = 0.25, 2.0
"""How long the rest of a burst is waited for before an extra pass, and the next one after it."""

Watch = Callable[[Summary], None]
Look = Callable[[Callable[[], None]], object]
"""An insight run. It calls what it is given amid its work: that raises where we are to end."""


@dataclass
class Health:
    """What the probes say. ``trouble`` names what is wrong now, empty when all is well."""

    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    last_pass: datetime | None = None
    trouble: dict[str, str] = field(default_factory=dict)
    summary: Summary | None = None
    held: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the last pass could work on both sides."""
        return self.last_pass is not None and not self.trouble


class Daemon:
    """Runs passes on a schedule until it is told to stop."""

    def __init__(
        self,
        runtime: Runtime,
        settings: Settings,
        watch: Watch | None = None,
        insight: Look | None = None,
    ) -> None:
        self.health = Health()
        self._insight = insight
        self._runtime = runtime
        self._settings = settings
        self._watch = watch
        self.failure: Exception | None = None
        self._busy = threading.Lock()
        self._stop = threading.Event()
        self._asked = False
        self._woken = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="nudges", daemon=True)
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        """Begin to work; the first pass starts at once."""
        options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._scheduler.add_job(
            self.once, "interval", seconds=self._settings.poll.interval, id="poll",
            next_run_time=datetime.now(UTC), **options,
        )  # fmt: skip
        trigger = CronTrigger.from_crontab(self._settings.sweep.cron, timezone="UTC")
        self._scheduler.add_job(self.sweep, trigger, id="sweep", **options)
        if self._insight is not None:
            self._scheduler.add_job(
                self.look, "interval", seconds=self._settings.insight.interval, id="insight",
                next_run_time=datetime.now(UTC) + SETTLED_IN, **options,
            )  # fmt: skip
        self._scheduler.start()
        self._listener.start()
        log.info("started", action="daemon.start", every=self._settings.poll.interval)

    def once(self) -> None:
        """One run over all pairs; trouble is remembered and tried again at the next poll."""
        with self._busy:
            if not self._ending:
                self._guarded(self._pass)

    def sweep(self) -> None:
        """The full audit, then a run."""
        with self._busy:
            if not self._ending:
                self._guarded(lambda: sweep(self._runtime))
            if not self._ending:
                self._guarded(self._pass)

    def look(self) -> None:
        """One insight run. It is for the eye: its trouble is told by the log, and tried again."""
        if self._insight is None or self._ending:
            return
        try:
            self._insight(self._go_on)
        except CutShort:
            log.info("an insight run was cut short", action="insight.stopped")
        except Exception as error:  # noqa: BLE001 - passes go on whatever becomes of it
            log.warning("an insight run failed", action="insight.failed", why=str(error),
                        exc_info=None if isinstance(error, SyncError | ConnectorError) else error,
                        )  # fmt: skip

    def _go_on(self) -> None:
        if self._ending:
            raise CutShort("the daemon ends")

    def wake(self) -> None:
        """Have a pass begin soon; from any thread, as often as one likes."""
        self._woken.set()

    def _listen(self) -> None:
        """Extra passes for whoever wakes us. What comes during one is worth another."""
        while self._woken.wait() and not self._stop.wait(GATHERED_SECONDS):
            self._woken.clear()
            self.once()
            self._stop.wait(PAUSE_SECONDS)

    @property
    def _ending(self) -> bool:
        """Whether somebody asked for an end, or trouble brought it."""
        return self._asked or self._stop.is_set()

    def _pass(self) -> None:
        orders = Orders(partly=True, first_run_allowed=self._runtime.options.first_run_allowed)
        summary = Engine(self._runtime).run(orders)
        self.health.summary = summary
        self.health.last_pass = datetime.now(UTC)
        self.health.held = tuple(f"{one.pair}: {one.reason}" for one in summary.held)
        if self._watch:
            self._watch(summary)

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except ConnectorError as error:
            self._failed(error)
            self.health.trouble = {error.side or "a side": str(error)}
            log.warning("a side is in trouble", action="pass.failed", why=str(error))
        except (LeaseLost, BrokenInvariant) as error:
            self._end(error)
        except SyncError as error:
            self.health.trouble = {"engine": str(error)}
            log.error("a pass was stopped", action="pass.stopped", why=str(error))
        except Exception as error:  # noqa: BLE001 - the daemon lives on; probe and log tell
            name = type(error).__name__
            self.health.trouble = {"engine": f"unexpected {name}, told by the log"}
            log.error("a pass failed unexpectedly", action="pass.unexpected", exc_info=error)
        else:
            self.health.trouble = {}
            for circuit in self._runtime.circuits.values():
                circuit.succeeded()

    def _failed(self, error: ConnectorError) -> None:
        """Count a side's failure; one that was not asked at all has not failed again."""
        for side in Side:
            circuit = self._runtime.circuits[side]
            if error.side == side.value and circuit.lets(monotonic()):
                circuit.failed(monotonic())

    def _end(self, error: Exception) -> None:
        """Work no more; whoever waits finds the reason in ``failure``."""
        self.failure = error
        self.health.trouble = {"engine": str(error) or type(error).__name__}
        context = None if isinstance(error, LeaseLost) else error
        log.error("the daemon ends", action="daemon.end", why=str(error), exc_info=context)
        self._stop.set()

    def stop(self) -> None:
        """Finish the pass under way, leave an insight run between two pieces, then end."""
        self._stop.set()
        self._woken.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
            self._listener.join()
        log.info("stopped", action="daemon.stop")

    def wait(self) -> None:
        """Block until a stop was asked for."""
        while not self._asked_within(1.0):
            pass

    def wait_for(self, free: Callable[[], bool]) -> bool:
        """Stand by until something holds; false when a stop was asked for first."""
        told = False
        while not free():
            self.health.trouble = {"engine": "standing by: another process works"}
            if not told:
                log.info("standing by", action="daemon.standby")
            told = True
            if self._asked_within(STANDBY_SECONDS):
                return False
        self.health.trouble = {}
        return True

    def _asked_within(self, seconds: float) -> bool:
        """Let time pass; whether an end came meanwhile."""
        end = monotonic() + seconds
        while not self._ending and (left := end - monotonic()) > 0:
            sleep(min(left, 0.1))
        return self._ending

    def ask_to_stop(self) -> None:
        """Make :meth:`wait` return.

        Called amid a signal, perhaps while this very thread holds the lock inside an Event: only
        a plain value can be set here without waiting for ever.
        """
        self._asked = True


@contextmanager
def stopping_on_signals(daemon: Daemon) -> Iterator[None]:
    """SIGTERM and SIGINT ask the daemon to stop, once."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        daemon.ask_to_stop()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
