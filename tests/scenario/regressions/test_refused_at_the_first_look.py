"""The answer to a create is lost, the desk empties the incident's problem meanwhile, and Jira does
not take the story out of the epic before a person asks for that again."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira import native
from sync.engine.resolve import retry
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_who_told_the_reference_tells_it_when_it_is_tried_again(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    problem = company.problem()
    bench.until_quiet()
    key = company.incident(problem_id=problem)
    bench.jira_faults.add(Fault("drop_after", "POST", r"issue(/bulk)?$"))
    bench.sync()
    [story] = bench.jira.world.issues.keys() - {company.link(problem).jira.key}
    company.desk(key, problem_id="")
    bench.jira_faults.add(Fault("status", "PUT", f"issue/{story}$", status=400, times=None))
    bench.clock.advance(400)
    bench.until_quiet()
    [row] = bench.store.ledger.parked()
    assert row.field == "parent"

    bench.jira_faults.clear()
    retry(bench.runtime, row.id)
    bench.clock.advance(60)
    bench.until_quiet()
    assert company.row(key).get("problem_id", "") == ""
    assert native.value_of(bench.jira.world, company.issue(key), "parent") is None
    assert company.parked() == []
