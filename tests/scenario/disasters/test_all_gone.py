"""Whole projects, tables and accounts that see nothing for a while: nothing is deleted or closed.

Each of them under the mapping that would do the most harm.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.errors import ConnectorError
from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow import graves
from connector.sandbox.servicenow.knobs import SYSTEM
from sync.core.model import LinkState
from sync.errors import SyncError, UnsafePlan
from tests.support.cast import Story, Ticket
from tests.support.deaths import deletes, destroyed, may_delete, policy, proves, rests, state
from tests.support.stage import FLAVOURS, Stage


@pytest.fixture(params=tuple(zip(FLAVOURS, ("close", "delete"), strict=True)), ids=str)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """An account with every right, and a mapping that ends twins."""
    flavour, word = request.param
    found = Stage(flavour, mappings=policy(word))
    may_delete(found)
    proves(found)
    yield found
    rests(found)


def couples(stage: Stage, number: int) -> list[tuple[Ticket, Story]]:
    tickets = [stage.desk.opens(f"Number {n}") for n in range(number)]
    stage.tandem.syncs()
    stage.later(8)
    stage.tandem.syncs()
    return [(ticket, ticket.issue) for ticket in tickets]


def weeks(stage: Stage, number: int = 2) -> None:
    """The audit every day, whatever it says."""
    for _ in range(number * 7):
        stage.later(24 * 60)
        try:
            stage.tandem.sweeps()
        except (ConnectorError, SyncError):
            continue


def unharmed(stage: Stage, pairs: list[tuple[Ticket, Story]]) -> None:
    assert destroyed(stage) == []
    assert {ticket.state for ticket, _ in pairs} == {"New"}
    assert {story.status for _, story in pairs} == {"Backlog"}


@pytest.mark.parametrize("number", [3, 6])
def test_a_project_without_permission_for_two_weeks(stage: Stage, number: int) -> None:
    pairs = couples(stage, number)
    world = stage.jira.world
    project = world.project("OPS")
    assert project is not None
    world.hidden_projects.add(project.id)
    for ticket, _ in pairs:
        stage.desk.edits(ticket, short_description=f"{ticket['short_description']}, edited")
    weeks(stage)
    unharmed(stage, pairs)

    world.hidden_projects.clear()
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert {state(stage, ticket) for ticket, _ in pairs} == {LinkState.ACTIVE}
    assert all(story["summary"].endswith(", edited") for _, story in pairs)
    assert stage.tandem.parked == ()


def test_a_table_without_rights_for_two_weeks(stage: Stage) -> None:
    pairs = couples(stage, 3)
    knobs = stage.servicenow.world.knobs
    knobs.denied_tables.add("incident")
    for _, story in pairs:
        stage.team.edits(story, summary=f"{story['summary']}, edited")
    weeks(stage)
    unharmed(stage, pairs)

    knobs.denied_tables.clear()
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert all(ticket["short_description"].endswith(", edited") for ticket, _ in pairs)


def test_rows_of_a_table_that_all_are_hidden(stage: Stage) -> None:
    pairs = couples(stage, 3)
    hidden = stage.servicenow.world.knobs.hidden_rows
    hidden.update(ticket.key for ticket, _ in pairs)
    weeks(stage)
    unharmed(stage, pairs)
    hidden.clear()
    stage.tandem.sweeps()
    assert {state(stage, ticket) for ticket, _ in pairs} == {LinkState.ACTIVE}


def test_issues_that_all_are_hidden_while_their_project_is_shown(stage: Stage) -> None:
    """A security level: one after the other looks deleted, and none is."""
    pairs = couples(stage, 2)
    for _, story in pairs:
        stage.team.hands("mei.chen").hide(story.key)
    weeks(stage)
    unharmed(stage, pairs)
    stage.jira.world.hidden.clear()
    stage.tandem.sweeps()
    assert {state(stage, ticket) for ticket, _ in pairs} == {LinkState.ACTIVE}


def test_who_is_alone_in_his_pair_is_judged_by_all_in_the_project(stage: Stage) -> None:
    """One incident and one problem: both issues are hidden, and neither is taken for deleted."""
    pairs = couples(stage, 1)
    problem = stage.desk.opens_problem()
    stage.tandem.settles()
    for issue in (pairs[0][1], problem.issue):
        stage.team.hands("mei.chen").hide(issue.key)
    weeks(stage)
    unharmed(stage, pairs)
    assert problem.issue.status == "Backlog"
    stage.jira.world.hidden.clear()
    stage.tandem.sweeps()
    assert {state(stage, one) for one in (pairs[0][0], problem)} == {LinkState.ACTIVE}


def test_rows_that_all_are_hidden_while_another_one_is_shown(stage: Stage) -> None:
    """Nothing proves it here, and the table is shown: by a row that has no twin."""
    stage.servicenow.world.roles[INTEGRATION].discard("admin")
    pairs = couples(stage, 2)
    hidden = stage.servicenow.world.knobs.hidden_rows
    hidden.update(ticket.key for ticket, _ in pairs)
    fields = {"short_description": "Canceled", "impact": "2", "urgency": "2", "state": "8"}
    stage.servicenow.world.insert("incident", fields, SYSTEM)
    weeks(stage)
    unharmed(stage, pairs)
    hidden.clear()
    stage.tandem.sweeps()


def test_a_revoked_token_in_the_middle_of_a_mourning(stage: Stage) -> None:
    """One ticket really is deleted; then Jira's token is. An approval changes nothing."""
    pairs = couples(stage, 3)
    deletes(stage, pairs[0][0])
    stage.later(60)
    plan = ""
    try:
        stage.jira.access.revoked = True
        with pytest.raises((ConnectorError, SyncError)):
            stage.tandem.sweeps()
        with pytest.raises((ConnectorError, SyncError)):
            stage.tandem.syncs(approve="0" * 12)
        weeks(stage, 1)
    finally:
        stage.jira.access.revoked = False
    unharmed(stage, pairs[1:])
    assert destroyed(stage) == []
    try:
        stage.tandem.sweeps()
    except UnsafePlan as held:
        plan = held.plan
    if plan:
        stage.tandem.syncs(approve=plan)
    assert {state(stage, ticket) for ticket, _ in pairs[1:]} == {LinkState.ACTIVE}
    assert state(stage, pairs[0][0]) is LinkState.ENDED


def test_an_approved_deletion_stops_where_the_right_to_see_is_lost(stage: Stage) -> None:
    """The proof was there when the plan was made; right before the deletion it is not."""
    [(ticket, story)] = couples(stage, 1)
    deletes(stage, ticket)
    stage.later(60)
    try:
        stage.tandem.sweeps()
    except UnsafePlan as held:
        graves.undelete(stage.servicenow.world, ticket.key, stage.servicenow.world.caller("admin"))
        stage.servicenow.world.knobs.hidden_rows.add(ticket.key)
        with pytest.raises(UnsafePlan, match="no longer applies"):
            stage.tandem.syncs(approve=held.plan)
        assert stage.team.issues() == [story]
        assert destroyed(stage) == []
        stage.servicenow.world.knobs.hidden_rows.clear()
    else:
        graves.undelete(stage.servicenow.world, ticket.key, stage.servicenow.world.caller("admin"))
    stage.tandem.sweeps()
    assert state(stage, ticket) is LinkState.ACTIVE


def test_an_instance_that_was_put_back_to_before_the_ticket(stage: Stage) -> None:
    """The row is gone without a line of its deletion, and the instance remembers an older epoch."""
    [(ticket, story)] = couples(stage, 1)
    other = couples(stage, 1)[0]
    world = stage.servicenow.world
    graves.clean(world, ticket.key)
    for row in list(world.rows("sys_user_preference")):
        if row["name"] == "tandem.epoch":
            head, _, number = row["value"].partition(":")
            row["value"] = f"{head}:{max(int(number) - 3, 0)}"
    stage.team.edits(other[1], summary="Goes on")
    weeks(stage, 1)
    assert destroyed(stage) == []
    assert story in stage.team.issues()
    assert story.status == "Backlog"
    with pytest.raises(UnsafePlan, match="servicenow is older than this store remembers") as held:
        stage.tandem.syncs()
    stage.tandem.syncs(approve=held.value.plan)
