"""Lossy tables and values that a side changes on its way in: written once, never to and fro."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench
from tests.support.people import Company


def at_rest(bench: Bench, company: Company, **more: str) -> str:
    key = company.incident(**more)
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    return key


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_two_states_on_one_status_do_not_bounce(flavour: str) -> None:
    """On Hold has no status of its own in the stock workflow: it shares one with In Progress."""
    bench = Bench(flavour)
    company = Company(bench)
    key = at_rest(bench, company, state="2")
    for state, more in (("3", {"hold_reason": "3"}), ("2", {}), ("3", {"hold_reason": "4"})):
        company.desk(key, state=state, **more)
        before = bench.writes()
        for _ in range(4):
            bench.clock.advance(400)
            bench.sync()
        assert company.row(key)["state"] == state
        assert bench.writes() == before, "a state that fits already was written"


def test_a_value_that_a_side_normalises_is_accepted_as_it_is() -> None:
    """The summary is longer than Jira takes: what Jira holds is the base, not what was sent."""
    bench = Bench()
    company = Company(bench)
    key = at_rest(bench, company)
    company.desk(key, description="line one \r\nline two   \n\n")
    bench.clock.advance(15)
    bench.sync()
    before = bench.writes()
    for _ in range(4):
        bench.clock.advance(400)
        bench.sync()
    assert bench.writes() == before
    assert company.row(key)["description"] == "line one \r\nline two   \n\n"


def test_a_rule_that_rewrites_our_value_is_not_fought_over() -> None:
    """A business rule of the desk shouts: what it makes of our value is the new base."""
    bench = Bench()
    company = Company(bench)
    key = at_rest(bench, company)
    world = bench.servicenow.world
    update = world.update

    def shouting(table: str, sys_id: str, values: dict[str, str], by: object) -> dict[str, str]:
        text = values.get("short_description")
        loud = {**values, "short_description": text.upper()} if text else values
        return update(table, sys_id, loud, by)  # type: ignore[arg-type]

    world.update = shouting  # type: ignore[method-assign, assignment]
    company.team().edit(company.link(key).jira.key, summary="please look")
    bench.clock.advance(15)
    bench.sync()
    before = bench.writes()
    for _ in range(4):
        bench.clock.advance(400)
        bench.sync()
    assert bench.writes() == before
    assert company.row(key)["short_description"] == "PLEASE LOOK"

    company.desk(key, description="has a closer look")
    bench.clock.advance(400)
    bench.sync()
    issue = company.issue(key)
    assert issue.fields["description"] == "has a closer look"
    assert issue.fields["summary"] == "please look", "the rule's work was taken for a person's"
