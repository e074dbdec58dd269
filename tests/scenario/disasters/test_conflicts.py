"""Both sides change one field apart: one row with everything, and nothing silently lost."""

from __future__ import annotations

import pytest

from mappings.sides import Side
from sync.engine.resolve import resolve
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_one_row_tells_base_values_authors_and_decision(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident("at first")
    bench.sync()
    company.desk(key, short_description="says the desk")
    company.team().edit(company.link(key).jira.key, summary="says the team", description="more")
    bench.clock.advance(15)
    bench.sync()

    [row] = company.conflicts()
    assert (row.base.servicenow, row.base.jira) == ("at first", "at first")
    assert (row.servicenow.value, row.servicenow.author) == ("says the desk", "Ben Okafor")
    assert (row.jira.value, row.jira.author) == ("says the team", "Mei Chen")
    assert (row.decision, row.open) == ("servicenow", False)
    assert company.issue(key).fields["summary"] == "says the desk"
    assert company.row(key)["description"] == "more"


def test_a_decision_can_be_overturned() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("at first")
    bench.sync()
    company.desk(key, short_description="says the desk")
    company.team().edit(company.link(key).jira.key, summary="says the team")
    bench.clock.advance(15)
    bench.sync()
    [row] = company.conflicts()

    resolve(bench.runtime, row.id, Side.JIRA)
    bench.clock.advance(15)
    bench.sync()

    assert company.row(key)["short_description"] == "says the team"
    assert company.issue(key).fields["summary"] == "says the team"
