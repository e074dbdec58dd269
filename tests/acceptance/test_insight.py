"""Insight from the command line: figures and trends, told on both sides, and nothing carried on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync import wiring
from sync.cli.serve import beside
from sync.daemon import Daemon
from sync.demo.town import Town
from sync.insight.run import LEASE
from sync.insight.telling.epics import PROPERTY
from sync.settings import Settings
from tests.support.judge import differences
from tests.support.program import SETTLED_SOON, Program, until

pytestmark = pytest.mark.timeout(400)  # patient on a busy machine

PROMISED = {
    *("incident_volume", "time_to_restore_median", "reopen_rate", "first_contact_resolution"),
    *("change_failure_rate", "lead_time_p50", "cycle_time_p50", "throughput"),
    *("work_item_age_p85",),
}


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town(incidents=60) as found:
        yield found


@pytest.fixture(scope="module")
def program(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program whose first load is done."""
    made = Program(tmp_path_factory.mktemp("work"), town, **SETTLED_SOON)
    ran = made.run_here("sync", "--yes")
    assert ran.code == 0, ran.said
    return made


def test_one_run_tells_both_sides_and_prints_what_was_promised(
    town: Town, program: Program
) -> None:
    ran = program.run("insight", "--json")
    assert ran.code == 0, ran.said
    assert {one["name"] for one in ran.data["measures"]} >= PROMISED
    for one in ran.data["measures"]:
        assert one["definition"]
        assert {"name", "value", "unit", "window", "n", "by"} <= one.keys()
    volume = next(
        one for one in ran.data["measures"]
        if (one["name"], one["window"], one["by"]) == ("incident_volume", "90d", {})
    )  # fmt: skip
    assert volume["value"] == 60
    assert {one["subject"] for one in ran.data["trends"]} >= {"problem", "service", "item"}
    ranked = ran.data["priorities"]
    assert {one["class"] for one in ranked} <= {"urgent", "planned", "strategic"}
    assert all(one["problem"].startswith("PRB") and one["why"] for one in ranked)
    assert ranked
    told = [one for one in town.jira.world.issues.values() if PROPERTY in one.properties]
    assert told
    notes = town.servicenow.world.rows("sys_journal_field")
    assert any("Status: " in row["value"] for row in notes)

    before = len(town.servicenow.world.write_log), len(town.jira.world.write_log)
    assert program.run_here("insight").code == 0
    synced = program.run_here("sync", "--json")
    assert (synced.code, synced.data["updated"]) == (0, {"servicenow": 0, "jira": 0})
    assert (len(town.servicenow.world.write_log), len(town.jira.world.write_log)) == before
    assert differences(town, program.folder) == []


def test_a_daemon_that_is_told_to_stop_leaves_a_long_run_within_seconds(
    town: Town, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon's own run, against systems whose every answer takes its time."""
    for name, value in program.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(program.folder)
    settings = Settings.load(sides=True)
    with slow(town), wiring.running(settings) as runtime:
        daemon = Daemon(runtime, settings, insight=lambda go_on: beside(settings, go_on))
        run = Thread(target=daemon.look)
        run.start()
        until(lambda: runtime.store.lease.holder(LEASE) is not None)
        daemon.ask_to_stop()
        run.join(4)
        assert not run.is_alive()
        assert runtime.store.lease.holder(LEASE) is None
    assert program.run_here("insight").code == 0


@contextmanager
def slow(town: Town) -> Iterator[None]:
    """Every answer comes a second late."""
    for faults in town.faults.values():
        faults.add(Fault("slow", seconds=1.0, times=None))
    try:
        yield
    finally:
        for faults in town.faults.values():
            faults.clear()


def test_the_report_is_one_page_and_writes_nothing(
    town: Town, program: Program, tmp_path: Path
) -> None:
    before = len(town.servicenow.world.write_log), len(town.jira.world.write_log)
    page = tmp_path / "insight.html"
    ran = program.run_here("insight", "report", str(page))
    assert (ran.code, ran.out.strip()) == (0, f"Written: {page}")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert (len(town.servicenow.world.write_log), len(town.jira.world.write_log)) == before


def test_a_spreadsheet_gets_one_table(program: Program) -> None:
    ran = program.run_here("insight", "--csv")
    rows = list(csv.reader(io.StringIO(ran.out)))
    assert ran.code == 0
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > 100


def test_what_cannot_be_written_is_said_before_any_work(program: Program, tmp_path: Path) -> None:
    ran = program.run_here("insight", "report", str(tmp_path / "nowhere" / "x.html"))
    assert ran.code == 2
    assert "name a file in a folder that exists" in ran.said
    for place in (tmp_path, tmp_path / ("x" * 300), Path("/proc/insight.html")):
        nowhere = {"TANDEM_SERVICENOW__URL": "http://127.0.0.1:9"}
        ran = program.run_here("insight", "report", str(place), **nowhere)
        assert ran.code == 2, ran.said
        assert [line.startswith(f"{place} cannot be written: ") for line in ran.advice] == [True]
    assert not list(tmp_path.iterdir())
    ran = program.run_here("insight", "--csv", "--json")
    assert ran.code == 2


def test_a_disk_that_fills_up_amid_the_report_is_said(program: Program) -> None:
    ran = program.run_here("insight", "report", "/dev/full")
    assert ran.code == 2
    assert ran.advice[0].startswith("/dev/full cannot be written: No space left on device; ")


def problems(town: Town) -> int:
    return sum(1 for _ in town.servicenow.world.rows("problem"))


def test_an_accepted_proposal_without_an_answer_is_open_until_it_is_known(
    town: Town, program: Program
) -> None:
    """Exit 3 as for any unclear write; the same command makes it good."""
    found = program.run_here("insight", "--json").data["proposals"]
    id = next(one["id"] for one in found if not one["problem"])
    before = problems(town)
    town.faults[Side.SERVICENOW].add(Fault("drop_before", "POST", "/problem$"))
    lost = program.run_here("insight", "accept", id, TANDEM_SETTLE__SERVICENOW="600")
    assert (lost.code, lost.out) == (3, ""), lost.said
    assert "whether the problem was made is not known" in lost.advice[0]
    early = program.run_here("insight", "accept", id, "--json", TANDEM_SETTLE__SERVICENOW="600")
    assert (early.code, early.data["problem"]) == (3, None), early.said
    assert "may still arrive" in early.advice[0]
    assert problems(town) == before

    sleep(1.1)  # as long as an unclear create takes to settle here
    done = program.run_here("insight", "accept", id, "--json")
    assert (done.code, done.data["made"]) == (0, True), done.said
    assert problems(town) == before + 1
