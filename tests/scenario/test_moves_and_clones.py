"""Issues that move, are cloned or deleted elsewhere: one couple stays one couple."""

from __future__ import annotations

import pytest

from connector.sandbox.servicenow.knobs import Door
from mappings.sides import Side
from sync.core.model import LinkState
from tests.support.cast import Story, Ticket
from tests.support.deaths import days, deletes, link, months, proves, rests, says, state
from tests.support.stage import FLAVOURS, Stage


def couple(stage: Stage) -> tuple[Ticket, Story]:
    """A ticket and its story, in agreement."""
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    stage.later(8)
    stage.tandem.syncs()
    return ticket, ticket.issue


def test_a_story_that_moves_keeps_its_link_and_its_name_follows(stage: Stage) -> None:
    ticket, story = couple(stage)
    old = story.label
    stage.team.hands("mei.chen").move_project(story.key, "TEAM")
    stage.tandem.sweeps()  # no stream of ours tells of another project
    there = link(stage, Side.JIRA, story.key)
    assert (there.state, there.jira.label) == (LinkState.FROZEN, story.label)
    assert ticket["correlation_display"] == old

    stage.team.hands("mei.chen").move_project(story.key, "OPS")
    stage.tandem.syncs()
    assert story.label not in (old, there.jira.label)
    assert (state(stage, ticket), ticket["correlation_display"]) == (
        LinkState.ACTIVE,
        story.label,
    )
    assert ticket.issues == [story]


def test_what_moved_away_is_frozen_for_months_and_nobody_is_told(stage: Stage) -> None:
    ticket, story = couple(stage)
    stage.team.hands("mei.chen").move_project(story.key, "TEAM")
    before = stage.tandem.writes()
    months(stage, 2)
    assert stage.tandem.writes() == before
    assert (state(stage, ticket), stage.tandem.parked) == (LinkState.FROZEN, ())
    stage.team.hands("mei.chen").move_project(story.key, "OPS")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_is_deleted_in_another_project_is_missing_like_any_other(flavour: str) -> None:
    stage = Stage(flavour)  # type: ignore[arg-type]
    ticket, story = couple(stage)
    stage.team.hands("mei.chen").move_project(story.key, "TEAM")
    stage.tandem.syncs()
    deletes(stage, story)
    stage.later(60)
    stage.tandem.sweeps()
    assert state(stage, ticket) is LinkState.MISSING
    says(stage, ticket.number)
    stage.tandem.syncs()
    assert state(stage, ticket) is LinkState.ENDED
    assert len(ticket.notes) == 1
    rests(stage)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_ticket_of_a_story_that_moved_away_is_deleted(flavour: str) -> None:
    """The story is not ours to write to any more: nothing is said there."""
    stage = Stage(flavour)  # type: ignore[arg-type]
    proves(stage)
    ticket, story = couple(stage)
    stage.team.hands("mei.chen").move_project(story.key, "TEAM")
    stage.tandem.syncs()
    deletes(stage, ticket)
    stage.later(60)
    stage.tandem.sweeps()
    assert (state(stage, story), story.comments) == (LinkState.ENDED, [])
    rests(stage)


def test_a_clone_of_a_story_that_asked_for_its_ticket_is_told_once(stage: Stage) -> None:
    story = stage.team.writes("Mail is slow", labels=("to-incident",))
    stage.tandem.syncs()
    clone = stage.team.clones(story)
    stage.tandem.syncs()
    [row] = stage.tandem.parked
    assert row.label == clone.label
    days(stage, 5)
    assert [one.id for one in stage.tandem.parked] == [row.id]
    assert (stage.desk.tickets(), clone.tickets) == ([story.ticket], [])


def test_a_clone_of_a_ticket_s_story_takes_no_part(stage: Stage) -> None:
    ticket, story = couple(stage)
    clone = stage.team.clones(story)
    stage.team.edits(clone, summary="Something else")
    days(stage, 2)
    assert (stage.desk.tickets(), stage.tandem.parked) == ([ticket], ())
    assert link(stage, Side.SERVICENOW, ticket.key).jira.key == story.key


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_clone_does_not_take_the_place_of_a_deleted_story(flavour: str) -> None:
    """It bears our mark, and the ticket still names the story that is gone."""
    stage = Stage(flavour)  # type: ignore[arg-type]
    ticket, story = couple(stage)
    clone = stage.team.clones(story)
    deletes(stage, story)
    days(stage, 5)
    assert stage.team.issues() == [clone]
    assert (state(stage, ticket), ticket.notes) == (LinkState.MISSING, [])
    says(stage, ticket.number)
    stage.tandem.syncs()
    stage.desk.edits(ticket, short_description="Goes on alone")
    days(stage, 5)
    assert stage.team.issues() == [clone]
    assert clone["summary"].startswith("CLONE - ")
    rests(stage)


def test_a_copy_of_a_ticket_gets_a_story_of_its_own(stage: Stage) -> None:
    ticket, story = couple(stage)
    world = stage.servicenow.world
    kept = ("impact", "urgency", "correlation_id", "correlation_display")
    fields = {"short_description": "A copy", **{name: ticket[name] for name in kept}}
    row = world.insert("incident", fields, world.caller("ben.okafor", Door.SCREEN))
    stage.tandem.syncs()
    days(stage, 3)
    copy = Ticket(stage, row["sys_id"])
    assert copy.issue != story
    assert ticket.issues == [story]
    assert len(stage.team.issues()) == 2


def test_an_incident_gets_its_story_while_the_epic_of_its_problem_is_elsewhere(
    stage: Stage,
) -> None:
    """Where Jira takes no parent from another project, that waits, and nothing else does."""
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()
    epic = problem.issue
    stage.team.hands("mei.chen").move_project(epic.key, "TEAM")
    stage.desk.edits(problem, short_description="Mail is slow")
    stage.tandem.settles()
    ticket = stage.desk.opens(problem_id=problem)
    stage.tandem.settles()
    assert ticket.issue["summary"] == ticket["short_description"]
    waiting = ["parent"] if stage.flavour == "cloud" else []
    assert [row.field for row in stage.tandem.parked] == waiting

    stage.team.hands("mei.chen").move_project(epic.key, "OPS")
    stage.tandem.settles()
    stage.later(24 * 60)
    stage.tandem.sweeps()
    assert ticket.issue.epic == epic
    assert stage.tandem.parked == ()
