"""What hung on a deleted problem gets its twin once the problem is brought back.

Found by seed 360 of the simulation: only links that pointed at the problem were looked at again,
not the records that had none for want of it. And an article was written for a problem long gone.
"""

from __future__ import annotations

import pytest

from sync.core.model import LinkState
from tests.support.cast import Ticket
from tests.support.deaths import deletes, proves, state, undeletes
from tests.support.library import Library
from tests.support.stage import Stage


@pytest.fixture
def gone(stage: Stage) -> Ticket:
    """A synced problem that was deleted, and whose link has ended."""
    proves(stage)
    problem = stage.desk.opens_problem()
    stage.tandem.settles()
    deletes(stage, problem)
    stage.later(60)
    stage.tandem.sweeps()
    assert state(stage, problem) is LinkState.ENDED
    return problem


def comes_back(stage: Stage, problem: Ticket) -> None:
    undeletes(stage, problem)
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert state(stage, problem) is LinkState.ACTIVE


def test_a_linked_bug_gets_its_twin(stage: Stage, gone: Ticket) -> None:
    bug = stage.team.writes("Disk 7 fails", "Bug")
    stage.team.links(bug, "relates to", gone.issue)
    stage.tandem.settles()
    assert stage.desk.tickets("problem_task") == []
    comes_back(stage, gone)
    [task] = stage.desk.tickets("problem_task")
    assert task["problem"] == gone.key


def test_a_task_that_asks_for_an_article_gets_it(stage: Stage, gone: Ticket) -> None:
    stage.team.writes("Write down how", "Task", labels=("knowledge",), parent=gone.issue)
    stage.tandem.settles()
    assert Library(stage).papers() == []
    comes_back(stage, gone)
    assert Library(stage).paper().tied == [gone.key]
