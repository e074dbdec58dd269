"""An insight run that has to end early: what it did stays whole, and the next run goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from mappings.insight import Rules
from sync.daemon import Daemon
from sync.errors import CutShort
from sync.insight.facts import Kind
from sync.insight.run import Told, publish, refresh
from sync.insight.telling.epics import PROPERTY
from sync.settings import Settings
from tests.support.bench import Bench
from tests.support.people import Company

ALLOWED = Rules(accepts=True, charts=False)
WORDS = (
    "VPN drops after ten minutes",
    "vpn connection drops every few minutes",
    "Connection of the VPN drops again",
    "VPN drops, has to connect again",
)


def scene() -> Bench:
    """Two problems with an incident each, and a VPN that keeps dropping; all of it linked."""
    bench = Bench()
    company = Company(bench)
    rows = bench.servicenow.world.rows("cmdb_ci")
    item = next(row["sys_id"] for row in rows if row["name"] == "vpn-gw-01")
    for name in ("Mail store too small", "Printers forget their tray"):
        company.incident(f"{name}, says a caller", problem_id=company.problem(name))
    for words in WORDS:
        company.incident(words, cmdb_ci=item)
        bench.clock.advance(2 * 86_400)
    bench.until_quiet()
    return bench


@dataclass
class Limit:
    """Lets a run look up so many times before it is told to end."""

    left: int
    looked: int = 0

    def __call__(self) -> None:
        self.looked += 1
        if self.looked > self.left:
            raise CutShort("enough")


def runs(bench: Bench, go_on: Callable[[], None]) -> Told:
    """One run in a process of its own, as the daemon has it."""
    runtime = bench.connect()
    runtime.go_on = go_on

    def stage(_name: str) -> None:
        go_on()

    return publish(runtime, refresh(runtime, ALLOWED, stage), ALLOWED, stage)


def seen(bench: Bench) -> dict[str, object]:
    """What people see on both sides of what insight writes, and how often."""
    world, issues = bench.servicenow.world, bench.jira.world.issues.values()
    notes = [row for row in world.rows("sys_journal_field") if "Status: " in row["value"]]
    return {
        "notes": sorted(row["element_id"] for row in notes),
        "problems": sorted(row["short_description"] for row in world.rows("problem")),
        "attached": sorted(
            (row["short_description"], bool(row.get("problem_id")))
            for row in world.rows("incident")
        ),
        "told": sorted((one.key, PROPERTY in one.properties) for one in issues),
    }


def test_wherever_it_is_cut_short_the_next_run_makes_it_whole() -> None:
    whole = scene()
    places = Limit(1_000)
    told = runs(whole, places)
    assert (told.accepted, told.trends) == (1, 2)
    assert told.delivery == 2 + 2 + len(WORDS)
    assert places.looked >= 18
    wanted = seen(whole)
    for place in range(places.looked):
        bench = scene()
        with pytest.raises(CutShort):
            runs(bench, Limit(place))
        runs(bench, Limit(1_000))
        assert seen(bench) == wanted, f"cut at its look {place}"


def test_pages_that_were_not_read_are_read_by_the_next_run() -> None:
    """Of 240 incidents one page of 200 is read: the rest is as old, and not forgotten."""
    bench = Bench(incidents=240)
    with pytest.raises(CutShort):
        runs(bench, Limit(1))
    assert len(list(bench.store.insight.all(Kind.INCIDENT))) == 200
    runs(bench, Limit(1_000))
    assert len(list(bench.store.insight.all(Kind.INCIDENT))) == 240


def test_a_long_list_is_left_between_two_pieces() -> None:
    """Of 130 records the first hundred are told; the rest has its turn at the next run."""
    bench = Bench()
    keys = [Company(bench).incident(f"Ticket {number}") for number in range(130)]
    bench.until_quiet()

    def told(go_on: Callable[[], None]) -> None:
        def asked() -> None:
            """The signal comes amid the notes."""
            if seen(bench)["notes"]:
                daemon.ask_to_stop()
            go_on()

        runs(bench, asked)

    daemon = Daemon(bench.runtime, Settings(), insight=told)
    with capture_logs() as lines:
        daemon.look()
    assert seen(bench)["notes"] == sorted(keys[:100])
    assert (lines[-1]["action"], lines[-1]["log_level"]) == ("insight.stopped", "info")

    Daemon(bench.runtime, Settings(), insight=lambda go_on: runs(bench, go_on)).look()
    assert seen(bench)["notes"] == sorted(keys)
