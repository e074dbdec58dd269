"""Which pairs work on an instance is found out by asking, seldom, and never at the others' cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.errors import RetryLater
from connector.sandbox.faults import Fault
from connector.sandbox.jira.more_types import add_type
from connector.sandbox.servicenow import register
from connector.sandbox.servicenow.agile import READER, activate
from mappings.sides import Side
from sync.doctor import _optional
from sync.engine import Engine, Orders
from tests.support.bench import Bench

BARE = ("change-story", "problem-epic", "incident-story")
ALWAYS = (*BARE, "knowledge-task")
TABLE = r"/table/(rm_defect|problem_task)"


def asked(bench: Bench) -> int:
    return bench.runtime.adapters[Side.SERVICENOW].meter.totals()["read"]


def told(bench: Bench) -> dict[str, tuple[str, str]]:
    rungs = {rung.name: (rung.state, rung.told) for rung in _optional(bench.runtime)}
    assert rungs.pop("pair knowledge-task")[0] == "ok"
    assert rungs.pop("pair initiative-improvement")[0] == "ok"
    return rungs


def test_without_the_plugin_bugs_are_problem_tasks() -> None:
    bench = Bench()
    assert bench.runtime.pairs == (*BARE, "task-bug", "knowledge-task")
    assert told(bench) == {
        "pair defect-bug": ("ok", "off: the instance has no table rm_defect"),
        "pair task-bug": ("ok", "on: problem_task is there (rm_defect is not)"),
    }


def test_with_the_plugin_they_are_defects() -> None:
    bench = Bench()
    activate(bench.servicenow.world)
    assert bench.runtime.pairs == (*BARE, "defect-bug", "knowledge-task")
    assert told(bench) == {
        "pair defect-bug": ("ok", "on: rm_defect is there"),
        "pair task-bug": ("ok", "makes nothing: rm_defect is there, so no problem_task is made"),
    }


def test_the_register_needs_its_plugin_and_the_type_and_doctor_says_what_holds_without() -> None:
    def says(bench: Bench) -> str:
        rungs = {rung.name: rung.told for rung in _optional(bench.connect())}
        return rungs["pair initiative-improvement"]

    bench = Bench()
    assert says(bench) == (
        "off: the instance has no table sn_cim_register; improvements in Jira are judged and "
        "measured all the same"
    )
    register.activate(bench.servicenow.world)
    assert says(bench).startswith("off: project OPS has none of the issue types Improvement")
    add_type(bench.jira.world)
    assert says(bench) == "on: sn_cim_register is there"
    assert "initiative-improvement" in bench.connect().pairs


def test_a_table_that_may_not_be_read_is_a_matter_for_a_person() -> None:
    bench = Bench()
    activate(bench.servicenow.world)
    bench.servicenow.world.roles["tandem"].discard(READER)
    bench.servicenow.world.knobs.denied_tables.add("problem_task")
    assert bench.runtime.pairs == ALWAYS
    state, text = told(bench)["pair defect-bug"]
    assert (state, text.partition(":")[0]) == ("warn", "off")
    assert "rm_defect may not be read" in text
    assert bench.sync().conflicts == 0


def test_where_the_account_lost_all_access_nothing_is_concluded() -> None:
    bench = Bench()
    tandem = bench.servicenow.world.user_id("tandem")
    row = bench.servicenow.world.true_row(tandem)
    assert row is not None
    row["active"] = "false"
    assert bench.runtime.pairs == BARE
    row["active"] = "true"
    assert bench.connect().pairs == (*BARE, "task-bug", "knowledge-task")


def test_a_project_without_bugs_and_a_site_without_the_links() -> None:
    assert Bench(project="DESK").runtime.pairs == ALWAYS
    bench = Bench()
    world = bench.jira.world
    world.link_types = tuple(row for row in world.link_types if row.name == "Duplicate")
    assert bench.connect().pairs == ALWAYS
    assert "none of its kinds of issue links" in told(bench)["pair task-bug"][1]


def test_it_is_asked_once_a_day_whatever_number_of_processes() -> None:
    bench = Bench()
    bench.sync()
    for _ in range(2):
        bench.connect()
        assert bench.runtime.pairs == (*BARE, "task-bug", "knowledge-task")
        assert asked(bench) == 0

    activate(bench.servicenow.world)
    assert bench.connect().pairs == (*BARE, "task-bug", "knowledge-task"), "believed for a day"
    bench.clock.advance(25 * 3600)
    assert bench.connect().pairs == (*BARE, "defect-bug", "knowledge-task")


def test_a_long_running_process_looks_again_after_a_day() -> None:
    bench = Bench()
    engine = Engine(bench.runtime)
    engine.run(Orders(yes=True))
    activate(bench.servicenow.world)
    bench.clock.advance(25 * 3600)
    engine.run(Orders(yes=True))
    assert bench.runtime.pairs == (*BARE, "defect-bug", "knowledge-task")


def test_what_cannot_be_found_out_now_leaves_things_as_they_were() -> None:
    bench = Bench()
    bench.sync()
    bench.clock.advance(25 * 3600)
    weather = Fault("status", method="GET", path=TABLE, status=503, times=None)
    bench.now_faults.add(weather)
    assert bench.connect().pairs == (*BARE, "task-bug", "knowledge-task")
    bench.now_faults.clear()

    fresh = Bench()
    fresh.now_faults.add(weather)
    assert fresh.runtime.pairs == BARE
    fresh.now_faults.clear()
    fresh.clock.advance(400)
    fresh.runtime.look_around()
    assert fresh.runtime.pairs == (*BARE, "task-bug", "knowledge-task")


def test_a_side_that_is_away_is_waited_for_once() -> None:
    bench = Bench()
    bench.now_faults.add(Fault("status", method="GET", status=503, times=None))
    assert bench.runtime.pairs == BARE
    before = asked(bench)
    with pytest.raises(RetryLater):
        bench.runtime.look_around()
    assert asked(bench) == before

    bench.now_faults.clear()
    bench.clock.advance(60)
    bench.runtime.look_around()
    assert bench.runtime.pairs == (*BARE, "task-bug", "knowledge-task")


def test_another_mapping_is_found_out_anew() -> None:
    bench = Bench()
    assert bench.runtime.pairs == (*BARE, "task-bug", "knowledge-task")
    specs = tuple(
        replace(spec, servicenow=replace(spec.servicenow, table="u_bug"), raw={"table": "u_bug"})
        if spec.pair == "task-bug"
        else spec
        for spec in bench.runtime.given
    )
    assert replace(bench.runtime, given=specs).pairs == ALWAYS
