"""Issues are collected with their way through the statuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from connector.histories import Step
from connector.values import Record
from mappings.sides import Side
from sync.insight.collecting.collect import facts
from sync.insight.collecting.issues import collect, issue, progress
from sync.insight.facts import IssueFact, Kind, packed
from sync.store.values import FactRow
from tests.support.bench import START, Bench
from tests.support.people import Company

HOUR = timedelta(hours=1)


@pytest.fixture(params=["cloud", "dc"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


def issues(bench: Bench) -> dict[str, IssueFact]:
    found = facts(bench.store, Kind.ISSUE)
    return {one.key: one for one in found if isinstance(one, IssueFact)}


def test_an_issue_tells_when_it_entered_which_status(bench: Bench) -> None:
    company = Company(bench)
    team, key = company.team(), company.team().create("OPS", "Story", "Mail is slow").id
    for status in ("In Progress", "Done"):
        bench.clock.advance(HOUR.total_seconds())
        team.move_to(key, status)
    collect(bench.runtime)
    told = issues(bench)[key]
    began = told.created
    assert [(step.at - began, step.status, step.category) for step in told.steps] == [
        (0 * HOUR, "Backlog", "new"),
        (1 * HOUR, "Selected for Development", "new"),
        (1 * HOUR, "In Progress", "indeterminate"),
        (2 * HOUR, "In Review", "indeterminate"),
        (2 * HOUR, "Done", "done"),
    ]
    assert told.resolved == began + 2 * HOUR


def test_later_only_what_moved_is_read_and_what_is_gone_goes_within_a_week(bench: Bench) -> None:
    company = Company(bench)
    first = company.team().create("OPS", "Story", "One").id
    collect(bench.runtime)
    bench.clock.advance(3600)
    second = company.team().create("OPS", "Story", "Two").id
    company.team().delete(first)
    before = bench.runtime.adapters[Side.JIRA].meter.totals()["read"]
    collect(bench.runtime)
    assert bench.runtime.adapters[Side.JIRA].meter.totals()["read"] - before <= 4
    assert issues(bench).keys() == {first, second}
    bench.clock.advance(8 * 86_400)
    collect(bench.runtime)
    assert issues(bench).keys() == {second}


def test_labels_are_told_and_a_run_that_wants_more_reads_all_anew(bench: Bench) -> None:
    team = Company(bench).team()
    key = team.create("OPS", "Task", "Write it down", labels=("knowledge", "later")).id
    collect(bench.runtime)
    bench.clock.advance(2 * 86_400)
    collect(bench.runtime)
    told = issues(bench)[key]
    assert {"knowledge", "later"} <= set(told.labels)
    bench.store.insight.put(
        [FactRow(Kind.ISSUE, key, told.created, packed(replace(told, labels=())))]
    )
    collect(bench.runtime)
    assert issues(bench)[key].labels == ()
    name = "insight:issues:OPS"
    times = (bench.store.meta.get(name) or "").partition(" of ")[0]
    bench.store.meta.put(name, times)  # as a program wrote it that asked for less
    collect(bench.runtime)
    assert issues(bench)[key] == told


def test_an_epic_has_the_progress_of_its_stories(bench: Bench) -> None:
    team = Company(bench).team()
    epic = team.create("OPS", "Epic", "Mail store").id
    stories = [team.create("OPS", "Story", str(n), parent=epic).id for n in range(3)]
    team.move_to(stories[0], "Done")
    collect(bench.runtime)
    assert progress(list(issues(bench).values())) == {epic: (1, 3)}


def test_the_ways_of_many_issues_are_asked_for_together(bench: Bench) -> None:
    """A list page has a hundred issues on Cloud; one request tells the ways of a thousand."""
    team = Company(bench).team()
    keys = {team.create("OPS", "Story", f"Story {number}").id for number in range(250)}
    bench.runtime.offered("OPS")
    before = bench.runtime.adapters[Side.JIRA].meter.totals()["read"]
    collect(bench.runtime)
    lists = ways = 3
    if bench.flavour == "cloud":
        ways = 1
    assert bench.runtime.adapters[Side.JIRA].meter.totals()["read"] - before <= lists + ways + 1
    assert issues(bench).keys() == keys


def test_a_status_that_got_another_name_is_still_the_same(bench: Bench) -> None:
    """What a changelog says is what the status was called at that time."""
    company, world = Company(bench), bench.jira.world
    team, key = company.team(), company.team().create("OPS", "Story", "Mail is slow").id
    for status in ("In Progress", "Done"):
        bench.clock.advance(HOUR.total_seconds())
        team.move_to(key, status)
    for before, after in (("In Progress", "Doing"), ("Done", "Delivered")):
        [known] = [one for one in world.statuses.values() if one.name == before and not one.project]
        world.statuses[known.id] = replace(known, name=after)
    other = team.create("OPS", "Story", "Another").id
    team.move_to(other, "Doing")
    collect(bench.runtime)
    told = issues(bench)[key]
    assert [(step.status, step.category) for step in told.steps][-3:] == [
        ("In Progress", "indeterminate"),
        ("In Review", "indeterminate"),
        ("Done", "done"),
    ]


def test_an_issue_is_resolved_since_it_became_done_and_stayed_so() -> None:
    at = START
    record = Record(
        "OPS", "1", "OPS-1", "Story", "1", at, at, "", "", "",
        {"status": "Closed", "status_category": "done"},
    )  # fmt: skip
    way = ("To Do", "Done", "To Do", "Done", "Closed")
    steps = [
        Step(at + place * HOUR, "status", before, after)
        for place, (before, after) in enumerate(pairwise(way), 1)
    ]
    categories = {"To Do": "new", "Done": "done"}
    told = issue(record, steps, categories)
    assert told.resolved == at + 3 * HOUR
    assert [step.category for step in told.steps] == ["new", "done", "new", "done", "done"]


def test_an_index_that_suddenly_shows_nothing_is_not_believed_at_once(bench: Bench) -> None:
    team, world = Company(bench).team(), bench.jira.world
    keys = {team.create("OPS", "Story", f"Story {number}").id for number in range(3)}
    collect(bench.runtime)
    world.hidden |= keys
    bench.clock.advance(8 * 86_400)
    assert collect(bench.runtime) == ("project OPS shows none of 3 known issues: they are kept",)
    assert issues(bench).keys() == keys
    world.hidden -= keys
    bench.clock.advance(3_600)
    assert collect(bench.runtime) == ()
    for key in keys:
        team.delete(key)
    bench.clock.advance(8 * 86_400)
    collect(bench.runtime)
    assert issues(bench).keys() == keys
    bench.clock.advance(8 * 86_400)
    collect(bench.runtime)
    assert issues(bench) == {}, "two weeks without any are believed"


def test_what_is_open_is_read_however_old_it_is(bench: Bench) -> None:
    team = Company(bench).team()
    key, over = (team.create("OPS", "Story", name).id for name in ("Open", "Over"))
    team.move_to(over, "Done")
    bench.clock.advance(200 * 86_400)
    collect(bench.runtime)
    assert issues(bench).keys() == {key}


def test_an_issue_belongs_to_the_team_of_its_first_component() -> None:
    fields = {"status": "To Do", "components": ("Payroll", "Mail")}
    record = Record("OPS", "1", "OPS-1", "Story", "1", START, START, "", "", "", fields)
    assert issue(record, (), {}).team == "Payroll"


def test_a_change_that_the_index_shows_late_is_not_missed() -> None:
    """It is stamped before a run that could not see it yet."""
    bench = Bench("cloud")
    team = Company(bench).team()
    collect(bench.runtime)
    bench.clock.advance(3_600)
    bench.jira.index.lag = 600.0
    key = team.create("OPS", "Story", "Late").id
    bench.clock.advance(300)
    collect(bench.runtime)
    assert issues(bench) == {}
    bench.clock.advance(400)
    collect(bench.runtime)
    assert issues(bench).keys() == {key}


def test_reading_one_project_anew_forgets_nothing_of_another(bench: Bench) -> None:
    Company(bench).team().create("OPS", "Story", "Ours")
    other = IssueFact("77", "WEB-1", "Story", START, project="WEB")
    bench.store.insight.put([FactRow(Kind.ISSUE, "77", START, packed(other))])
    collect(bench.runtime)
    assert issues(bench)["77"] == other
    assert len(issues(bench)) == 2
