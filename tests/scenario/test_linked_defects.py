"""A bug that is linked with a synced story or epic is a defect, or a problem task, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.servicenow.agile import activate
from mappings.sides import Side
from sync.core import marks
from tests.support.cast import Story, Ticket
from tests.support.memory.store import MemoryStore
from tests.support.stage import FLAVOURS, Stage

RELATES, BLOCKS = "relates to", "blocks"


@dataclass
class Play:
    """A stage, and what bugs are called at its desk."""

    stage: Stage
    table: str
    column: str

    @property
    def twins(self) -> list[Ticket]:
        return self.stage.desk.tickets(self.table)

    @property
    def twin(self) -> Ticket:
        [found] = self.twins
        return found

    @property
    def bugs(self) -> list[Story]:
        return [one for one in self.stage.team.issues() if one.kind == "Bug"]

    def bug(self, text: str = "Disk 7 fails", **fields: object) -> Story:
        return self.stage.team.writes(text, "Bug", **fields)

    def reported(self, against: Ticket, text: str = "Disk 7 fails", **more: str) -> Ticket:
        return self.stage.desk.opens(text, self.table, **{self.column: against.key}, **more)

    def problem(self, text: str = "Old disks") -> Ticket:
        found = self.stage.desk.opens_problem(text)
        self.stage.tandem.syncs()
        return found

    def related(self, ticket: Ticket) -> str:
        return ticket[self.column]


def play(flavour: str, agile: bool) -> Play:
    table, column = ("rm_defect", "parent") if agile else ("problem_task", "problem")
    return Play(Stage(flavour, agile=agile), table, column)  # type: ignore[arg-type]


@pytest.fixture(params=list(product(FLAVOURS, (True, False))), ids=str)
def on(request: pytest.FixtureRequest) -> Iterator[Play]:
    found = play(*request.param)
    yield found
    found.stage.ends()


# -- from Jira ----------------------------------------------------------------------------------


def test_a_bug_that_is_linked_with_an_epic_becomes_what_the_desk_calls_a_defect(on: Play) -> None:
    problem = on.problem()
    bug = on.bug(description="It *fails*.", priority="High", assignee="hiro.tanaka")
    on.stage.tandem.settles()
    assert on.twins == [], "nothing is linked yet"

    on.stage.team.links(bug, RELATES, problem.issue)
    on.stage.tandem.syncs()
    assert on.related(on.twin) == problem.key
    assert (on.twin["short_description"], on.twin["priority"]) == ("Disk 7 fails", "2")
    assert on.twin.assignee == "hiro.tanaka"
    assert bug.raw.properties[marks.PROPERTY]["servicenow"]["sys_id"] == on.twin.key
    assert on.twin["correlation_display"] == bug.label


@pytest.mark.parametrize("words", ["relates to", "blocks", "is blocked by", "causes"])
def test_linked_in_other_words_from_either_end(on: Play, words: str) -> None:
    problem = on.problem()
    bug = on.bug()
    on.stage.team.links(problem.issue, words, bug)
    on.stage.tandem.syncs()
    assert on.related(on.twin) == problem.key
    assert len(bug.raw.links) == 1


def test_a_bug_nobody_links_is_left_alone_and_costs_little(on: Play) -> None:
    on.problem()
    bug = on.bug()
    other = on.stage.team.writes("Our own work")
    on.stage.team.links(bug, RELATES, other)
    on.stage.tandem.settles()
    before = on.stage.tandem.writes()
    on.stage.team.edits(bug, summary="Disk 8 fails")
    on.stage.tandem.syncs()
    assert (on.twins, on.stage.tandem.writes()) == ([], before)
    assert marks.PROPERTY not in bug.raw.properties


def test_a_story_that_gets_its_record_later_takes_its_bug_along(on: Play) -> None:
    story = on.stage.team.writes("Old disks", "Epic")
    bug = on.bug()
    on.stage.team.links(bug, RELATES, story)
    on.stage.tandem.settles()
    assert on.twins == []

    on.stage.team.labels(story, "to-problem")
    on.stage.tandem.syncs()
    assert on.related(on.twin) == story.ticket.key


def test_bug_and_epic_made_and_linked_in_one_breath(on: Play) -> None:
    epic = on.stage.team.writes("Old disks", "Epic", labels=("to-problem",))
    bug = on.bug()
    on.stage.team.links(epic, BLOCKS, bug)
    on.stage.tandem.syncs()
    assert on.related(on.twin) == epic.ticket.key


def test_the_status_follows_both_ways(on: Play) -> None:
    problem = on.problem()
    bug = on.bug(assignee="hiro.tanaka")
    on.stage.team.links(bug, RELATES, problem.issue)
    on.stage.tandem.syncs()

    on.stage.team.moves(bug, "In Progress")
    on.stage.tandem.syncs()
    assert on.twin.state == "Work"
    end = "Complete" if on.table == "rm_defect" else "Closed"
    notes = {} if on.table == "rm_defect" else {"close_code": "completed", "close_notes": "ok"}
    on.stage.desk.moves(on.twin, end, **notes)
    on.stage.tandem.syncs()
    assert (bug.status, on.twin["active"]) == ("Done", "false")


def test_a_bug_that_is_done_ends_its_twin_with_what_that_demands(on: Play) -> None:
    problem = on.problem()
    bug = on.bug()
    on.stage.team.links(bug, RELATES, problem.issue)
    on.stage.tandem.syncs()
    on.stage.team.moves(bug, "Done")
    on.stage.tandem.syncs()
    assert on.twin["active"] == "false"
    assert bug.label in on.twin["close_notes"]


def test_unlinked_the_relation_is_emptied_and_the_twins_stay(on: Play) -> None:
    problem = on.problem()
    bug = on.bug()
    on.stage.team.links(bug, BLOCKS, problem.issue)
    on.stage.tandem.syncs()

    on.stage.team.unlinks(bug, BLOCKS, problem.issue)
    on.stage.tandem.settles()
    assert on.related(on.twin) == ""
    on.stage.team.edits(bug, summary="Disk 8 fails")
    on.stage.tandem.syncs()
    assert on.twin["short_description"] == "Disk 8 fails"


def test_moved_to_another_story_the_relation_moves_along(on: Play) -> None:
    first, second = on.problem(), on.problem("Old switch")
    bug = on.bug()
    on.stage.team.links(bug, RELATES, first.issue)
    on.stage.tandem.syncs()

    on.stage.team.unlinks(bug, RELATES, first.issue)
    on.stage.team.links(second.issue, BLOCKS, bug)
    on.stage.tandem.syncs()
    assert on.related(on.twin) == second.key


# -- from ServiceNow ----------------------------------------------------------------------------


def test_what_the_desk_reports_against_a_synced_record_becomes_a_linked_bug(on: Play) -> None:
    problem = on.problem()
    twin = on.reported(problem)
    on.stage.tandem.syncs()
    [bug] = on.bugs
    assert twin.issue == bug
    assert (bug["summary"], bug.linked(RELATES)) == ("Disk 7 fails", [problem.issue])
    assert problem.issue.linked(RELATES) == [bug]


def test_what_the_desk_reports_of_nothing_synced_stays_there_until_it_is(on: Play) -> None:
    problem = on.stage.desk.opens_problem("Closed long ago")
    on.stage.desk.platform(problem, active="false", state="107")
    twin = on.reported(problem)
    alone = on.stage.desk.opens("Nothing to do with anything", on.table)
    on.stage.tandem.settles()
    assert on.bugs == []

    on.stage.desk.platform(problem, active="true", state="101")
    on.stage.tandem.syncs()
    assert on.bugs == [twin.issue]
    assert twin.issue.linked(RELATES) == [problem.issue]

    on.stage.desk.edits(alone, **{on.column: problem})
    on.stage.tandem.syncs()
    assert alone.issue.linked(RELATES) == [problem.issue]


def test_the_desk_moves_and_empties_the_relation_and_links_follow(on: Play) -> None:
    first, second = on.problem(), on.problem("Old switch")
    twin = on.reported(first)
    on.stage.tandem.syncs()
    on.stage.desk.edits(twin, **{on.column: second})
    on.stage.tandem.syncs()
    assert twin.issue.linked(RELATES) == [second.issue]
    on.stage.desk.edits(twin, **{on.column: ""})
    on.stage.tandem.syncs()
    assert not twin.issue.raw.links


def test_a_link_in_other_words_goes_when_the_desk_takes_the_relation_away(on: Play) -> None:
    problem = on.problem()
    bug, own = on.bug(), on.stage.team.writes("Our own work")
    on.stage.team.links(bug, BLOCKS, problem.issue)
    on.stage.team.links(bug, BLOCKS, own)
    on.stage.tandem.syncs()
    on.stage.desk.edits(on.twin, **{on.column: ""})
    on.stage.tandem.settles()
    assert bug.linked(BLOCKS) == [own]


# -- bounces, weather, restarts -----------------------------------------------------------------


def test_nothing_bounces(on: Play) -> None:
    problem = on.problem()
    bug = on.bug()
    on.stage.team.links(bug, BLOCKS, problem.issue)
    on.reported(problem, "Disk 8 fails")
    on.stage.tandem.settles()
    on.stage.tandem.sweeps()  # tells the epic how many incidents it has
    before = on.stage.tandem.writes()
    for _ in range(3):
        on.stage.later(20)
        on.stage.tandem.syncs()
    on.stage.tandem.sweeps()
    assert on.stage.tandem.writes() == before
    assert (len(on.twins), len(on.bugs)) == (2, 2)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late", "html"])
def test_lost_answers_make_one_twin_and_one_link(on: Play, kind: str) -> None:
    problem = on.problem()
    lost = Fault(kind, method="POST", path=f"/{on.table}$", seconds=40)
    on.stage.faults[Side.SERVICENOW].add(lost)
    for path in ("/issue(/bulk)?$", "/issueLink$"):
        on.stage.faults[Side.JIRA].add(Fault(kind, method="POST", path=path, seconds=40))
    bug = on.bug()
    on.stage.team.links(bug, RELATES, problem.issue)
    twin = on.reported(problem, "Disk 8 fails")
    on.stage.tandem.settles()
    on.stage.later()
    on.stage.tandem.settles()

    assert (len(on.twins), len(on.bugs)) == (2, 2)
    assert on.related(bug.ticket) == problem.key
    assert twin.issue.linked(RELATES) == [problem.issue]
    assert len(problem.issue.raw.links) == 2
    assert not on.stage.tandem.parked


# -- by way of incidents, and where there is no way ---------------------------------------------


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_defect_of_an_incident_and_of_a_change(flavour: str) -> None:
    on = play(flavour, agile=True)
    incident, change = on.stage.desk.opens(), on.stage.desk.opens_change()
    on.stage.tandem.syncs()
    first, second = on.bug("Wrong sum"), on.bug("Wrong date")
    on.stage.team.links(first, RELATES, incident.issue)
    on.stage.team.links(second, RELATES, change.issue)
    on.stage.tandem.syncs()
    assert (first.ticket["parent"], second.ticket["parent"]) == (incident.key, change.key)
    on.stage.ends()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_task_belongs_to_the_problem_of_the_incident_whose_story_is_linked(flavour: str) -> None:
    on = play(flavour, agile=False)
    problem, other = on.problem(), on.problem("Old switch")
    incident = on.stage.desk.opens(problem_id=problem)
    on.stage.tandem.syncs()
    bug = on.bug()
    on.stage.team.links(bug, BLOCKS, incident.issue)
    on.stage.tandem.syncs()
    assert on.twin["problem"] == problem.key
    assert bug.linked(BLOCKS) == [incident.issue], "people's link is as they made it"
    assert bug.linked(RELATES) == []

    on.stage.desk.edits(incident, problem_id=other)
    on.stage.tandem.settles()
    assert on.twin["problem"] == other.key
    assert bug.linked(BLOCKS) == [incident.issue]
    on.stage.ends()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_task_keeps_its_problem_where_the_way_there_ends(flavour: str) -> None:
    """The desk took the problem from the incident, and said nothing about the task."""
    on = play(flavour, agile=False)
    problem = on.problem()
    incident = on.stage.desk.opens(problem_id=problem)
    on.stage.tandem.syncs()
    bug = on.bug()
    on.stage.team.links(bug, RELATES, incident.issue)
    on.stage.tandem.settles()
    assert bug.linked(RELATES) == [incident.issue]

    on.stage.desk.edits(incident, problem_id="")
    on.stage.tandem.settles()
    assert incident.issue.epic is None
    assert on.related(on.twin) == problem.key
    assert set(bug.linked(RELATES)) == {incident.issue, problem.issue}, "now by a link of its own"
    on.stage.ends()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_way_that_was_taken_away_is_missed_once_its_problem_has_an_epic(flavour: str) -> None:
    """Until then the problem says nothing, and the task seems to fit whatever is linked."""
    on = play(flavour, False)
    problem = on.stage.desk.opens_problem("Old disks")
    on.stage.desk.platform(problem, active="false", state="107")
    incident = on.stage.desk.opens(problem_id=problem)
    on.stage.tandem.syncs()
    bug = on.bug()
    on.stage.team.links(bug, RELATES, incident.issue)
    on.stage.tandem.settles()
    assert on.related(on.twin) == problem.key

    on.stage.team.unlinks(bug, RELATES, incident.issue)
    on.stage.tandem.settles()
    on.stage.desk.platform(problem, active="true", state="101")
    on.stage.tandem.settles()
    assert problem.issue
    assert on.related(on.twin) == ""
    assert bug.linked(RELATES) == []
    on.stage.ends()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_without_a_problem_a_bug_waits_and_says_why(flavour: str) -> None:
    on = play(flavour, agile=False)
    incident, change = on.stage.desk.opens(), on.stage.desk.opens_change()
    on.stage.tandem.syncs()
    bug, other = on.bug(), on.bug("Wrong date")
    on.stage.team.links(bug, RELATES, incident.issue)
    on.stage.team.links(other, RELATES, change.issue)
    on.stage.tandem.settles()
    assert on.twins == []
    [row] = on.stage.tandem.parked
    assert (row.label, row.field) == (bug.label, "")
    assert (
        row.reason
        == f"it is linked with {incident.issue.label}, and {incident.number} has no problem"
    )
    assert row.remedy.startswith(f"Give {incident.number} a problem")

    problem = on.problem()
    on.stage.desk.edits(incident, problem_id=problem)
    on.stage.tandem.settles()
    assert on.related(bug.ticket) == problem.key
    assert not on.stage.tandem.parked
    on.stage.ends()


# -- what an instance or a project has ----------------------------------------------------------


def test_neither_table_there_nothing_happens_and_nothing_fails() -> None:
    for flavour in FLAVOURS:
        on = play(flavour, agile=False)
        on.stage.servicenow.world.knobs.denied_tables.add("problem_task")
        problem = on.problem()
        bug = on.bug()
        on.stage.team.links(bug, RELATES, problem.issue)
        on.stage.tandem.settles()
        assert on.twins == []
        assert problem.issue["summary"] == "Old disks"
        on.stage.later(120)
        on.stage.tandem.syncs()
        on.stage.later(30)
        on.stage.tandem.syncs()
        asked = [one.path for one in on.stage.wires[Side.SERVICENOW].requests[-6:]]
        assert not any("problem_task" in path or "defect" in path for path in asked)
        on.stage.ends()


@pytest.mark.parametrize("project", ["TEAM", "DESK"])
def test_a_project_without_bugs_works_as_before(project: str) -> None:
    for flavour in FLAVOURS:
        stage = Stage(flavour, project=project, agile=True)
        incident = stage.desk.opens()
        defect = stage.desk.opens("Wrong sum", "rm_defect", parent=incident.key)
        stage.tandem.settles()
        assert incident.issue["summary"] == "Mail is slow"
        assert defect.issues == []
        stage.ends()


def test_a_plugin_that_comes_later_takes_over_and_leaves_the_tasks_flowing() -> None:
    for flavour in FLAVOURS:
        on = play(flavour, agile=False)
        problem = on.problem()
        old, new = on.bug(), on.bug("Wrong sum")
        on.stage.team.links(old, RELATES, problem.issue)
        on.stage.tandem.syncs()
        task = old.ticket

        activate(on.stage.servicenow.world)
        on.stage.later(25 * 60)
        on.stage.team.links(new, RELATES, problem.issue)
        on.stage.team.edits(old, summary="Disk 8 fails")
        on.stage.tandem.settles()
        assert task["short_description"] == "Disk 8 fails"
        [defect] = on.stage.desk.tickets("rm_defect")
        assert (defect["short_description"], defect["parent"]) == ("Wrong sum", problem.key)
        assert len(on.twins) == 1
        on.stage.ends()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_after_a_lost_store_a_bug_of_ours_is_no_clone(flavour: str) -> None:
    on = play(flavour, agile=False)
    problem = on.problem()
    twin = on.reported(problem)
    on.stage.tandem.syncs()
    on.stage.desk.platform(twin, correlation_id="", correlation_display="")
    on.stage.store = MemoryStore(clock=on.stage.clock.now)
    on.stage.tandem.settles()
    assert not on.stage.tandem.parked
    assert (on.twins, on.bugs) == ([twin], [twin.issue])
    on.stage.ends()
