"""Patches without an answer: found in the side's history, waited for, forgotten in time."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.people import Company

EDIT = {"method": "PUT", "path": r"/issue/[^/]+$"}


def linked() -> tuple[Bench, Company, str]:
    """An incident and its story at rest, and the desk has reworded the incident."""
    bench = Bench()
    company = Company(bench)
    key = company.incident("before")
    bench.until_quiet()
    company.desk(key, short_description="from the desk")
    bench.clock.advance(15)
    return bench, company, key


def told(bench: Bench, company: Company, key: str) -> list[tuple[object, object]]:
    """What the history has of the story's summary."""
    rows = bench.store.ledger.history(company.link(key).id)
    return [(r.old, r.new) for r in rows if r.side is Side.JIRA and r.field == "summary"]


def test_one_that_happened_is_written_down_at_the_next_look() -> None:
    bench, company, key = linked()
    bench.jira_faults.add(Fault("drop_after", **EDIT))
    bench.sync()
    bench.clock.advance(1)
    bench.sync()
    assert ("before", "from the desk") in told(bench, company, key)
    assert bench.store.patches.open() == ()
    assert company.conflicts() == []


def test_one_that_is_not_seen_is_waited_for_until_its_settle_time_is_over() -> None:
    bench, company, key = linked()
    bench.jira_faults.add(Fault("drop_before", times=None, **EDIT))
    bench.sync()
    bench.clock.advance(298)
    bench.sync()
    first = min(one.id for one in bench.store.patches.open())
    bench.clock.advance(3)
    bench.sync()
    assert first not in {one.id for one in bench.store.patches.open()}
    assert told(bench, company, key) == []


def test_one_whose_record_is_gone_is_forgotten_in_time() -> None:
    bench, company, key = linked()
    bench.jira_faults.add(Fault("drop_before", **EDIT))
    bench.sync()
    company.team().delete(company.link(key).jira.key)
    bench.clock.advance(400)
    bench.sync()
    assert bench.store.patches.open() == ()


def test_a_later_patch_does_not_answer_for_one_that_is_still_under_way() -> None:
    """The first comes late, over what a person wrote after the second had gone through."""
    bench, company, key = linked()
    bench.jira_faults.add(Fault("late", seconds=150, **EDIT))
    for _ in range(4):
        bench.sync()
        bench.clock.advance(25)
    issue = company.link(key).jira.key
    assert company.issue(key).fields["summary"] == "from the desk"
    company.team().edit(issue, summary="from the team")
    bench.clock.advance(100)
    bench.jira.weather(bench.jira_faults).settle()
    assert company.issue(key).fields["summary"] == "from the desk"

    bench.clock.advance(400)
    bench.sync()
    assert "from the team" in {row.jira.value for row in company.conflicts()}
    assert told(bench, company, key)


def test_nothing_is_said_of_an_overtaken_one_that_replaced_nothing() -> None:
    bench, company, key = linked()
    bench.jira_faults.add(Fault("drop_before", **EDIT))
    bench.sync()
    bench.clock.advance(40)
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    assert told(bench, company, key) == [("before", "from the desk")]
    assert bench.store.patches.open() == ()


@pytest.mark.parametrize("seconds", [15, 400])
def test_an_overtaken_one_agrees_on_nothing_that_was_put_back_since(seconds: int) -> None:
    """What the history shows then is another patch's."""
    bench, company, key = linked()
    bench.jira_faults.add(Fault("drop_before", **EDIT))
    bench.sync()
    bench.clock.advance(40)
    bench.sync()
    company.desk(key, short_description="before")
    bench.clock.advance(15)
    bench.sync()
    assert company.issue(key).fields["summary"] == "before"
    [left] = bench.store.patches.open()
    assert left.overtaken

    company.team().edit(company.link(key).jira.key, summary="from the team")
    bench.clock.advance(seconds)
    bench.sync()
    assert company.row(key)["short_description"] == "from the team"
    assert company.conflicts() == []


def test_who_puts_the_old_value_back_behind_a_lost_answer_is_heard() -> None:
    bench, company, key = linked()
    bench.jira_faults.add(Fault("drop_after", **EDIT))
    bench.sync()
    company.team().edit(company.link(key).jira.key, summary="before")
    bench.clock.advance(15)
    bench.until_quiet()
    assert company.issue(key).fields["summary"] == "before"
    assert company.row(key)["short_description"] == "before"
