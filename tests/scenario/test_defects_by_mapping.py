"""A mapping of one's own: problem tasks as bugs that ask for it, tied to their problem's epic."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mappings.defaults import shipped
from sync.core import marks
from tests.support.cast import Story, Ticket
from tests.support.stage import FLAVOURS, Stage

DEFECT = """
pair: task-bug
servicenow: {table: problem_task, scope: active=true^problemISNOTEMPTY}
jira: {issue_type: Bug, scope: labels = to-defect}
create: {in_jira: true, in_servicenow: true}
fields:
  summary: {servicenow: short_description, jira: summary}
  problem: {servicenow: problem, jira: relates to, as: issue_link, to: problem}
  status:
    servicenow: state
    jira: status
    as: status
    owner: jira
    table:
      - {servicenow: ["151", "152"], jira: [To Do, Backlog, "category:new"]}
      - {servicenow: "154", jira: [In Progress, "category:indeterminate"]}
      - {servicenow: "157", jira: [Done, "category:done"]}
    closing: {states: "157", codes: [{servicenow: completed, jira: Done}]}
"""
RELATES = "relates to"


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    others = {name: text for name, text in shipped().items() if "only: linked" not in text}
    found = Stage(request.param, mappings={**others, "defect.yaml": DEFECT})
    yield found
    found.ends()


def tasks(stage: Stage) -> list[Ticket]:
    return stage.desk.tickets("problem_task")


def bugs(stage: Stage) -> list[Story]:
    return [one for one in stage.team.issues() if one.kind == "Bug"]


def test_a_task_of_a_problem_becomes_a_bug_linked_with_its_epic(stage: Stage) -> None:
    problem = stage.desk.opens_problem("Old disks")
    stage.tandem.syncs()
    task = stage.desk.opens("Disk 7 fails", "problem_task", problem=problem)
    stage.tandem.settles()

    [bug] = bugs(stage)
    assert (bug["summary"], bug.linked(RELATES)) == ("Disk 7 fails", [problem.issue])
    stage.team.moves(bug, "Done")
    stage.tandem.settles()
    assert task["state"] == "157"


def test_a_bug_that_asks_becomes_a_task_of_the_linked_problem(stage: Stage) -> None:
    first, second = stage.desk.opens_problem("Old disks"), stage.desk.opens_problem("Old switch")
    stage.tandem.syncs()
    bug = stage.team.writes("Disk 7 fails", "Bug", labels=("to-defect",))
    stage.team.links(bug, RELATES, first.issue)
    stage.tandem.settles()

    [task] = tasks(stage)
    assert (task["short_description"], task["problem"]) == ("Disk 7 fails", first.key)
    assert bug.raw.properties[marks.PROPERTY]["servicenow"]["sys_id"] == task.key

    stage.team.unlinks(bug, RELATES, first.issue)
    stage.team.links(second.issue, RELATES, bug)
    stage.tandem.settles()
    assert task["problem"] == second.key
