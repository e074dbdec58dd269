"""The desk empties an incident's problem, and the team moves its story to an epic that has no
problem yet: for a while both sides seem to agree."""

from __future__ import annotations

import pytest

from connector.sandbox.jira import native
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("later", [False, True])
def test_it_is_a_conflict_once_the_epic_has_its_problem(flavour: str, later: bool) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident(problem_id=company.problem())
    bench.until_quiet()
    story = company.issue(key).id
    labels = () if later else ("to-problem",)
    epic = company.team().create("OPS", "Epic", "Another epic", labels=labels).id
    company.team().edit(story, parent=epic)
    company.desk(key, problem_id="")
    bench.clock.advance(60)
    bench.until_quiet()
    if later:
        assert not company.conflicts()
        assert native.value_of(bench.jira.world, company.issue(key), "parent") == epic
        company.team().edit(epic, labels=("to-problem",))
        bench.clock.advance(60)
        bench.until_quiet()

    [row] = company.conflicts()
    assert (row.field, row.servicenow.value, row.jira.value) == ("parent", None, epic)
    assert row.decision == "servicenow"
    assert company.row(key).get("problem_id", "") == ""
    assert native.value_of(bench.jira.world, company.issue(key), "parent") is None
