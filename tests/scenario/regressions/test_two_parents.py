"""An incident with a problem of its own, whose story is put below an epic of its own."""

from __future__ import annotations

from tests.support.bench import Bench
from tests.support.people import Company


def apart() -> tuple[Bench, Company, str, str, str]:
    """An incident below a problem without an epic, its story below an epic that gets a problem."""
    bench = Bench()
    company = Company(bench)
    problem = company.problem("Mail store too small")
    company.platform(problem, active="false", state="107")
    incident = company.incident("Mail is slow", problem_id=problem)
    bench.until_quiet()
    epic = company.team().create("OPS", "Epic", "Another epic", labels=("to-problem",)).id
    company.team().edit(company.issue(incident).id, parent=epic)
    bench.clock.advance(60)
    bench.until_quiet()
    return bench, company, incident, problem, epic


def test_neither_parent_is_lost_without_a_word() -> None:
    """The problem has no epic when the epic gets its problem: nothing is told for a while."""
    _, company, incident, problem, epic = apart()
    assert company.issue(incident).fields["parent"] == epic
    assert company.row(incident)["problem_id"] == problem


def test_the_owner_tells_once_both_have_twins_and_the_other_is_in_the_ledger() -> None:
    bench, company, incident, problem, epic = apart()
    company.platform(problem, active="true", state="101")
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.issue(incident).fields["parent"] == company.link(problem).jira.key
    [row] = company.conflicts()
    assert (row.field, row.jira.value, row.decision) == ("parent", epic, "servicenow")


def test_a_problem_that_gets_its_epic_in_the_same_pass_is_told() -> None:
    """Both sides move the incident at once, the desk below a problem that is new as well."""
    bench = Bench()
    company = Company(bench)
    first = company.problem("Mail store too small")
    incident = company.incident("Mail is slow")
    bench.until_quiet()
    company.team().edit(company.issue(incident).id, parent=company.link(first).jira.key)
    second = company.problem("Mail store too slow")
    company.desk(incident, problem_id=second)
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.row(incident)["problem_id"] == second
    assert company.issue(incident).fields["parent"] == company.link(second).jira.key


def test_an_epic_that_gets_its_problem_in_the_same_pass_is_told() -> None:
    """The story goes below an epic that asks for its problem just now."""
    bench = Bench()
    company = Company(bench)
    problem = company.problem("Mail store too small")
    incident = company.incident("Mail is slow", problem_id=problem)
    bench.until_quiet()
    epic = company.team().create("OPS", "Epic", "Another epic", labels=("to-problem",)).id
    company.team().edit(company.issue(incident).id, parent=epic)
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.issue(incident).fields["parent"] == epic
    held = company.row(incident)["problem_id"]
    assert held != problem
    assert company.link(held).jira.key == epic
