"""A plan over a limit writes nothing; its hash releases exactly that plan and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mappings.sides import Side
from sync.core.safety import Limits
from sync.errors import UnsafePlan
from tests.support.cast import Ticket
from tests.support.stage import FLAVOURS, Stage

NARROW = Limits(creates=3, closings=2, blanks=2, update_share=0.3, update_floor=5)


@pytest.fixture(params=FLAVOURS)
def narrow(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Small limits."""
    found = Stage(request.param, options={"limits": NARROW})
    yield found
    found.ends()


def held(stage: Stage, **orders: Any) -> UnsafePlan:
    """A run that is held and writes nothing."""
    before = stage.tandem.writes()
    with pytest.raises(UnsafePlan) as caught:
        stage.tandem.syncs(yes=False, **orders)
    assert stage.tandem.writes() == before
    assert caught.value.plan
    assert caught.value.reasons
    return caught.value


def loaded(stage: Stage, number: int) -> list[Ticket]:
    """So many linked incidents with a description."""
    tickets = [stage.desk.opens(f"Mail {n}", description="Slow.") for n in range(number)]
    stage.tandem.syncs()
    return tickets


def test_the_first_run_asks(narrow: Stage) -> None:
    ticket = narrow.desk.opens()

    plan = held(narrow)
    assert "first run" in plan.reasons[0]
    assert narrow.tandem.plan().plan.hash == plan.plan
    assert ticket.issues == []

    narrow.tandem.syncs(yes=False, approve=plan.plan)
    assert ticket.issue["summary"] == "Mail is slow"


@pytest.mark.parametrize("answer", ["yes", "approve"])
def test_too_many_creates(narrow: Stage, answer: str) -> None:
    loaded(narrow, 1)
    tickets = [narrow.desk.opens(f"New {n}") for n in range(4)]

    plan = held(narrow)
    assert "4 creates, allowed 3" in plan.reasons[0]

    late = narrow.desk.opens("After the plan")
    if answer == "yes":
        narrow.tandem.syncs(yes=True)
        assert late.issues
    else:
        with pytest.raises(UnsafePlan, match="no longer applies"):
            narrow.tandem.syncs(yes=False, approve=plan.plan)
        assert not any(ticket.issues for ticket in (*tickets, late))
        narrow.tandem.syncs(yes=False, approve=narrow.tandem.plan().plan.hash)
    assert all(len(ticket.issues) == 1 for ticket in (*tickets, late))


def test_an_approved_plan_writes_nothing_that_came_later(narrow: Stage) -> None:
    loaded(narrow, 1)
    tickets = [narrow.desk.opens(f"New {n}") for n in range(4)]
    plan = narrow.tandem.plan().plan

    late: list[Ticket] = []
    narrow.intrude(Side.JIRA, "POST", "issue/bulk", lambda: late.append(narrow.desk.opens("Late")))
    narrow.tandem.syncs(yes=False, approve=plan.hash)

    assert all(len(ticket.issues) == 1 for ticket in tickets)
    assert [one.issues for one in late] == [[]]


def test_too_many_closings(narrow: Stage) -> None:
    tickets = loaded(narrow, 4)
    for ticket in tickets[:3]:
        narrow.desk.resolves(ticket)
    narrow.desk.edits(tickets[3], short_description="Innocent")

    plan = held(narrow)
    assert any("3 closings, allowed 2" in reason for reason in plan.reasons)
    assert tickets[3].issue["summary"] == "Mail 3", "nothing of that pass is written"

    narrow.tandem.syncs(yes=False, approve=plan.plan)
    assert [ticket.issue.status for ticket in tickets] == ["Done", "Done", "Done", "Backlog"]
    assert tickets[3].issue["summary"] == "Innocent"


def test_too_many_blanks_and_updates(narrow: Stage) -> None:
    tickets = loaded(narrow, 8)
    for ticket in tickets[:3]:
        narrow.desk.edits(ticket, description="")

    plan = held(narrow)
    assert any("empty description" in reason for reason in plan.reasons)
    assert any("links updated" in reason for reason in plan.reasons)

    narrow.tandem.syncs()
    assert [ticket.issue["description"] for ticket in tickets[:4]] == [None, None, None, "Slow."]


def test_a_hash_of_nothing_that_is_planned_is_refused(narrow: Stage) -> None:
    tickets = loaded(narrow, 1)
    narrow.desk.edits(tickets[0], short_description="Mail is down")

    with pytest.raises(UnsafePlan, match="no longer applies"):
        narrow.tandem.syncs(yes=False, approve="0123456789ab")

    assert tickets[0].issue["summary"] == "Mail 0"


def test_a_side_that_suddenly_looks_empty_needs_the_hash(stage: Stage) -> None:
    tickets = loaded(stage, 6)
    stories = [ticket.issue for ticket in tickets]
    stage.servicenow.world.knobs.hidden_rows.update(ticket.key for ticket in tickets)
    for number, story in enumerate(stories):
        stage.team.edits(story, summary=f"Edited {number}")
    before = stage.tandem.writes()

    with pytest.raises(UnsafePlan, match="visible in servicenow") as caught:
        stage.tandem.syncs(yes=True)
    assert stage.tandem.writes() == before

    stage.tandem.syncs(yes=True, approve=caught.value.plan)
    assert stage.tandem.writes() == before, "absence deletes and detaches nothing"
    assert len(stage.team.issues()) == 6

    stage.servicenow.world.knobs.hidden_rows.clear()
    stage.tandem.sweeps()
    assert [ticket["short_description"] for ticket in tickets] == [
        f"Edited {number}" for number in range(6)
    ]


def test_the_daemon_lets_the_other_pairs_go_on(narrow: Stage) -> None:
    narrow.desk.opens_problem("Old disks")
    loaded(narrow, 1)
    many = [narrow.desk.opens(f"New {n}") for n in range(4)]
    problem = narrow.desk.opens_problem("Old switch")

    summary = narrow.tandem.syncs(yes=False, partly=True)

    assert [one.pair for one in summary.held] == ["incident-story"]
    assert problem.issue["summary"] == "Old switch"
    assert not any(ticket.issues for ticket in many)
