"""Every write on either side is explained by a row of our history."""

from __future__ import annotations

import pytest

from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_each_record_we_wrote_to_has_a_row_for_each_field(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident("at first", state="2")
    bench.sync()
    issue = company.link(key).jira.key
    company.desk(key, short_description="new words", work_notes="a note")
    bench.clock.advance(15)
    bench.sync()
    company.team().move_to(issue, "Done")
    bench.clock.advance(15)
    bench.sync()

    rows = bench.store.ledger.history(company.link(key).id)
    told = {(row.side, row.kind, row.field) for row in rows}
    assert (Side.JIRA, "create", "") in told
    assert (Side.JIRA, "update", "summary") in told
    assert (Side.JIRA, "comment", "comment") in told
    assert (Side.SERVICENOW, "transition", "status") in told
    assert (Side.SERVICENOW, "update", "@marks") in told
    assert all(row.reason for row in rows)
