"""An incident is a child of its problem's epic, and stays one through all that people do."""

from __future__ import annotations

from connector.sandbox.servicenow.knobs import SYSTEM
from tests.support.cast import Story, Ticket
from tests.support.stage import Stage


def family(stage: Stage) -> tuple[Ticket, Ticket, Ticket]:
    """A problem, another one, and an incident of the first."""
    first, second = stage.desk.opens_problem("Old disks"), stage.desk.opens_problem("Old switch")
    incident = stage.desk.opens(problem_id=first)
    stage.tandem.syncs()
    return first, second, incident


def test_the_story_is_made_below_the_epic(stage: Stage) -> None:
    first, _, incident = family(stage)

    assert first.issue.kind == "Epic"
    assert incident.issue.epic == first.issue


def test_it_follows_when_the_problem_changes_or_is_cleared(stage: Stage) -> None:
    first, second, incident = family(stage)

    stage.desk.edits(incident, problem_id=second)
    stage.tandem.syncs()
    assert incident.issue.epic == second.issue

    stage.desk.edits(incident, problem_id="")
    stage.tandem.syncs()
    assert incident.issue.epic is None

    stage.desk.edits(incident, problem_id=first)
    stage.tandem.syncs()
    assert incident.issue.epic == first.issue


def test_a_problem_that_has_no_epic_yet_gets_one_and_the_story_goes_there(stage: Stage) -> None:
    incident = stage.desk.opens()
    stage.tandem.syncs()

    late = stage.desk.opens_problem("Found later")
    stage.desk.edits(incident, problem_id=late)
    stage.tandem.syncs()

    assert incident.issue.epic == late.issue


def test_a_problem_out_of_scope_brings_no_parent_until_it_is_opened_again(stage: Stage) -> None:
    closed = stage.desk.opens_problem("Solved long ago", assigned_to="hiro.tanaka")
    stage.desk.platform(closed, state="107", resolution_code="fix_applied")
    first, _, incident = family(stage)

    stage.desk.edits(incident, problem_id=closed)
    stage.tandem.syncs()
    assert (closed.issues, incident["problem_id"]) == ([], closed.key)
    assert incident.issue.epic is None, "it no longer belongs to the first problem"

    stage.desk.platform(closed, state="103", resolution_code="")
    stage.tandem.syncs()
    assert incident.issue.epic == closed.issue
    assert first.issue != closed.issue


def test_moving_the_story_below_another_linked_epic_sets_the_problem_and_back(
    stage: Stage,
) -> None:
    first, second, incident = family(stage)

    stage.team.edits(incident.issue, parent=second.issue)
    stage.tandem.syncs()
    assert incident["problem_id"] == second.key

    stage.team.edits(incident.issue, parent=first.issue)
    stage.tandem.syncs()
    assert incident["problem_id"] == first.key


def test_taking_the_story_from_its_epic_clears_the_problem(stage: Stage) -> None:
    _, _, incident = family(stage)

    stage.team.edits(incident.issue, parent=None)
    stage.tandem.syncs()

    assert incident["problem_id"] == ""


def test_below_an_epic_of_peoples_own_nothing_is_written(stage: Stage) -> None:
    first, second, incident = family(stage)
    own = stage.team.writes("Our goals", "Epic")
    stage.team.edits(incident.issue, parent=own)
    before = stage.tandem.writes()

    for _ in range(3):
        stage.tandem.syncs()
        stage.later()
    assert stage.tandem.writes() == before
    assert (incident["problem_id"], incident.issue.epic) == (first.key, own)

    stage.desk.edits(incident, problem_id=second)
    stage.tandem.syncs()
    assert incident.issue.epic == second.issue


def test_a_story_without_a_problem_may_live_below_an_epic_of_peoples_own(stage: Stage) -> None:
    incident = stage.desk.opens()
    stage.tandem.syncs()
    own = stage.team.writes("Our goals", "Epic")

    stage.team.edits(incident.issue, parent=own)
    stage.desk.edits(incident, short_description="Mail is down")
    stage.tandem.syncs()

    assert (incident["problem_id"], incident.issue.epic) == ("", own)
    assert incident.issue["summary"] == "Mail is down"


def test_an_epic_labelled_to_problem_takes_its_stories_along(stage: Stage) -> None:
    epic = stage.team.writes("Old disks", "Epic", labels=("to-problem",))
    story: Story = stage.team.writes("Mail is slow", parent=epic, labels=("to-incident",))
    stage.tandem.syncs()

    assert epic.ticket.table == "problem"
    assert story.ticket["problem_id"] == epic.ticket.key


def test_an_epic_that_asks_for_its_problem_later_gives_it_to_the_incidents_of_its_stories(
    stage: Stage,
) -> None:
    incident = stage.desk.opens()
    stage.tandem.syncs()
    epic = stage.team.writes("Old disks", "Epic")
    stage.team.edits(incident.issue, parent=epic)
    stage.tandem.syncs()
    assert incident["problem_id"] == ""

    stage.team.labels(epic, "to-problem")
    stage.tandem.syncs()

    assert incident["problem_id"] == epic.ticket.key
    assert incident.issue.epic == epic


def test_a_problem_that_is_deleted_takes_no_story_along(stage: Stage) -> None:
    first, _, incident = family(stage)
    epic = first.issue
    stage.unsettled = "the deleted problem leaves its epic behind"

    stage.servicenow.world.delete("problem", first.key, SYSTEM)
    stage.desk.edits(incident, short_description="Mail is down")
    stage.tandem.settles()

    assert incident.issue["summary"] == "Mail is down"
    assert epic.key in stage.jira.world.issues


def test_many_incidents_of_one_problem_arrive_below_it_at_once(stage: Stage) -> None:
    problem = stage.desk.opens_problem("Old disks")
    incidents = [stage.desk.opens(f"Slow {number}", problem_id=problem) for number in range(12)]
    stage.tandem.syncs()

    assert {incident.issue.epic for incident in incidents} == {problem.issue}
    counts = problem.issue.raw.properties["tandem"]["incidents"]
    assert counts == {"7d": 12, "30d": 12, "90d": 12}
