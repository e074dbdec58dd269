"""An old store is put back while an issue is hidden; its ticket was edited in the meantime."""

from __future__ import annotations

import pytest

from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_what_gives_way_is_told(flavour: str) -> None:
    """The copy cannot tell an old edit, carried since, from a new one: the issue looks changed."""
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident("Mail is slow")
    bench.until_quiet()
    issue = company.link(key).jira.key
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    bench.clock.advance(60)
    company.desk(key, short_description="Mail is down")
    bench.until_quiet()
    company.desk(key, short_description="Mail is slow")
    bench.jira.world.hidden.add(issue)
    bench.store.restore(copy)
    company.incident("The printer is on fire")
    bench.clock.advance(400)
    bench.until_quiet()  # which begins a new epoch: nobody doubts the store any longer

    bench.jira.world.hidden.discard(issue)
    sweep(bench.runtime)
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.row(key)["short_description"] == company.issue(key).fields["summary"]
    [conflict] = company.conflicts()
    assert (conflict.field, conflict.servicenow.value) == ("summary", "Mail is slow")
    assert "old copy" in conflict.reason

    company.desk(key, short_description="Mail is up")
    bench.clock.advance(60)
    bench.until_quiet()
    assert company.issue(key).fields["summary"] == "Mail is up"
    assert len(company.conflicts()) == 1
