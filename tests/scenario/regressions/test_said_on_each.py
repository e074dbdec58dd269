"""The same words on two records are two sayings: the second was taken for the first, unsaid."""

from __future__ import annotations

from tests.support.stage import Stage


def test_each_problem_is_told_that_its_state_is_kept(stage: Stage) -> None:
    first, second = stage.desk.opens_problem("Old disks"), stage.desk.opens_problem("Old switch")
    stage.tandem.settles()
    for problem in (first, second):
        stage.team.moves(problem.issue, "In Progress")
        stage.tandem.settles()
    for problem in (first, second):
        [note] = problem.notes
        assert f"{problem.issue.label} is In Progress in Jira" in note
