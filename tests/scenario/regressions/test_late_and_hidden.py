"""An issue is hidden until the wait for its lost answer is over, and its ticket moves on."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_the_two_are_joined_once_it_is_shown(flavour: str) -> None:
    """Though the ticket is out of scope by then, and would get no twin."""
    bench = Bench(flavour)
    company = Company(bench)
    bench.until_quiet()
    bench.jira_faults.add(Fault("drop_after", "POST", r"/issue"))
    key = company.incident()
    bench.clock.advance(60)
    bench.sync()
    [issue] = bench.jira.world.issues
    bench.jira.world.hidden.add(issue)
    company.desk(key, impact="3", urgency="3")
    bench.clock.advance(600)
    bench.until_quiet()
    assert bench.store.links.by_keys(Side.SERVICENOW, [key]) == {}

    bench.jira.world.hidden.discard(issue)
    sweep(bench.runtime)
    bench.until_quiet()

    assert company.link(key).jira.key == issue
    assert company.row(key)["correlation_display"] == company.link(key).jira.label
    assert list(bench.jira.world.issues) == [issue]
