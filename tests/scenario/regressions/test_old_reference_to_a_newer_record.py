"""The store is put back from before an incident had its child; the link between their issues is
taken away meanwhile."""

from __future__ import annotations

import pytest

from connector.sandbox.jira import linking
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company

WORDS = "duplicates"


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_the_link_that_is_made_again_is_told_of(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    child = company.incident("Mail is slow in Rome")
    bench.until_quiet()
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    parent = company.incident("Mail is slow")
    bench.clock.advance(400)
    bench.until_quiet()
    company.desk(child, parent_incident=parent)
    bench.clock.advance(60)
    bench.until_quiet()
    bench.store.restore(copy)
    issue, other = company.issue(child), company.row(parent)["correlation_id"].split(":")[-1]
    company.team().unlink(issue.id, WORDS, other)
    bench.clock.advance(60)
    bench.until_quiet()
    bench.clock.advance(400)
    bench.until_quiet()

    assert linking.named(bench.jira.world, company.issue(child), WORDS) == (other,)
    [row] = company.conflicts()
    assert (row.field, row.decision, row.jira.value) == ("parent_incident", "servicenow", ())
    assert "old copy" in row.reason
    company.desk(child, parent_incident="")
    bench.clock.advance(60)
    bench.until_quiet()
    assert linking.named(bench.jira.world, company.issue(child), WORDS) == ()
    assert len(company.conflicts()) == 1
