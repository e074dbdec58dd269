"""What networks and vendors do: obeyed or given up in time, told in words, nothing lost or doubled.

Cases in which the program tries for half a minute run side by side, each against systems of its
own: they cost patience, not work.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.demo.town import Town
from tests.support.judge import differences
from tests.support.program import SETTLED_SOON, Program, Ran, Running

pytestmark = pytest.mark.timeout(400)  # patient on a busy machine
PATIENCE = 30.0
"""Seconds after which a side counts as unreachable."""


def gave_up(ran: Ran, *told: str) -> None:
    """It stopped because of a side, said why in one line, and showed no traceback."""
    assert ran.code == 4, ran.said
    assert "Traceback" not in ran.err
    assert len(ran.advice) == 1, ran.said
    for text in told:
        assert text in ran.advice[0], ran.said


STORMS = {
    "hibernates": (Side.SERVICENOW, Fault("html", times=None), "the instance hibernates"),
    "queues": (Side.SERVICENOW, Fault("accepted", times=None), "queued the request"),
    "breaks off": (
        Side.SERVICENOW,
        Fault("truncate", times=None),
        "closed in the middle",
    ),
    "is cut": (
        Side.SERVICENOW,
        Fault("partial", path="/incident$", times=None),
        "the answer is not whole: Transaction cancelled",
    ),
    "shows a page": (Side.JIRA, Fault("html", times=None), "the answer is no JSON but a page"),
    "hangs up": (Side.JIRA, Fault("drop_before", times=None), "no whole answer from 127.0.0.1:"),
    "overloaded": (Side.JIRA, Fault("status", status=503, times=None), "Jira answered 503"),
}


def test_a_side_that_stays_away_is_given_up_after_half_a_minute(tmp_path: Path) -> None:
    """Exit 4 names the side, what it did and the next step; also for a wrong host or port."""
    with ExitStack() as stack:
        running = {}
        for name, (side, fault, told) in STORMS.items():
            town = stack.enter_context(Town(incidents=2))
            town.faults[side].add(fault)
            place = tmp_path / name.replace(" ", "-")
            place.mkdir()
            one = Program(place, town).start("sync", "--yes")
            stack.callback(one.process.kill)
            running[name] = (side, told, one)
        program = Program(tmp_path, town)
        shut = program.start("plan", TANDEM_SERVICENOW__URL="http://127.0.0.1:1")
        nowhere = {
            "TANDEM_JIRA__URL": "https://jira.invalid",
            "TANDEM_STORE__URL": "sqlite:///2.db",
        }
        unknown = program.start("doctor", **nowhere)
        took = ends([one for _, _, one in running.values()])
        for side, told, one in running.values():
            gave_up(one.ended(), f"{side}: ", told)
            assert took[one] < 2.5 * PATIENCE  # a crowd of processes starts slowly
        gave_up(shut.ended(120), "servicenow: no connection to 127.0.0.1:1: it refuses connections")
        lost = unknown.ended(120)
        assert lost.code == 4, lost.said
        assert "FAIL jira identity: no connection to jira.invalid: nobody knows" in lost.out


def ends(running: list[Running]) -> dict[Running, float]:
    """How many seconds each of these took."""
    began, took = time.monotonic(), dict[Running, float]()
    while len(took) < len(running):
        for one in running:
            if one not in took and one.process.poll() is not None:
                took[one] = time.monotonic() - began
        time.sleep(0.1)
    return took


# ---- the same on systems that are in step


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town(incidents=4) as found:
        yield found


@pytest.fixture(scope="module")
def synced(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program whose first load is done."""
    made = Program(tmp_path_factory.mktemp("synced"), town, **SETTLED_SOON)
    ran = made.run_here("sync", "--yes")
    assert ran.code == 0, ran.said
    return made


@pytest.fixture(autouse=True)
def _fair_again(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "town" in request.fixturenames:
        for weather in request.getfixturevalue("town").faults.values():
            weather.clear()


@pytest.mark.parametrize("side", list(Side))
def test_a_rate_limit_is_obeyed_where_it_is_short_and_told_where_it_is_long(
    side: Side, town: Town, synced: Program
) -> None:
    """Seconds and dates alike; nobody sits out an hour."""
    for asked in ("1", "date:2"):
        town.faults[side].add(Fault("status", status=429, retry_after=asked))
    short = synced.run("sync")
    assert short.code == 0, short.said
    assert short.seconds > 2, "one second, and at least one until the date"

    town.faults[side].add(Fault("status", status=429, retry_after="3600", times=None))
    long = synced.run_here("sync")
    gave_up(long, f"{side}: ", "rate limit", "asks for 1 h of patience")
    assert long.seconds < PATIENCE


def test_refused_access_is_told_and_asked_for_once(town: Town, synced: Program) -> None:
    """A dead Jira token makes every search empty; nothing is taken for deleted."""
    town.jira.access.revoked = True
    try:
        gave_up(synced.run("sync"), "jira: the token is invalid, expired or revoked")
    finally:
        town.jira.access.revoked = False
    for _ in range(2):
        wrong = synced.run_here("sync", TANDEM_SERVICENOW__PASSWORD="wrong")
        gave_up(wrong, "servicenow: ServiceNow does not accept our login")
    fair = synced.run_here("sync")
    assert fair.code == 0, "a wrong password was tried so often that it locked us out"


def test_what_broke_once_is_asked_again(town: Town, synced: Program) -> None:
    """A cut page, half a body, a sleeping page, a queue: one each, and the sync is whole."""
    for kind in ("partial", "truncate", "html", "accepted", "drop_before"):
        town.faults[Side.SERVICENOW].add(Fault(kind))
    for kind in ("truncate", "html", "drop_before"):
        town.faults[Side.JIRA].add(Fault(kind))
    ran = synced.run("sweep", timeout=120)
    assert ran.code == 0, ran.said
    assert not town.faults[Side.SERVICENOW].active()
    assert not town.faults[Side.JIRA].active()
    assert differences(town, synced.folder) == []


def test_a_connection_lost_after_the_write_leaves_one_record(tmp_path: Path) -> None:
    """The answers to all creates are lost: exit 3 and no second try before the settle time."""
    with Town(incidents=2, index_lag=0.5) as town:
        town.faults[Side.JIRA].add(Fault("drop_after", "POST", "/issue(/bulk)?$", times=None))
        program = Program(tmp_path, town, **{**SETTLED_SOON, "TANDEM_SETTLE__JIRA": "60"})
        first = program.run("sync", "--yes", "--json")
        assert first.code == 3, first.said
        assert first.data["unclear"] > 0
        town.faults[Side.JIRA].clear()

        then = program.run("sync", "--wait", "--json", timeout=100)

        assert then.code == 0, then.said
        assert differences(town, tmp_path) == []


def test_the_doctor_tells_refusals_and_clocks_apart(town: Town, synced: Program) -> None:
    """Refused access is 4; a clock that is off only warns: 3."""
    refused = synced.run("doctor", TANDEM_SERVICENOW__PASSWORD="wrong")
    assert refused.code == 4, refused.said
    assert "FAIL servicenow identity: ServiceNow does not accept our login" in refused.out
    assert "ok   jira identity" in refused.out

    unknown = synced.run_here("doctor", "--json", TANDEM_JIRA__PROJECT="NOPE")
    assert unknown.code == 2, unknown.said
    failed = [rung for rung in unknown.data if rung["state"] == "fail"]
    assert failed
    assert all("NOPE" in rung["told"] and rung["remedy"] for rung in failed)

    town.clock.advance(300)  # type: ignore[attr-defined]
    late = synced.run_here("doctor", "--json")
    town.clock.advance(-300)  # type: ignore[attr-defined]
    assert late.code == 3, late.said
    warned = [rung for rung in late.data if rung["state"] == "warn"]
    assert {rung["rung"] for rung in warned} == {"servicenow clock", "jira clock"}
    assert all("apart from ours" in rung["told"] and rung["remedy"] for rung in warned)
