"""Deletions: what is gone stays gone, and what is only out of sight is waited for."""

from __future__ import annotations

from connector.sandbox.servicenow.knobs import SYSTEM
from sync.core.model import LinkState
from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.people import Company


def at_rest(bench: Bench, company: Company) -> str:
    key = company.incident()
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    return key


def audits(bench: Bench, days: int) -> None:
    for _ in range(days):
        bench.clock.advance(86_400)
        sweep(bench.connect())
        bench.sync()


def test_a_deleted_issue_does_not_come_back() -> None:
    bench = Bench()
    company = Company(bench)
    key = at_rest(bench, company)
    company.team().delete(company.link(key).jira.key)

    audits(bench, 5)
    company.desk(key, short_description="the ticket lives on")
    bench.sync()

    assert not bench.jira.world.issues
    assert company.link(key).state is LinkState.MISSING


def test_a_deleted_ticket_is_proven_where_the_audit_may_be_read() -> None:
    bench = Bench()
    bench.servicenow.world.roles["tandem"].add("admin")
    company = Company(bench)
    key = at_rest(bench, company)
    issue = company.link(key).jira.key
    bench.servicenow.world.delete("incident", key, SYSTEM)

    audits(bench, 1)
    assert company.link(issue).state is LinkState.ENDED
    company.team().edit(issue, summary="the story lives on")
    audits(bench, 2)

    assert bench.jira.world.issues[issue].fields["summary"] == "the story lives on"
    assert not list(bench.servicenow.world.rows("incident"))


def test_an_issue_whose_ticket_is_proven_deleted_does_not_ask_for_another() -> None:
    """It still carries the label that asked for the first one."""
    bench = Bench()
    bench.servicenow.world.roles["tandem"].add("admin")
    company = Company(bench)
    issue = company.team().create("OPS", "Story", "Mail is slow", labels=("to-incident",)).id
    bench.until_quiet()
    ticket = company.link(issue).servicenow.key
    bench.servicenow.world.delete("incident", ticket, SYSTEM)
    audits(bench, 1)
    assert company.link(issue).state is LinkState.ENDED

    company.team().edit(issue, summary="the story lives on")
    audits(bench, 2)
    assert not list(bench.servicenow.world.rows("incident"))
    assert company.parked() == []

    company.team().edit(issue, labels=("to-incident",))  # nor without the mark of the first one
    audits(bench, 2)
    assert not list(bench.servicenow.world.rows("incident"))


def test_a_record_that_was_only_hidden_flows_again() -> None:
    bench = Bench()
    company = Company(bench)
    key = at_rest(bench, company)
    issue = company.link(key).jira.key
    company.team().hide(issue)
    company.desk(key, short_description="edited meanwhile")
    audits(bench, 2)
    assert company.link(key).state is LinkState.MISSING

    company.team().hide(issue, hidden=False)
    audits(bench, 1)

    assert company.link(key).state is LinkState.ACTIVE
    assert company.issue(key).fields["summary"] == "edited meanwhile"
