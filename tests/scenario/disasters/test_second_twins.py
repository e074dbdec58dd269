"""What no protocol can rule out: a second twin. The audit finds it and says what to do."""

from __future__ import annotations

import pytest

from connector.sandbox.jira.hands import Hands
from sync.engine.resolve import retry
from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_the_audit_reports_a_second_twin_of_ours(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.sync()
    ours = Hands(bench.jira.world, "tandem")
    double = ours.create("OPS", "Story", "Mail is slow", labels=company.issue(key).fields["labels"])
    bench.clock.advance(400)

    sweep(bench.connect())
    bench.sync()

    [row] = bench.store.ledger.parked()
    assert row.label == double.key
    assert "second twin of INC" in row.reason
    assert company.link(key).jira.key != double.id


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_asking_again_does_not_hide_a_second_twin(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.sync()
    labels = company.issue(key).fields["labels"]
    double = Hands(bench.jira.world, "tandem").create("OPS", "Story", "Mail", labels=labels)
    bench.clock.advance(400)
    sweep(bench.connect())
    [row] = bench.store.ledger.parked()

    retry(bench.runtime, row.id)
    bench.until_quiet()
    assert [one.label for one in bench.store.ledger.parked()] == [double.key]

    company.team().edit(double.id, labels=())
    retry(bench.runtime, row.id)
    bench.until_quiet()
    assert bench.store.ledger.parked() == ()


def test_a_clone_that_a_person_made_is_no_second_twin() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.sync()
    company.team().clone(company.link(key).jira.key)
    bench.clock.advance(400)

    sweep(bench.connect())
    bench.sync()

    assert [row for row in bench.store.ledger.parked() if row.field == "@twin"] == []


def test_the_audit_renews_the_numbers_on_an_epic() -> None:
    bench = Bench()
    company = Company(bench)
    problem = company.problem()
    company.incident("first", problem_id=problem)
    bench.sync()
    bench.clock.advance(8 * 86_400)
    company.incident("second", problem_id=problem)
    bench.sync()

    sweep(bench.connect())

    told = company.issue(problem).properties["tandem"]["incidents"]
    assert told == {"7d": 1, "30d": 2, "90d": 2}
