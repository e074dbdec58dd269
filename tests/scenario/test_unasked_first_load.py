"""A daemon that may do a pair's first load unasked does all of it, and asks again afterwards."""

from __future__ import annotations

from sync.engine import Summary
from tests.support.bench import Bench
from tests.support.people import Company

LARGE = 60
"""More than a pass may create, and their first look is more than a pass may update."""
PAIR = "incident-story"


def daemon_pass(bench: Bench, *, unasked: bool) -> Summary:
    return bench.sync(yes=False, partly=True, first_run_allowed=unasked)


def agreed(bench: Bench) -> int:
    return sum(one.agreed_at is not None for one in bench.store.links.of_pair(PAIR))


def town_with(incidents: int) -> tuple[Bench, Company]:
    bench = Bench()
    company = Company(bench)
    for number in range(incidents):
        company.incident(f"Printer {number} is silent")
    return bench, company


def test_a_large_first_load_is_done_whole_where_it_needs_no_consent() -> None:
    bench, _ = town_with(LARGE)

    summary = daemon_pass(bench, unasked=True)

    assert not summary.held
    assert agreed(bench) == LARGE


def test_a_first_load_waits_for_consent_by_default() -> None:
    bench, _ = town_with(2)

    summary = daemon_pass(bench, unasked=False)

    assert [(one.pair, one.first_run) for one in summary.held] == [(PAIR, True)]
    assert agreed(bench) == 0


def test_after_the_first_load_large_counts_are_asked_for_again() -> None:
    bench, company = town_with(1)
    daemon_pass(bench, unasked=True)
    for number in range(LARGE):
        company.incident(f"Scanner {number} is slow")
    bench.clock.advance(60)

    summary = daemon_pass(bench, unasked=True)

    assert [one.reason for one in summary.held] == [f"{LARGE} creates, allowed 50"]
    assert agreed(bench) == 1


def test_the_first_look_at_new_twins_is_no_mass_update() -> None:
    """Forty more incidents are within the limit of creates; so are their stories' first moves."""
    bench, company = town_with(30)
    daemon_pass(bench, unasked=True)
    for number in range(40):
        company.incident(f"Scanner {number} is slow", state="2")
    bench.clock.advance(60)

    summary = daemon_pass(bench, unasked=True)

    assert not summary.held
    assert agreed(bench) == 70


def test_a_mass_update_of_records_in_agreement_is_still_held() -> None:
    bench, company = town_with(30)
    daemon_pass(bench, unasked=True)
    bench.clock.advance(60)
    for row in tickets(bench):
        text = f"{row['number']}, overwritten by a job"
        company.platform(row["sys_id"], short_description=text)

    summary = daemon_pass(bench, unasked=True)

    assert [one.reason for one in summary.held] == ["30 of 30 links updated, allowed 30% of them"]


def tickets(bench: Bench) -> list[dict[str, str]]:
    return list(bench.servicenow.world.rows("incident"))
