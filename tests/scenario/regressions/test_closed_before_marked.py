"""A cancelled ticket takes nothing of ours until it is opened; then it is told all of it again."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company


def test_a_mark_that_came_too_late_is_put_on_when_the_ticket_is_opened_again() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.now_faults.add(Fault("drop_before", "PATCH", r"/incident/", times=None))
    bench.sync()
    bench.now_faults.clear()
    company.desk(key, state="8")
    bench.until_quiet()
    assert "correlation_id" not in company.row(key)

    bench.clock.advance(60)
    company.team().move_to(company.link(key).jira.key, "In Progress")
    bench.until_quiet()

    assert company.row(key)["state"] == "2"
    assert company.row(key)["correlation_display"] == company.link(key).jira.label


def test_a_title_given_with_the_reopening_arrives() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("Mail is slow")
    bench.until_quiet()
    company.desk(key, state="8")
    bench.until_quiet()
    issue = company.link(key).jira.key

    bench.clock.advance(60)
    company.team().edit(issue, summary="Mail is slow again")
    company.team().move_to(issue, "In Progress")
    bench.until_quiet()

    assert company.row(key)["short_description"] == "Mail is slow again"
    assert company.parked() == []
