"""A twin moves to another project before we know that it was made, and comes back."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company


def test_an_issue_that_was_adopted_while_it_was_away_flows_once_it_is_back() -> None:
    bench = Bench()
    company = Company(bench)
    bench.sync()
    incident = company.incident("Mail is slow")
    bench.jira_faults.add(Fault("drop_after", method="POST", path="issue$"))
    bench.sync()
    issue = next(iter(bench.jira.world.issues))
    company.team().move_project(issue, "TEAM")
    bench.clock.advance(400)
    bench.until_quiet()

    company.desk(incident, short_description="Mail is down")
    company.team().move_project(issue, "OPS")
    bench.clock.advance(60)
    bench.until_quiet()

    assert bench.jira.world.issues[issue].fields["summary"] == "Mail is down"
    assert len(company.conflicts()) <= 1
