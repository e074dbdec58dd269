"""A record that got its twin is deleted, and a store is put back that never knew of either."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.servicenow.knobs import SYSTEM
from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.deaths import deletes
from tests.support.library import Library
from tests.support.memory import MemoryStore
from tests.support.stage import FLAVOURS, Stage


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(request.param, agile=True)


def forgotten(stage: Stage) -> tuple[Any, Ticket, Story]:
    """An old copy of the store, and a defect with its bug that it does not know."""
    problem = stage.desk.opens_problem()
    stage.tandem.settles()
    assert isinstance(stage.store, MemoryStore)
    copy = stage.store.copy()
    defect = stage.desk.opens("Disk 7 fails", "rm_defect", parent=problem)
    stage.tandem.settles()
    return copy, defect, defect.issue


def test_its_bug_is_put_aside_and_gets_another_one_when_asked(stage: Stage) -> None:
    """Whoever works on the bug would wait in vain for the desk to read it."""
    copy, defect, bug = forgotten(stage)
    stage.desk.world.delete("rm_defect", defect.key, SYSTEM)
    stage.store.restore(copy)
    stage.tandem.settles()
    stage.later(20)
    stage.team.comments(bug, "Cannot be reproduced")
    stage.tandem.settles()
    assert stage.desk.tickets("rm_defect") == [], "what a person deleted does not come back"
    [row] = stage.tandem.parked
    assert (row.label, row.field) == (bug.label, "")
    assert "ServiceNow shows none" in row.reason

    stage.team.unlabels(bug, *bug.marks)
    stage.tandem.settles()
    assert stage.desk.tickets("rm_defect") == [bug.ticket]
    assert stage.tandem.parked == ()
    stage.ends()


def test_one_that_was_only_hidden_is_joined_once_it_is_shown(stage: Stage) -> None:
    """Even where it lost its mark, and the bug is looked at in the same pass."""
    copy, defect, bug = forgotten(stage)
    stage.desk.world.knobs.hidden_rows.add(defect.key)
    stage.store.restore(copy)
    stage.tandem.settles()
    stage.later(20)
    stage.tandem.settles()
    assert [row.label for row in stage.tandem.parked] == [bug.label]

    stage.desk.world.knobs.hidden_rows.clear()
    stage.desk.platform(defect, correlation_id="", correlation_display="")
    stage.team.comments(bug, "Cannot be reproduced")
    stage.desk.edits(defect, short_description="Disk 8 fails")
    stage.tandem.settles()
    assert bug["summary"] == "Disk 8 fails"
    assert (bug.ticket, defect.issue) == (defect, bug)
    assert stage.tandem.parked == (), "it is alone no longer"
    stage.ends()


def test_one_whose_mark_was_lost_is_joined_without_a_word(stage: Stage) -> None:
    """The bug may be looked at before the defect, which finds it by its label."""
    copy, defect, bug = forgotten(stage)
    stage.desk.platform(defect, correlation_id="", correlation_display="")
    stage.store.restore(copy)
    stage.tandem.settles()
    stage.later(20)
    stage.tandem.settles()
    assert (bug.ticket, defect.issue) == (defect, bug)
    assert stage.tandem.parked == ()
    stage.ends()


def test_the_task_of_an_article_is_joined_although_its_problem_is_deleted(stage: Stage) -> None:
    """Nothing but the problem leads to an article that it asked for, and what moved among them is
    asked for every quarter of an hour."""
    problem = stage.desk.opens_problem()
    stage.tandem.settles()
    assert isinstance(stage.store, MemoryStore)
    copy = stage.store.copy()
    stage.desk.edits(problem, known_error="true")
    stage.tandem.syncs()
    article = Library(stage).paper()
    [task] = (one for one in stage.team.issues() if "knowledge" in one["labels"])
    deletes(stage, problem)
    stage.tandem.syncs()
    stage.store.restore(copy)
    stage.tandem.syncs()
    stage.tandem.settles()
    known = stage.store.links.by_keys(Side.JIRA, [task.key])
    assert [link.servicenow.key for link in known.values()] == [article.number]
    assert stage.tandem.parked == ()
