"""A story goes below an epic before that epic has its problem."""

from __future__ import annotations

from tests.support.bench import Bench
from tests.support.people import Company


def test_the_incident_joins_the_problem_once_the_epic_has_one() -> None:
    bench = Bench()
    company = Company(bench)
    incident = company.incident("Mail is slow")
    bench.until_quiet()
    epic = company.team().create("OPS", "Epic", "Mail store too small")
    company.team().edit(company.issue(incident).id, parent=epic.id)
    bench.clock.advance(60)
    bench.until_quiet()

    company.team().label(epic.id, add=("to-problem",))
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.row(incident)["problem_id"] == company.link(epic.id).servicenow.key
    assert company.issue(incident).fields["parent"] == epic.id


def test_story_and_epic_come_to_their_twins_in_one_pass() -> None:
    bench = Bench()
    company = Company(bench)
    incident = company.incident("Mail is slow")
    bench.until_quiet()
    epic = company.team().create("OPS", "Epic", "Mail store too small", labels=("to-problem",))
    company.team().edit(company.issue(incident).id, parent=epic.id)
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.row(incident)["problem_id"] == company.link(epic.id).servicenow.key
