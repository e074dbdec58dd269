"""A create whose answer never came: waited for, looked for ever more seldom, never made twice."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company

CREATE = {"method": "POST", "path": "/rest/api/2/issue(/bulk)?$"}


def test_wait_sits_the_settle_time_out_and_then_makes_the_twin() -> None:
    """The request was thrown away unseen: only the settle time tells that it will not come."""
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.jira_faults.add(Fault("drop_before", **CREATE))
    began = bench.clock.now()

    summary = bench.sync(wait=True)

    assert summary.unclear == 0
    assert len(bench.jira.world.issues) == 1
    assert company.issue(key).fields["summary"] == "Mail is slow"
    assert 300 <= (bench.clock.now() - began).total_seconds() < 400


def test_waiting_costs_few_look_ups() -> None:
    bench = Bench()
    company = Company(bench)
    company.incident()
    bench.jira_faults.add(Fault("drop_before", **CREATE))
    summary = bench.sync(wait=True)
    assert summary.requests["jira"]["read"] < 40


def test_a_twin_that_arrives_late_is_adopted_as_soon_as_it_is_seen() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.jira_faults.add(Fault("late", seconds=20, **CREATE))
    began = bench.clock.now()

    summary = bench.sync(wait=True)

    assert summary.unclear == 0
    assert len(bench.jira.world.issues) == 1
    assert company.link(key)
    assert (bench.clock.now() - began).total_seconds() < 60
