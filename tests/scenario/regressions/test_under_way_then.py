"""An old store is put back while a comment is under way that it has never heard of.

A process that only showed its plan before knows that the store is old, and looked at nothing anew.
"""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from sync.engine import Engine, Orders
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("planned", [False, True])
def test_the_comment_arrives_once(flavour: str, planned: bool) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    bench.clock.advance(4000)
    company.desk(key, work_notes="The fan is loud.")
    bench.jira_faults.add(Fault("late", "POST", r"/comment$", seconds=60.0))
    bench.sync()
    assert company.issue(key).comments == ()

    bench.store.restore(copy)
    engine = Engine(bench.connect())
    if planned:
        engine.plan()
    engine.run(Orders(yes=True))
    bench.clock.advance(120)
    bench.until_quiet()

    assert len(company.issue(key).comments) == 1
