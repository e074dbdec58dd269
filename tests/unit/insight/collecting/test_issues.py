"""Issues are collected with their way through the statuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mappings.sides import Side
from sync.insight.collecting.collect import facts
from sync.insight.collecting.issues import collect, progress
from sync.insight.facts import IssueFact, Kind, packed
from sync.store.values import FactRow
from tests.support.bench import Bench
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
