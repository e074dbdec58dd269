"""An old store is put back, and a ticket that got its twin since has left the scope."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from sync.store import Store
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_it_is_joined_to_its_twin_again(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    bench.sync()
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    key = company.incident()
    bench.until_quiet()
    issue = company.link(key).jira.key

    company.platform(key, state="7", close_code="Known error", close_notes="done")
    bench.store.restore(copy)
    bench.until_quiet()

    assert company.link(key).jira.key == issue
    assert company.status(key) == "Done"


def test_so_it_is_where_our_mark_on_the_ticket_was_lost() -> None:
    bench = Bench()
    company = Company(bench)
    bench.sync()
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    key = company.incident()
    bench.now_faults.add(Fault("drop_before", "PATCH", r"/incident/", times=None))
    bench.sync()
    bench.now_faults.clear()
    company.platform(key, state="7", close_code="Known error", close_notes="done")

    bench.store.restore(copy)
    bench.until_quiet()

    assert company.link(key).jira.key in bench.jira.world.issues


def test_a_lost_store_finds_it_too() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    issue = company.link(key).jira.key
    company.platform(key, state="7", close_code="Known error", close_notes="done")
    bench.until_quiet()
    bench.clock.advance(86_400)

    bench.store = Store.open("sqlite://", clock=bench.clock.now)
    company.incident("another one")
    bench.until_quiet()

    assert company.link(key).jira.key == issue


def test_one_that_never_had_a_twin_gets_none() -> None:
    bench = Bench()
    company = Company(bench)
    bench.sync()
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    minor = company.incident(impact="3", urgency="3")
    company.incident()
    bench.until_quiet()
    bench.store.restore(copy)
    company.desk(minor, description="still minor")
    bench.until_quiet()

    assert len(bench.jira.world.issues) == 1
