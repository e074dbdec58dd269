"""A person asks for two refused things of one record again, one on each side; both are refused."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.engine.resolve import retry
from tests.support.bench import Bench
from tests.support.people import Company

NOTICE = r"/issue/\d+/comment"


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_they_are_tried_once_and_put_aside_again(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    change = company.change()
    bench.until_quiet()
    bench.clock.advance(60)
    issue = company.link(change).jira
    bench.jira_faults.add(Fault("status", "POST", NOTICE, status=400, times=None))
    company.file(change, "tool.exe", b"MZ")
    company.team().move_to(issue.key, "Done")
    bench.until_quiet()
    fields = {row.field.partition(":")[0] for row in bench.store.ledger.parked()}
    assert fields == {"status", "comment file"}

    for row in bench.store.ledger.parked():
        retry(bench.runtime, row.id)
    bench.sync()
    assert sum(bench.runtime.adapters[Side.JIRA].meter.totals().values()) < 40
    assert {row.field.partition(":")[0] for row in bench.store.ledger.parked()} == fields
