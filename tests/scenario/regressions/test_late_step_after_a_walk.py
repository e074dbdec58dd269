"""A step of a walk gets no answer, the walk arrives by another try, and the step is done then."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("edited", [False, True])
def test_the_issue_is_led_back(flavour: str, edited: bool) -> None:
    """It would pass for the team's own move, and overrule the desk."""
    bench = Bench(flavour, project="DESK")
    company = Company(bench)
    key = company.incident(state="2")
    bench.until_quiet()
    company.desk(key, state="6", close_code="Known error", close_notes="Restarted it.")
    bench.clock.advance(15)
    bench.until_quiet()
    assert company.status(key) == "Resolved"

    company.desk(key, state="3", hold_reason="3")
    bench.jira_faults.add(Fault("late", "POST", "/transitions$", seconds=100))
    bench.clock.advance(15)
    bench.sync()
    assert company.status(key) == "Pending"
    if edited:
        company.desk(key, short_description="Mail is down")
        bench.clock.advance(40)
        bench.sync()
    bench.clock.advance(140)
    bench.jira.weather(bench.jira_faults).settle()
    assert company.status(key) != "Pending"
    bench.until_quiet()
    assert (company.status(key), company.row(key)["state"]) == ("Pending", "3")
    bench.clock.advance(400)
    bench.until_quiet()
    assert bench.store.patches.open() == ()
    link = company.link(key)
    told = [row.new for row in bench.store.ledger.history(link.id) if row.field == "status"]
    assert told == ["Resolved", "Pending", "Pending"]
