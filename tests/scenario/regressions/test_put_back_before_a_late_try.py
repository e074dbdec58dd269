"""A write is tried twice, a person puts the old value back, and then the first try comes late."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.mapping import owned_by
from tests.support.people import Company
from tests.support.stage import Stage


def put_back(bench: Bench) -> tuple[Company, str]:
    """The team's "before" stood there again, until our late try replaced it."""
    company = Company(bench)
    key = company.incident("before")
    bench.until_quiet()
    issue = company.issue(key).id
    company.desk(key, short_description="from the desk")
    bench.clock.advance(60)
    bench.jira_faults.add(Fault("late", method="PUT", path=f"issue/{issue}$", seconds=150))
    for _ in range(4):
        bench.sync()
        bench.clock.advance(25)
    assert company.issue(key).fields["summary"] == "from the desk"
    company.team().edit(issue, summary="before")
    bench.clock.advance(100)
    bench.jira.weather(bench.jira_faults).settle()
    assert company.issue(key).fields["summary"] == "from the desk"
    bench.clock.advance(400)
    bench.until_quiet()
    return company, key


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_it_is_told_in_the_ledger(flavour: str) -> None:
    company, key = put_back(Bench(flavour))

    assert company.issue(key).fields["summary"] == "from the desk"
    [row] = company.conflicts()
    assert (row.jira.value, row.decision, row.open) == ("before", "servicenow", False)
    assert row.jira.author


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_it_is_brought_back_where_the_mapping_lets_it_win(flavour: str) -> None:
    company, key = put_back(Bench(flavour, mappings=owned_by("jira")))

    assert company.issue(key).fields["summary"] == "before"
    assert company.row(key)["short_description"] == "before"
    [row] = company.conflicts()
    assert (row.jira.value, row.decision, row.open) == ("before", "jira", False)


def test_the_audit_tells_it_in_servicenow(stage: Stage) -> None:
    ticket = stage.desk.opens("before")
    stage.tandem.settles()
    stage.team.edits(ticket.issue, summary="from the team")
    late = Fault("late", method="PATCH", path="incident", seconds=100)
    stage.faults[Side.SERVICENOW].add(late)
    stage.tandem.syncs()
    stage.later(0.7)
    stage.tandem.syncs()
    assert ticket["short_description"] == "from the team"
    stage.desk.edits(ticket, short_description="before")
    stage.later()

    stage.tandem.settles()
    stage.unsettled = "a write of ours that came late was taken back, as the ledger tells"
    assert (ticket["short_description"], ticket.issue["summary"]) == ("before", "before")
    [row] = stage.tandem.conflicts
    assert (row.servicenow.value, row.decision, row.open) == ("before", "servicenow", False)
