"""Changes move as their model allows, problems as REST lets them; nothing else is held up."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.cast import Ticket
from tests.support.memory.store import MemoryStore
from tests.support.stage import Stage


def test_a_forbidden_step_is_parked_with_the_offered_states_and_heals(stage: Stage) -> None:
    change = stage.desk.opens_change()
    stage.tandem.syncs()
    story = change.issue

    stage.team.moves(story, "Done")
    stage.team.edits(story, summary="Move the mail store tonight")
    stage.tandem.syncs()

    assert change.state == "New"
    assert change["short_description"] == "Move the mail store tonight"
    [row] = stage.tandem.parked
    assert (row.field, row.label) == ("status", change.number)
    assert "Assess (-4)" in row.offered
    assert row.remedy
    writes = stage.tandem.writes()
    stage.later()
    stage.tandem.syncs()
    assert stage.tandem.writes() == writes

    stage.desk.edits(change, priority="1")
    stage.tandem.syncs()
    assert story["priority"] == "Highest", "the other fields flow both ways"

    through(stage, change, "Implement", "Review")
    stage.tandem.syncs()
    assert (change.state, story.status) in (("Closed", "Done"), ("Review", "Done"))
    assert not stage.tandem.parked


def through(stage: Stage, change: Ticket, *late: str) -> None:
    """A normal change through both approvals, and on."""
    stage.desk.moves(change, "Assess")
    stage.desk.approves(change)
    assert change.state == "Authorize"
    stage.desk.approves(change)
    assert change.state == "Scheduled"
    for state in late:
        stage.desk.moves(change, state)


def test_a_change_through_its_approvals_to_the_end(stage: Stage) -> None:
    change = stage.desk.opens_change()
    stage.tandem.syncs()
    story = change.issue

    through(stage, change)
    stage.tandem.syncs()
    assert story.status == "Backlog", "all of that is still to come for the team"

    stage.desk.moves(change, "Implement")
    stage.tandem.syncs()
    assert story.status == "In Progress"

    stage.desk.moves(change, "Review")
    stage.tandem.syncs()
    assert story.status in ("In Progress", "In Review")

    stage.desk.moves(change, "Closed", close_code="unsuccessful", close_notes="Rolled back.")
    stage.tandem.syncs()
    assert (story.status, story["resolution"]) == ("Done", "Won't Do")


def test_the_team_takes_a_scheduled_change_to_its_end_with_a_close_code(stage: Stage) -> None:
    stage.servicenow.world.knobs.change_close_policy = True
    change = stage.desk.opens_change()
    stage.tandem.syncs()
    story = change.issue
    through(stage, change)
    stage.tandem.syncs()

    stage.team.moves(story, "In Progress")
    stage.tandem.syncs()
    assert change.state == "Implement"

    stage.team.moves(story, "In Review")
    stage.tandem.syncs()
    assert change.state in ("Implement", "Review")
    if change.state == "Implement":
        stage.desk.moves(change, "Review")
        stage.tandem.syncs()

    stage.team.moves(story, "Done")
    stage.tandem.syncs()
    assert (change.state, change["close_code"]) in (("Closed", "successful"), ("Review", ""))
    assert story.status == "Done"
    assert not stage.tandem.parked


def test_a_cancelled_change_ends_the_story(stage: Stage) -> None:
    change = stage.desk.opens_change()
    stage.tandem.syncs()

    stage.desk.moves(change, "Canceled")
    stage.tandem.syncs()

    assert (change.issue.status, change.issue["resolution"]) == ("Done", "Won't Do")


def test_a_rejected_change_is_new_again(stage: Stage) -> None:
    change = stage.desk.opens_change()
    stage.tandem.syncs()
    stage.desk.moves(change, "Assess")
    stage.tandem.syncs()

    stage.desk.moves(change, "New")
    stage.desk.edits(change, description="Now with a backout plan.")
    stage.tandem.syncs()

    assert change.issue["description"] == "Now with a backout plan."
    assert change.issue.status == "Backlog"


def test_a_problem_whose_state_rest_keeps_is_parked_once_and_never_looped(stage: Stage) -> None:
    problem = stage.desk.opens_problem(assigned_to="hiro.tanaka")
    stage.tandem.syncs()
    epic = problem.issue

    stage.team.moves(epic, "In Progress")
    stage.team.edits(epic, summary="Replace the disks")
    stage.tandem.syncs()

    assert (problem.state, problem["short_description"]) == ("New", "Replace the disks")
    [row] = stage.tandem.parked
    assert (row.field, row.attempts) == ("status", 1)
    assert "Table API" in row.remedy
    [said] = problem.notes
    assert "OPS-1 is In Progress in Jira" in said
    for _ in range(4):
        stage.later()
        stage.desk.notes(problem, "Still looking.")
        stage.tandem.syncs()
    assert [note for note in problem.notes if note != "Still looking."] == [said]
    assert not [comment for comment in epic.comments if "is In Progress in Jira" in comment]
    [row] = stage.tandem.parked
    assert (row.attempts, epic.status) == (1, "In Progress")

    stage.desk.moves(problem, "Assess")
    stage.tandem.syncs()
    assert (epic.status, stage.tandem.parked) == ("In Progress", ())


def said_of(problem: Ticket) -> list[str]:
    """What the program said in the work notes."""
    return [note for note in problem.notes if "cannot be set" in note]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_what_cannot_be_done_is_said_once_whatever_becomes_of_the_answer(
    stage: Stage, kind: str
) -> None:
    problem = stage.desk.opens_problem(assigned_to="hiro.tanaka")
    stage.tandem.syncs()
    stage.team.moves(problem.issue, "In Progress")
    # The first PATCH is the state; the second is the note.
    stage.faults[Side.SERVICENOW].add(
        Fault(kind, method="PATCH", path="/table/problem/", skip=1, seconds=40)
    )
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()

    assert len(said_of(problem)) == 1
    assert [row.field for row in stage.tandem.parked] == ["status"]


def test_every_wish_is_said_once_and_one_that_is_gone_is_not_said(stage: Stage) -> None:
    problem = stage.desk.opens_problem(assigned_to="hiro.tanaka")
    stage.tandem.syncs()
    epic = problem.issue
    stage.team.moves(epic, "In Progress")
    stage.tandem.syncs()
    stage.team.moves(epic, "Backlog")
    stage.tandem.syncs()
    stage.team.moves(epic, "In Progress")
    stage.tandem.syncs()
    assert len(said_of(problem)) == 1

    stage.team.moves(epic, "Done")
    stage.tandem.syncs()
    assert ["Done in Jira" in note for note in said_of(problem)] == [False, True]

    stage.desk.moves(problem, "Assess")
    stage.tandem.settles()
    assert len(said_of(problem)) == 2


def test_trying_again_says_nothing_new_and_does_not_loop(stage: Stage) -> None:
    problem = stage.desk.opens_problem(assigned_to="hiro.tanaka")
    stage.tandem.syncs()
    stage.team.moves(problem.issue, "In Progress")
    stage.tandem.syncs()
    for days in (0, 2):
        stage.later(days * 24 * 60)
        [row] = stage.tandem.parked
        stage.tandem.retries(row)
        stage.tandem.syncs()
        assert stage.tandem.requests() < 60
        assert len(said_of(problem)) == 1


def test_a_lost_store_does_not_say_it_again(stage: Stage) -> None:
    problem = stage.desk.opens_problem(assigned_to="hiro.tanaka")
    stage.tandem.syncs()
    stage.team.moves(problem.issue, "In Progress")
    stage.tandem.syncs()
    assert len(said_of(problem)) == 1

    stage.store = MemoryStore(clock=stage.clock.now)
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()

    assert len(said_of(problem)) == 1
    assert len(problem.issues) == 1


@pytest.fixture
def scripted(stage: Stage) -> Stage:
    """An instance with the scripted resource, and settings that name it."""
    stage.problem_state_path = "/api/x_tandem/problem"
    stage.servicenow.world.knobs.problem_resource = stage.problem_state_path
    return stage


def test_a_scripted_resource_moves_the_problem_with_what_closing_needs(scripted: Stage) -> None:
    problem = scripted.desk.opens_problem(assigned_to="hiro.tanaka")
    scripted.tandem.syncs()
    epic = problem.issue

    scripted.team.moves(epic, "In Progress")
    scripted.tandem.syncs()
    assert problem.state == "Assess"

    scripted.desk.moves(problem, "Analysis")
    scripted.desk.moves(problem, "Fix", cause_notes="Old.", fix_notes="Replaced.")
    scripted.tandem.syncs()
    scripted.team.moves(epic, "Done")
    scripted.tandem.syncs()
    assert (problem.state, problem["resolution_code"]) == ("Resolved", "fix_applied")
    assert (problem.notes, scripted.tandem.parked) == ([], ())


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_a_lost_answer_of_the_resource_moves_the_problem_once(scripted: Stage, kind: str) -> None:
    problem = scripted.desk.opens_problem(assigned_to="hiro.tanaka")
    scripted.tandem.syncs()
    scripted.team.moves(problem.issue, "In Progress")
    scripted.faults[Side.SERVICENOW].add(
        Fault(kind, method="PATCH", path="/new_state/", seconds=40)
    )
    scripted.tandem.syncs()
    scripted.later(10)
    scripted.tandem.settles()

    log = scripted.servicenow.world.write_log
    steps = [
        row["fields"]["state"] for row in log if "state" in row["fields"] and row["by"] == "tandem"
    ]
    assert (problem.state, steps) == ("Assess", [["101", "102"]])
    assert not scripted.tandem.parked


def test_a_resource_that_is_not_there_is_parked_with_its_remedy_and_not_looped(
    scripted: Stage,
) -> None:
    scripted.servicenow.world.knobs.problem_resource = ""
    problem = scripted.desk.opens_problem(assigned_to="hiro.tanaka")
    scripted.tandem.syncs()
    scripted.team.moves(problem.issue, "In Progress")
    scripted.tandem.syncs()

    [row] = scripted.tandem.parked
    assert "deploy/servicenow" in row.remedy
    writes = scripted.tandem.writes()
    scripted.later()
    scripted.tandem.syncs()
    assert scripted.tandem.writes() == writes

    scripted.servicenow.world.knobs.problem_resource = scripted.problem_state_path
    scripted.tandem.retries(row)
    scripted.tandem.syncs()
    assert problem.state == "Assess"
    assert not scripted.tandem.parked


def test_where_rest_moves_problems_one_step_is_taken(stage: Stage) -> None:
    stage.servicenow.world.knobs.problem_state = "stepwise"
    problem = stage.desk.opens_problem(assigned_to="hiro.tanaka")
    stage.tandem.syncs()

    stage.team.moves(problem.issue, "In Progress")
    stage.tandem.syncs()

    assert problem.state == "Assess"
    assert not stage.tandem.parked


def test_a_problem_to_its_end_leads_the_epic(stage: Stage) -> None:
    problem = stage.desk.opens_problem(assigned_to="hiro.tanaka")
    stage.tandem.syncs()
    epic = problem.issue

    for state in ("Assess", "Analysis"):
        stage.desk.moves(problem, state)
        stage.tandem.syncs()
        assert epic.status == "In Progress"
    stage.desk.moves(problem, "Fix", cause_notes="Old.", fix_notes="Replaced.")
    stage.desk.moves(problem, "Resolved", resolution_code="fix_applied")
    stage.tandem.syncs()
    assert (epic.status, epic["resolution"]) == ("Done", "Done")

    stage.desk.moves(problem, "Closed")
    stage.tandem.syncs()
    assert (problem.state, epic.status) == ("Closed", "Done")


def test_incidents_that_the_platform_resolves_with_their_problem_take_their_stories_along(
    stage: Stage,
) -> None:
    problem = stage.desk.opens_problem(assigned_to="hiro.tanaka")
    incident = stage.desk.opens(problem_id=problem, state="3", hold_reason="3")
    stage.tandem.syncs()

    for state in ("Assess", "Analysis"):
        stage.desk.moves(problem, state)
    stage.desk.moves(problem, "Fix", cause_notes="Old.", fix_notes="Replaced.")
    stage.desk.moves(problem, "Resolved", resolution_code="fix_applied")
    stage.desk.moves(problem, "Closed")
    stage.tandem.syncs()

    assert (incident.state, incident["close_code"]) == ("Resolved", "Resolved by problem")
    assert (incident.issue.status, incident.issue["resolution"]) == ("Done", "Done")
