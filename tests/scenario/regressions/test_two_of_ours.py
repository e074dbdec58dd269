"""Two records of ours bear one mark: the older one is joined, a person is told of the other."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira.hands import Hands
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company


def told(bench: Bench) -> list[tuple[str, str, str]]:
    """Label, field and reason of everything that waits for a person."""
    return [(row.label, row.field, row.reason) for row in bench.store.ledger.parked()]


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_a_twin_that_was_hidden_when_its_answer_was_lost(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    bench.sync()
    key = company.incident()
    lost = Fault("drop_after", method="POST", path="issue$")
    bench.jira_faults.add(lost)
    bench.sync()
    [first] = bench.jira.world.issues.values()
    company.team().hide(first.id)
    bench.clock.advance(400)
    bench.jira_faults.add(lost)
    bench.sync()
    [_, second] = bench.jira.world.issues.values()
    company.team().hide(first.id, hidden=False)
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.link(key).jira.key == first.id
    twin = company.row(key)["number"]
    reason = f"it is a second twin of {twin}, whose twin is {first.key}"
    assert told(bench) == [(second.key, "@twin", reason)]
    company.desk(key, short_description="Mail is down")
    bench.clock.advance(60)
    bench.until_quiet()
    titles = [issue.fields["summary"] for issue in bench.jira.world.issues.values()]
    assert titles == ["Mail is down", "Mail is slow"]


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_two_twins_that_a_lost_store_left(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    first = company.issue(key)
    ours = Hands(bench.jira.world, "tandem")
    second = ours.create("OPS", "Story", "Mail is slow", labels=first.fields["labels"])
    bench.clock.advance(86_400)

    bench.store = MemoryStore(clock=bench.clock.now)
    bench.until_quiet()

    assert company.link(key).jira.key == first.id
    assert [(label, field) for label, field, _ in told(bench)] == [(second.key, "@twin")]
