"""Where no people file says otherwise: who has no counterpart is named to a person, others flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sync.core.model import Parked
from tests.support.cast import Story, Ticket
from tests.support.stage import FLAVOURS, Stage


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Everybody at work, without a people file."""
    found = Stage(request.param)
    yield found
    found.ends()


def linked(stage: Stage) -> tuple[Ticket, Story]:
    """An incident and its story."""
    ticket = stage.desk.opens(assigned_to="jonas.weber")
    stage.tandem.syncs()
    return ticket, ticket.issue


def waiting(stage: Stage, field: str) -> Parked:
    """The only thing that waits for a person, with reason and remedy."""
    [row] = stage.tandem.parked
    assert row.field == field
    assert row.reason
    assert row.remedy
    return row


Trouble = tuple[Callable[[Stage], None], Callable[[Stage], None]]

NO_EMAIL: Trouble = (
    lambda stage: stage.desk.person("elena.rossi", email=""),
    lambda stage: stage.desk.person("elena.rossi", email="elena.rossi@northwind.example"),
)
NOBODY_THERE: Trouble = (
    lambda stage: stage.team.account("elena.rossi", email="elena@elsewhere.example"),
    lambda stage: stage.team.account("elena.rossi", email="elena.rossi@northwind.example"),
)
INACTIVE: Trouble = (
    lambda stage: stage.team.account("elena.rossi", active=False),
    lambda stage: stage.team.account("elena.rossi", active=True),
)
TWO: Trouble = (
    lambda stage: stage.team.account("farid.nazari", email="elena.rossi@northwind.example"),
    lambda stage: stage.team.account("farid.nazari", email="farid.nazari@northwind.example"),
)
HIDDEN: Trouble = (
    lambda stage: stage.team.account("elena.rossi", email_shown=False),
    lambda stage: stage.team.account("elena.rossi", email_shown=True),
)


@pytest.mark.parametrize("trouble", [NO_EMAIL, NOBODY_THERE, INACTIVE, TWO, HIDDEN])
def test_a_person_without_exactly_one_counterpart_is_parked_and_heals(
    stage: Stage, trouble: Trouble
) -> None:
    happens, is_mended = trouble
    ticket, story = linked(stage)
    happens(stage)

    stage.desk.edits(ticket, assigned_to="elena.rossi", short_description="Mail is down")
    stage.tandem.syncs()

    row = waiting(stage, "assignee")
    assert "lena" in row.reason.lower() or "rossi" in row.reason.lower(), "it names the person"
    assert (story["summary"], story.assignee) == ("Mail is down", "jonas.weber")
    before = stage.tandem.writes()
    stage.later()
    stage.tandem.syncs()
    assert stage.tandem.writes() == before

    is_mended(stage)
    stage.tandem.retries(row)
    stage.tandem.syncs()
    assert (story.assignee, stage.tandem.parked) == ("elena.rossi", ())


@pytest.mark.parametrize("trouble", [NO_EMAIL, INACTIVE])
def test_it_heals_by_itself_when_the_record_is_touched_again(
    stage: Stage, trouble: Trouble
) -> None:
    happens, is_mended = trouble
    ticket, story = linked(stage)
    happens(stage)
    stage.desk.edits(ticket, assigned_to="elena.rossi")
    stage.tandem.syncs()
    waiting(stage, "assignee")

    is_mended(stage)
    stage.later()
    stage.team.edits(story, summary="Mail is down")
    stage.tandem.syncs()

    assert (story.assignee, stage.tandem.parked) == ("elena.rossi", ())


def test_another_assignee_heals_it_too(stage: Stage) -> None:
    ticket, story = linked(stage)
    NOBODY_THERE[0](stage)
    stage.desk.edits(ticket, assigned_to="elena.rossi")
    stage.tandem.syncs()
    waiting(stage, "assignee")

    stage.desk.edits(ticket, assigned_to="hiro.tanaka")
    stage.tandem.syncs()

    assert (story.assignee, stage.tandem.parked) == ("hiro.tanaka", ())


def test_somebody_of_jira_whom_the_desk_does_not_know(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.desk.person("liam.murphy", email="liam@old.example")

    stage.team.edits(story, assignee="liam.murphy", summary="Mail is down")
    stage.tandem.syncs()

    row = waiting(stage, "assignee")
    assert (ticket.assignee, ticket["short_description"]) == ("jonas.weber", "Mail is down")
    stage.desk.person("liam.murphy", email="liam.murphy@northwind.example")
    stage.tandem.retries(row)
    stage.tandem.syncs()
    assert (ticket.assignee, stage.tandem.parked) == ("liam.murphy", ())


def test_a_new_twin_starts_without_an_unknown_assignee(stage: Stage) -> None:
    NO_EMAIL[0](stage)
    ticket = stage.desk.opens(assigned_to="elena.rossi")
    stage.tandem.syncs()

    assert (ticket.issue.assignee, ticket.assignee) == ("", "elena.rossi")
    row = waiting(stage, "assignee")
    NO_EMAIL[1](stage)
    stage.tandem.retries(row)
    stage.tandem.syncs()
    assert (ticket.issue.assignee, stage.tandem.parked) == ("elena.rossi", ())
