"""What has no counterpart is named to a person; nothing is guessed, the rest flows."""

from __future__ import annotations

from connector.sandbox.jira.model import Named
from mappings.defaults import shipped
from sync.core.model import Parked
from tests.support.cast import Story, Ticket
from tests.support.stage import Stage


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


def test_a_state_that_no_row_names_is_parked_with_the_table(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.platform(ticket, state="5", short_description="Mail is down")
    stage.tandem.syncs()

    row = waiting(stage, "status")
    assert "'5'" in row.reason
    assert (story.status, story["summary"]) == ("Backlog", "Mail is down")
    stage.desk.moves(ticket, "In Progress")
    stage.tandem.syncs()
    assert (story.status, stage.tandem.parked) == ("In Progress", ())


def test_a_status_that_no_row_names_is_parked_too(stage: Stage) -> None:
    texts = {
        name: text.replace(', "category:indeterminate"', "").replace(", In Review", "")
        for name, text in shipped().items()
    }
    own = Stage(stage.flavour, mappings=texts)
    ticket, story = linked(own)

    own.team.moves(story, "In Review")
    own.team.edits(story, summary="Mail is down")
    own.tandem.syncs()

    row = waiting(own, "status")
    assert "In Review" in row.reason
    assert (ticket.state, ticket["short_description"]) == ("New", "Mail is down")
    own.team.moves(story, "Done")
    own.tandem.syncs()
    assert (ticket.state, own.tandem.parked) == ("Resolved", ())
    own.ends()


def test_a_priority_that_no_row_names_is_parked_and_heals(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.jira.world.priorities["6"] = Named("6", "Whenever")

    stage.team.edits(story, priority="Whenever", summary="Mail is down")
    stage.tandem.syncs()

    row = waiting(stage, "priority")
    assert "Whenever" in row.reason
    assert (ticket["priority"], ticket["short_description"]) == ("2", "Mail is down")
    stage.team.edits(story, priority="Lowest")
    stage.tandem.syncs()
    assert (ticket["priority"], stage.tandem.parked) == ("5", ())
