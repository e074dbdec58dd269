"""A refused write is tried again by itself where the reason may have gone, and not for ever."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.stage import Stage

MOVES = 8
"""So often a wish is tried because a record moved; after that once a day."""


def refused(stage: Stage) -> tuple[Ticket, Story]:
    """A task that nobody is assigned to cannot be worked on: its bug's status is put aside."""
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()
    bug = stage.team.writes("Disk 7 fails", "Bug")
    stage.team.links(bug, "relates to", problem.issue)
    stage.tandem.settles()
    [task] = stage.desk.tickets("problem_task")
    stage.team.moves(bug, "In Progress")
    stage.tandem.settles()
    assert (task.state, [row.field for row in stage.tandem.parked]) == ("New", ["status"])
    return task, bug


def tries(stage: Stage) -> int:
    """How often the state of a task was sent so far."""
    return sum(
        one.method == "PATCH" and "/problem_task/" in one.path and b'"state"' in one.body
        for one in stage.wires[Side.SERVICENOW].requests
    )


def test_the_next_move_of_the_record_tries_once_more(stage: Stage) -> None:
    task, _ = refused(stage)

    stage.desk.edits(task, assigned_to="hiro.tanaka")
    stage.tandem.syncs()

    assert (task.state, stage.tandem.parked) == ("Work", ())


def test_so_does_the_next_move_of_its_twin(stage: Stage) -> None:
    task, bug = refused(stage)
    stage.desk.world.true_row(task.key)["assigned_to"] = stage.desk.world.user_id("hiro.tanaka")

    stage.team.labels(bug, "urgent")
    stage.tandem.syncs()

    assert (task.state, stage.tandem.parked) == ("Work", ())


def test_and_the_daily_audit_where_nothing_moves(stage: Stage) -> None:
    """What keeps a write away need not stand on the record: a rule, a right, a model."""
    task, _ = refused(stage)
    stage.desk.world.true_row(task.key)["assigned_to"] = stage.desk.world.user_id("hiro.tanaka")
    before = tries(stage)
    for _ in range(3):
        stage.later(60)
        stage.tandem.syncs()
    assert tries(stage) == before, "at rest nothing is tried"

    stage.tandem.sweeps()

    assert (task.state, stage.tandem.parked) == ("Work", ())


def test_each_move_tries_once_and_only_so_often(stage: Stage) -> None:
    task, bug = refused(stage)
    began = tries(stage)
    for number in range(MOVES + 4):
        before = tries(stage)
        stage.team.labels(bug, f"n{number}")
        stage.tandem.settles()
        assert tries(stage) - before <= 1
    assert tries(stage) == MOVES
    assert began == 1

    for _ in range(3):
        before = tries(stage)
        stage.tandem.sweeps()
        stage.tandem.settles()
        assert tries(stage) - before == 1
    [row] = stage.tandem.parked
    assert task.state == "New"
    assert row.attempts == MOVES + 3


def test_a_record_that_every_try_moves_is_not_tried_for_ever(stage: Stage) -> None:
    """A rule of the desk writes on the task whenever its state is refused."""
    task, bug = refused(stage)
    for _ in range(30):
        stage.intrude(
            Side.SERVICENOW, "PATCH", "/problem_task/", lambda: stage.desk.edits(task, impact="2")
        )
    stage.team.labels(bug, "urgent")
    for number in range(20):
        stage.desk.edits(task, urgency=str(1 + number % 3))
        stage.tandem.syncs()

    assert tries(stage) <= MOVES
    stage.wires[Side.SERVICENOW].before.clear()


def test_what_only_people_can_do_there_is_left_to_them_until_the_audit(stage: Stage) -> None:
    problem = stage.desk.opens_problem(assigned_to="hiro.tanaka")
    stage.tandem.syncs()
    stage.team.moves(problem.issue, "In Progress")
    stage.tandem.settles()
    for _ in range(3):
        stage.desk.notes(problem, "Still looking.")
        stage.tandem.settles()
    [row] = stage.tandem.parked
    assert row.attempts == 1

    stage.servicenow.world.knobs.problem_state = "stepwise"
    stage.later(24 * 60)
    stage.tandem.sweeps()
    stage.tandem.settles()

    assert (problem.state, stage.tandem.parked) == ("Assess", ())
    assert sum("cannot be set" in note for note in problem.notes) == 1


def test_a_refused_text_is_tried_again_when_jira_moves(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    path = f"/issue/{ticket.issue.key}"
    stage.faults[Side.JIRA].add(Fault("status", method="PUT", path=path, status=400, times=2))
    stage.desk.edits(ticket, short_description="Mail is down")
    stage.tandem.settles()
    assert [row.field for row in stage.tandem.parked] == ["summary"]

    stage.faults[Side.JIRA].clear()
    stage.team.labels(ticket.issue, "mail")
    stage.tandem.syncs()

    assert (ticket.issue["summary"], stage.tandem.parked) == ("Mail is down", ())


def test_another_wish_has_tries_of_its_own(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    path = f"/issue/{ticket.issue.key}"
    refusal = Fault("status", method="PUT", path=path, status=400, times=99)
    stage.faults[Side.JIRA].add(refusal)
    stage.desk.edits(ticket, short_description="Mail is down")
    for number in range(MOVES + 2):
        stage.tandem.settles()
        stage.team.labels(ticket.issue, f"n{number}")
    [row] = stage.tandem.parked
    assert row.attempts == MOVES

    stage.desk.edits(ticket, short_description="Mail is back")
    stage.tandem.settles()
    stage.faults[Side.JIRA].clear()
    stage.team.labels(ticket.issue, "mail")
    stage.tandem.syncs()
    assert (ticket.issue["summary"], stage.tandem.parked) == ("Mail is back", ())
