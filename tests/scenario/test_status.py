"""Status and state walk their workflows, each led by the other."""

from __future__ import annotations

from dataclasses import replace

from connector.sandbox.jira.model import Transition
from tests.support.cast import Story, Ticket
from tests.support.stage import Stage


def linked(stage: Stage) -> tuple[Ticket, Story]:
    """An incident and its story."""
    ticket = stage.desk.opens(assigned_to="jonas.weber")
    stage.tandem.syncs()
    return ticket, ticket.issue


def without(stage: Stage, *names: str) -> list[Transition]:
    """An administrator takes transitions out of the workflow of OPS; what was there."""
    world = stage.jira.world
    project = world.project(stage.project)
    flow = project.types[0].workflow
    kept = tuple(edge for edge in flow.transitions if edge.name not in names)
    _with(stage, kept)
    return list(flow.transitions)


def _with(stage: Stage, edges: tuple[Transition, ...]) -> None:
    world = stage.jira.world
    project = world.project(stage.project)
    types = tuple(
        replace(kind, workflow=replace(kind.workflow, transitions=edges)) for kind in project.types
    )
    world.configure(project=replace(project, types=types))


def test_the_desk_leads_the_story_to_its_end_and_back(stage: Stage) -> None:
    ticket, story = linked(stage)
    assert story.status == "Backlog"

    stage.desk.moves(ticket, "In Progress")
    stage.tandem.syncs()
    assert story.status == "In Progress"

    stage.desk.resolves(ticket, "Duplicate", "See the other one.")
    stage.tandem.syncs()
    assert (story.status, story["resolution"]) == ("Done", "Duplicate")

    stage.desk.moves(ticket, "In Progress")
    stage.tandem.syncs()
    assert (story.status, story["resolution"]) == ("In Progress", None)


def test_several_hops_and_a_screen_that_demands_a_resolution(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.resolves(ticket)
    stage.tandem.syncs()

    assert (story.status, story["resolution"]) == ("Done", "Done")
    moves = [item for entry in story.raw.history for item in entry.items if item.name == "status"]
    assert [item.new_text for item in moves] == [
        "Selected for Development",
        "In Progress",
        "In Review",
        "Done",
    ]


def test_every_close_code_has_its_resolution(stage: Stage) -> None:
    codes = {
        "Solution provided": "Done",
        "Workaround provided": "Done",
        "Duplicate": "Duplicate",
        "No resolution provided": "Won't Do",
        "User error": "Won't Do",
    }
    tickets = {code: stage.desk.opens(code) for code in codes}
    stage.tandem.syncs()

    for code, ticket in tickets.items():
        stage.desk.resolves(ticket, code)
    stage.tandem.syncs()

    assert {code: ticket.issue["resolution"] for code, ticket in tickets.items()} == codes


def test_every_resolution_has_its_close_code(stage: Stage) -> None:
    codes = {
        "Done": "Solution provided",
        "Duplicate": "Duplicate",
        "Won't Do": "No resolution provided",
        "Cannot Reproduce": "No resolution provided",
    }
    tickets = {name: stage.desk.opens(name) for name in codes}
    stage.tandem.syncs()

    for name, ticket in tickets.items():
        stage.team.moves(ticket.issue, "Done", name)
    stage.tandem.syncs()

    assert {name: ticket["close_code"] for name, ticket in tickets.items()} == codes
    for ticket in tickets.values():
        assert ticket.state == "Resolved"
        assert ticket["close_notes"] == f"Closed in Jira {ticket.issue.label}."


def test_the_team_leads_the_incident_to_its_end_and_back(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.team.moves(story, "In Review")
    stage.tandem.syncs()
    assert ticket.state == "In Progress"

    stage.team.moves(story, "Done")
    stage.tandem.syncs()
    assert (ticket.state, ticket["close_code"]) == ("Resolved", "Solution provided")

    stage.team.moves(story, "In Progress")
    stage.tandem.syncs()
    assert (ticket.state, ticket["reopen_count"]) == ("In Progress", "1")

    stage.team.moves(story, "Backlog")
    stage.tandem.syncs()
    assert ticket.state == "New"


def test_closing_and_reopening_a_closed_incident(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.desk.resolves(ticket)
    stage.tandem.syncs()
    before = stage.tandem.writes()

    stage.desk.closes(ticket)
    stage.tandem.syncs()
    assert stage.tandem.writes() == before, "a closed incident fits a done story"

    stage.team.moves(story, "In Progress")
    stage.tandem.syncs()
    assert ticket.state == "In Progress"


def test_a_cancelled_incident_ends_the_story_as_not_done(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.moves(ticket, "Canceled")
    stage.tandem.syncs()

    assert (story.status, story["resolution"]) == ("Done", "Won't Do")
    assert ticket.state == "Canceled"


def test_an_incident_on_hold_is_in_progress_where_the_board_has_no_such_column(
    stage: Stage,
) -> None:
    ticket, story = linked(stage)

    stage.desk.moves(ticket, "On Hold", hold_reason="4")
    stage.tandem.syncs()
    assert (story.status, ticket.state) == ("In Progress", "On Hold")

    stage.team.moves(story, "In Review")
    stage.tandem.syncs()
    assert ticket.state in ("On Hold", "In Progress")


def test_without_a_path_it_is_parked_with_what_is_offered_and_heals_with_the_workflow(
    stage: Stage,
) -> None:
    ticket, story = linked(stage)
    before = tuple(without(stage, "Ask for review"))

    stage.desk.resolves(ticket)
    stage.desk.edits(ticket, description="Restarted.")
    stage.tandem.syncs()

    assert story["description"] == "Restarted.", "the other fields flow"
    [row] = stage.tandem.parked
    assert (row.field, row.pair) == ("status", "incident-story")
    assert row.offered, "the offered statuses are named"
    assert row.remedy
    writes = stage.tandem.writes()
    stage.later()
    stage.tandem.syncs()
    assert stage.tandem.writes() == writes, "it is not tried for ever"

    _with(stage, before)
    stage.tandem.retries(row)
    stage.tandem.syncs()
    assert (story.status, stage.tandem.parked) == ("Done", ())


def test_a_path_that_a_person_walks_himself_heals_too(stage: Stage) -> None:
    ticket, story = linked(stage)
    before = tuple(without(stage, "Ask for review"))
    stage.desk.resolves(ticket)
    stage.tandem.syncs()
    assert [row.field for row in stage.tandem.parked] == ["status"]

    _with(stage, before)
    stage.team.moves(story, "Done")
    stage.tandem.syncs()

    assert (ticket.state, story.status, stage.tandem.parked) == ("Resolved", "Done", ())
    assert not stage.tandem.conflicts


def test_a_story_moved_while_it_is_parked_is_tried_from_there(stage: Stage) -> None:
    ticket, story = linked(stage)
    before = tuple(without(stage, "Select"))
    stage.desk.resolves(ticket)
    stage.tandem.syncs()
    assert [row.field for row in stage.tandem.parked] == ["status"]

    _with(stage, before)
    stage.desk.moves(ticket, "In Progress")
    stage.tandem.syncs()

    assert (story.status, ticket.state, stage.tandem.parked) == ("In Progress", "In Progress", ())


def test_closing_from_jira_and_editing_at_once(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.team.edits(story, summary="Mail store resized", assignee="mei.chen")
    stage.team.comments(story, "Done with it.")
    stage.team.moves(story, "Done")
    stage.tandem.syncs()

    assert (ticket.state, ticket["short_description"]) == ("Resolved", "Mail store resized")
    assert ticket.assignee == "mei.chen"
    assert "Done with it." in ticket.notes[0]
