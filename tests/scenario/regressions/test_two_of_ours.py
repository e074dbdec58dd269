"""Two records of ours bear one mark: the older one is joined, a person is told of the other."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira.hands import Hands
from connector.sandbox.jira.model import Issue
from sync.core.model import LinkState
from sync.engine.absent import confirm
from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company


def told(bench: Bench) -> list[tuple[str, str, str]]:
    """Label, field and reason of everything that waits for a person."""
    return [(row.label, row.field, row.reason) for row in bench.store.ledger.parked()]


LOST = Fault("drop_after", method="POST", path="issue$")


def hidden_twin(bench: Bench, company: Company) -> tuple[str, Issue]:
    """An incident, and its issue of which no answer told and that is hidden since, for long."""
    bench.sync()
    key = company.incident()
    bench.jira_faults.add(LOST)
    bench.sync()
    [issue] = bench.jira.world.issues.values()
    company.team().hide(issue.id)
    bench.clock.advance(400)
    return key, issue


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_a_twin_that_was_hidden_when_its_answer_was_lost(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key, first = hidden_twin(bench, company)
    bench.jira_faults.add(LOST)
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


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_a_second_twin_that_outlives_the_first(flavour: str) -> None:
    """It was hidden until the link had ended, and nobody else would ever tell of it."""
    bench = Bench(flavour)
    company = Company(bench)
    key, hidden = hidden_twin(bench, company)
    bench.until_quiet()
    twin = company.issue(key)
    company.team().delete(twin.id)
    sweep(bench.connect())
    bench.until_quiet()
    confirm(bench.store, twin.key, "ben.okafor")
    bench.until_quiet()
    assert company.link(key).state is LinkState.ENDED

    company.team().hide(hidden.id, hidden=False)
    before = bench.writes()
    sweep(bench.connect())
    bench.until_quiet()

    reason = f"it is a second twin of {company.row(key)['number']}, whose twin was {twin.key}"
    assert told(bench) == [(hidden.key, "@twin", reason)]
    assert company.link(key).jira.key == twin.id
    assert bench.writes() == before
