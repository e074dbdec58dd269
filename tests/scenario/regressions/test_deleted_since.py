"""An old store is put back, and the twin that a ticket got since has been deleted meanwhile."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_it_does_not_come_back_unless_a_person_says_so(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    bench.sync()
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    key = company.incident()
    bench.until_quiet()
    company.team().delete(company.link(key).jira.key)
    bench.store.restore(copy)
    bench.until_quiet()

    assert bench.jira.world.issues == {}
    [row] = bench.store.ledger.parked()
    assert "names an issue that is not visible" in row.reason

    company.desk(key, correlation_id="")
    bench.clock.advance(60)
    bench.until_quiet()
    assert len(bench.jira.world.issues) == 1
    assert company.parked() == []
