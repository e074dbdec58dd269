"""The daemon: a side in trouble is tried again, a lost lock and a bug end it, a stop is soft."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from connector.sandbox.faults import Fault
from mappings.defaults import shipped
from sync.core.model import LinkState
from sync.daemon import GATHERED_SECONDS, PAUSE_SECONDS, Daemon
from sync.engine import Summary
from sync.errors import BrokenInvariant, LeaseLost
from sync.settings import PollSettings, SafetySettings, Settings
from tests.support.bench import Bench
from tests.support.people import Company

ONE = {"incident.yaml": next(text for text in shipped().values() if "pair: incident-story" in text)}
SETTINGS = Settings(poll=PollSettings(interval=1), guard=SafetySettings(first_run="allow"))
SELDOM = Settings(poll=PollSettings(interval=3600), guard=SafetySettings(first_run="allow"))


@pytest.fixture
def bench() -> Bench:
    return Bench(mappings=ONE, options={"first_run_allowed": True})


def a_daemon(bench: Bench, watch: Any = None) -> Daemon:
    return Daemon(bench.runtime, SETTINGS, watch)


def test_nobody_is_ready_before_the_first_pass(bench: Bench) -> None:
    daemon = a_daemon(bench)
    assert not daemon.health.ready
    daemon.once()
    assert daemon.health.ready
    assert daemon.health.summary is not None


def test_a_pass_does_the_work_and_tells_whoever_watches(bench: Bench) -> None:
    told: list[Summary] = []
    key = Company(bench).incident()
    a_daemon(bench, told.append).once()
    assert Company(bench).link(key).jira.label == "OPS-1"
    assert told[0].counts["created"] == {"servicenow": 0, "jira": 1}


def test_a_first_load_that_was_not_allowed_is_held_and_said(bench: Bench) -> None:
    bench.options = {"first_run_allowed": False}
    bench.connect()
    Company(bench).incident()
    daemon = a_daemon(bench)
    daemon.once()
    assert daemon.health.held == ("incident-story: this is the pair's first run",)
    assert not bench.jira.world.issues
    assert bench.store.inbox.count() == 1


@pytest.mark.parametrize("side", ["servicenow", "jira"])
def test_a_side_in_trouble_is_named_and_tried_again(bench: Bench, side: str) -> None:
    faults = bench.now_faults if side == "servicenow" else bench.jira_faults
    daemon = a_daemon(bench)
    daemon.once()
    faults.add(Fault("drop_before", times=None))
    bench.clock.advance(60)
    daemon.once()
    assert list(daemon.health.trouble) == [side]
    assert not daemon.health.ready
    assert daemon.failure is None
    faults.clear()
    daemon.once()
    assert daemon.health.ready


@pytest.mark.parametrize("error", [LeaseLost("taken"), BrokenInvariant("a bug")])
def test_a_lost_lock_and_a_bug_end_the_daemon(bench: Bench, error: Exception) -> None:
    def failing(_: Summary) -> None:
        raise error

    daemon = a_daemon(bench, failing)
    daemon.once()
    assert daemon.failure is error
    assert not daemon.health.ready
    daemon.wait()  # returns at once
    writes = bench.writes()
    Company(bench).incident()
    daemon.once()
    daemon.sweep()
    assert bench.writes() == writes + 1  # the incident itself


def test_what_nobody_foresaw_is_told_and_tried_again(bench: Bench) -> None:
    def failing(_: Summary) -> None:
        raise KeyError("oops")

    daemon = a_daemon(bench, failing)
    daemon.once()
    assert daemon.failure is None
    assert not daemon.health.ready
    assert "KeyError" in daemon.health.trouble["engine"]


def test_a_lock_that_another_process_took_ends_it(bench: Bench) -> None:
    lease = bench.store.lease.take("sync", "first", 0.0)
    bench.store.fence(lease)
    bench.store.lease.take("sync", "second", 60.0)
    daemon = a_daemon(bench)
    daemon.once()
    assert isinstance(daemon.failure, LeaseLost)
    assert "second" in str(daemon.failure)


def test_the_sweep_finds_what_no_poll_shows(bench: Bench) -> None:
    company = Company(bench)
    key = company.incident()
    daemon = a_daemon(bench)
    daemon.once()
    issue = company.issue(key).id
    company.team().hide(issue)
    bench.clock.advance(60)
    daemon.once()
    assert company.link(key).state is LinkState.ACTIVE
    daemon.sweep()
    assert company.link(key).state is LinkState.MISSING
    company.team().hide(issue, hidden=False)
    daemon.sweep()
    assert company.link(key).state is LinkState.ACTIVE


@pytest.fixture
def threads() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() <= before


@pytest.mark.usefixtures("threads")
def test_it_starts_at_once_and_stops_after_the_pass_under_way(bench: Bench) -> None:
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(_: Summary) -> None:
        begun.set()
        assert go.wait(10)
        ended.set()

    daemon = a_daemon(bench, slow)
    daemon.start()
    assert begun.wait(10)
    daemon.ask_to_stop()
    daemon.wait()
    go.set()
    daemon.stop()
    assert ended.is_set()


def test_a_stop_that_was_asked_for_begins_no_new_pass(bench: Bench) -> None:
    daemon = a_daemon(bench)
    daemon.ask_to_stop()
    daemon.once()
    daemon.sweep()
    assert daemon.health.last_pass is None


def test_an_insight_run_that_fails_is_told_and_passes_go_on(bench: Bench) -> None:
    runs: list[int] = []

    def insight(_go_on: object) -> None:
        runs.append(len(runs))
        raise RuntimeError("a plot broke")

    daemon = Daemon(bench.runtime, SETTINGS, insight=insight)
    daemon.once()
    daemon.look()
    daemon.look()
    daemon.once()
    assert runs == [0, 1]
    assert daemon.health.ready
    assert daemon.failure is None


def test_a_daemon_that_is_told_to_stop_begins_no_insight(bench: Bench) -> None:
    runs: list[int] = []
    daemon = Daemon(bench.runtime, SETTINGS, insight=lambda _go_on: runs.append(1))
    daemon.ask_to_stop()
    daemon.look()
    assert runs == []


class Passes:
    """When passes of a daemon ended that polls once an hour, and whoever waits for the next."""

    def __init__(self, bench: Bench) -> None:
        self.at: list[float] = []
        self._another = threading.Condition()
        self.hold = threading.Event()
        self.hold.set()
        self.daemon = Daemon(bench.runtime, SELDOM, self._ended)

    def _ended(self, _: Summary) -> None:
        with self._another:
            self.at.append(monotonic())
            self._another.notify_all()
        assert self.hold.wait(10)

    def comes(self, number: int, within: float = 10.0) -> bool:
        """Whether so many passes end in time."""
        with self._another:
            return self._another.wait_for(lambda: len(self.at) >= number, within)


@pytest.fixture
def passes(bench: Bench) -> Iterator[Passes]:
    found = Passes(bench)
    found.daemon.start()
    assert found.comes(1), "the first one comes by itself"
    yield found
    found.hold.set()
    found.daemon.stop()


@pytest.mark.usefixtures("threads")
def test_whoever_wakes_it_gets_a_pass_at_once(bench: Bench, passes: Passes) -> None:
    key = Company(bench).incident()
    woken = monotonic()
    passes.daemon.wake()
    assert passes.comes(2)
    assert passes.at[1] - woken < 1.0 + PAUSE_SECONDS
    assert Company(bench).link(key).jira.label == "OPS-1"


def test_a_flood_of_nudges_is_no_flood_of_passes(passes: Passes) -> None:
    end = monotonic() + PAUSE_SECONDS + 3 * GATHERED_SECONDS
    while monotonic() < end:
        passes.daemon.wake()
        threading.Event().wait(0.01)
    assert passes.comes(3)
    assert not passes.comes(4, within=0.5)
    assert passes.at[2] - passes.at[1] >= PAUSE_SECONDS


def test_a_nudge_amid_a_pass_is_not_lost(passes: Passes) -> None:
    passes.hold.clear()
    passes.daemon.wake()
    assert passes.comes(2)
    passes.daemon.wake()
    passes.hold.set()
    assert passes.comes(3)


def test_who_is_not_woken_waits_for_the_poll(passes: Passes) -> None:
    assert not passes.comes(2, within=1.0)


@pytest.mark.usefixtures("threads")
def test_a_nudge_does_not_outlive_the_daemon(bench: Bench) -> None:
    found = Passes(bench)
    found.daemon.start()
    assert found.comes(1)
    found.daemon.wake()
    found.daemon.ask_to_stop()
    found.daemon.stop()
    found.daemon.wake()
    assert not found.comes(2, within=0.5)
