"""The answer to a patch is lost, and the history shows some of its fields only.

A value that stays the same leaves no line there, nor does one that somebody else had just set.
"""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.intruder import interrupted
from tests.support.people import Company


def half_taken(times: int = 1) -> tuple[Bench, Company, str]:
    """The team gave a title and a text; the instance took the title only, and no answer came."""
    bench = Bench()
    company = Company(bench)
    key = company.incident("Mail is slow", description="Since Monday.")
    bench.until_quiet()
    bench.servicenow.world.knobs.locked_fields.add("incident.description")
    issue = company.issue(key).id
    company.team().edit(issue, summary="Mail is down", description="Since Sunday.")
    bench.clock.advance(60)
    bench.now_faults.add(Fault("drop_after", method="PATCH", path="incident", times=times))
    bench.sync()
    assert company.row(key)["short_description"] == "Mail is down"
    return bench, company, key


def written(bench: Bench, company: Company, key: str, side: Side) -> list[str]:
    """Fields that we changed on a side, as our own history tells it."""
    rows = bench.store.ledger.history(company.link(key).id)
    return [row.field for row in rows if row.kind == "update" and row.side is side]


def test_who_ranks_back_behind_a_half_shown_priority_is_heard() -> None:
    """High is an impact of 1 and an urgency of 2; of those the highest only changes the urgency."""
    bench = Bench()
    company = Company(bench)
    key = company.incident("Mail is slow")
    bench.until_quiet()
    company.team().edit(company.issue(key).id, priority="Highest")
    bench.clock.advance(60)
    bench.now_faults.add(Fault("drop_after", method="PATCH", path="incident"))
    bench.sync()
    assert company.row(key)["priority"] == "1"

    company.desk(key, urgency="2")
    bench.clock.advance(15)
    bench.until_quiet()

    assert company.row(key)["priority"] == "2"
    assert company.team().see(company.issue(key).id, "priority") == "High"


def test_what_somebody_else_set_is_not_put_down_to_us() -> None:
    bench = Bench()
    company = Company(bench)
    key = company.incident("Mail is slow", description="Since Monday.")
    bench.until_quiet()
    before = written(bench, company, key, Side.JIRA)
    issue = company.issue(key).id
    company.desk(key, short_description="Mail is down", description="Since Sunday.")
    bench.clock.advance(60)
    bench.jira_faults.add(Fault("drop_after", method="PUT", path=f"issue/{issue}$"))

    said = lambda: company.team().edit(issue, description="Since Sunday.")  # noqa: E731
    interrupted(bench, Side.JIRA, said)
    bench.clock.advance(400)
    bench.until_quiet()

    assert company.issue(key).fields["summary"] == "Mail is down"
    assert written(bench, company, key, Side.JIRA) == [*before, "summary"]
    assert bench.store.patches.open() == ()


def test_what_the_side_dropped_is_not_taken_for_an_agreement() -> None:
    """Else the old text that still stands there would look like the desk's last word."""
    bench, company, key = half_taken()
    bench.clock.advance(400)
    bench.until_quiet()

    assert company.row(key)["short_description"] == "Mail is down"
    assert company.row(key)["description"] == "Since Monday."
    assert company.issue(key).fields["description"] == "Since Sunday."
    assert company.parked() == [("INC0010001", "description")]


@pytest.mark.parametrize("again", [False, True])
def test_who_takes_back_what_arrived_beside_a_dropped_text_is_heard(again: bool) -> None:
    bench, company, key = half_taken(times=1 + again)
    company.team().edit(company.issue(key).id, summary="Mail is slow")
    bench.clock.advance(31)
    bench.until_quiet()

    assert company.row(key)["short_description"] == "Mail is slow"
    assert company.issue(key).fields["summary"] == "Mail is slow"
    assert not company.conflicts()


def test_an_earlier_try_does_not_answer_for_the_rest_of_a_later_one() -> None:
    """Both come late: first a title, then title and text over what the team wrote meanwhile."""
    bench = Bench()
    company = Company(bench)
    key = company.incident("Mail is slow", description="Since Monday.")
    bench.until_quiet()
    issue = company.issue(key).id
    for seconds, words in (
        (40, {"short_description": "Mail is down"}),
        (150, {"description": "Since Sunday."}),
    ):
        company.desk(key, **words)
        bench.clock.advance(31)
        bench.jira_faults.add(Fault("late", method="PUT", path=f"issue/{issue}$", seconds=seconds))
        bench.sync()
    bench.clock.advance(35)
    bench.sync()
    assert company.issue(key).fields["description"] == "Since Sunday."
    company.team().edit(issue, description="For an hour.")
    bench.clock.advance(130)
    bench.jira.weather(bench.jira_faults).settle()
    assert company.issue(key).fields["description"] == "Since Sunday."

    bench.clock.advance(400)
    bench.until_quiet()
    assert "For an hour." in [row.jira.value for row in company.conflicts()]
