"""Two automations that disagree: the fight ends by itself, and both values stay to be seen."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench
from tests.support.people import Company


def rounds(bench: Bench, company: Company, key: str, number: int) -> int:
    """Each side's automation insists, pass after pass; our writes on Jira's side."""
    issue = company.link(key).jira.key
    for _ in range(number):
        company.platform(key, short_description="as the desk wants it")
        bench.clock.advance(15)
        bench.sync()
        company.team().edit(issue, summary="as the team wants it")
        bench.clock.advance(15)
        bench.sync()
    return len(bench.store.ledger.history(company.link(key).id))


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_a_field_that_goes_to_and_fro_is_frozen(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.sync()

    after_six = rounds(bench, company, key, 6)
    after_nine = rounds(bench, company, key, 3)

    assert after_nine == after_six, "the fight goes on"
    assert {field for _, field in company.parked()} == {"summary"}
    assert company.row(key)["short_description"] == "as the desk wants it"
    assert company.issue(key).fields["summary"] == "as the team wants it"


def test_the_other_fields_of_a_frozen_record_still_flow() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.sync()
    rounds(bench, company, key, 5)

    company.desk(key, description="what happened, in detail")
    bench.clock.advance(15)
    bench.sync()

    assert company.issue(key).fields["description"] == "what happened, in detail"


def test_a_person_thaws_it_once_the_fight_is_over() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.sync()
    rounds(bench, company, key, 5)
    company.desk(key, short_description="agreed by both at last")
    bench.clock.advance(900)
    bench.sync()
    assert company.issue(key).fields["summary"] == "as the team wants it"

    from sync.engine.resolve import retry

    retry(bench.runtime, bench.store.ledger.parked()[0].id)
    bench.sync()

    assert company.issue(key).fields["summary"] == "agreed by both at last"
    assert company.parked() == []


def test_a_person_who_changes_his_mind_is_followed() -> None:
    """Back to an earlier value once is no fight."""
    bench = Bench()
    company = Company(bench)
    key = company.incident("first")
    bench.sync()
    for text in ("second", "first", "third"):
        company.desk(key, short_description=text)
        bench.clock.advance(15)
        bench.sync()
        assert company.issue(key).fields["summary"] == text
