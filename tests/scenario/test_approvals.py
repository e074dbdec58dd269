"""Decisions about changes stand in Jira: each once, with approver and time, for the team only."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira.model import Flavour
from connector.sandbox.servicenow.change_rules import answer_approval
from connector.sandbox.servicenow.knobs import SYSTEM
from mappings.defaults import shipped
from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.memory.store import MemoryStore
from tests.support.stage import FLAVOURS, Stage


def decisions(story: Story) -> list[str]:
    """What Jira says about approvals, oldest first."""
    return [remark.body for remark in story.remarks if "Approval: " in remark.body]


def asked(stage: Stage) -> Ticket:
    """A change that waits for its approvers, and has its story."""
    change = stage.desk.opens_change()
    stage.tandem.syncs()
    stage.desk.moves(change, "Assess")
    stage.tandem.syncs()
    return change


def rows_of(stage: Stage, change: Ticket) -> list[dict[str, str]]:
    rows = stage.servicenow.world.truth()["records"]["sysapproval_approver"]
    return [row for row in rows if row["sysapproval"] == change.key]


def test_a_decision_stands_in_jira_once_with_who_and_when(stage: Stage) -> None:
    change = asked(stage)
    assert decisions(change.issue) == [], "that somebody was asked is no decision"

    stage.desk.approves(change)
    at = stage.clock.now()
    stage.tandem.syncs()
    stage.later()
    stage.tandem.syncs()

    [said] = decisions(change.issue)
    [row] = [row for row in rows_of(stage, change) if row["state"] == "approved"]
    who = stage.servicenow.world.display("sys_user", row["approver"])
    assert f"{who}, approval on {change.number}, {at:%Y-%m-%d %H:%M}" in said
    assert f"Approval: approved by {who} at {at:%Y-%m-%d %H:%M}" in said
    assert change.notes == [], "a decision does not come back as a note"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_decision_is_not_for_customers(flavour: Flavour) -> None:
    stage = Stage(flavour, project="DESK")
    change = asked(stage)
    stage.desk.approves(change)
    stage.tandem.syncs()
    [remark] = [one for one in change.issue.remarks if "Approval: " in one.body]
    assert not remark.public
    stage.ends()


def test_a_rejection_is_told_and_the_change_is_new_again(stage: Stage) -> None:
    change = asked(stage)
    answer_approval(stage.servicenow.world, change.key, "rejected")
    stage.tandem.syncs()
    assert change.state == "New"
    assert ["Approval: rejected by" in one for one in decisions(change.issue)] == [True]

    stage.desk.moves(change, "Assess")
    stage.desk.approves(change)
    stage.desk.approves(change)
    stage.tandem.syncs()
    assert ["rejected" in one for one in decisions(change.issue)] == [True, False, False]


def test_a_decision_that_does_not_move_its_change_is_heard(stage: Stage) -> None:
    """Where all of a group have to agree, one of them leaves the change as it is."""
    change = asked(stage)
    row = rows_of(stage, change)[0]
    stage.clock.advance(60)
    fields = {
        "approver": row["approver"],
        "sysapproval": change.key,
        "state": "approved",
        "source_table": "change_request",
    }
    before = change["sys_mod_count"]
    stage.servicenow.world.insert("sysapproval_approver", fields, SYSTEM)
    stage.later()
    stage.tandem.syncs()
    assert change["sys_mod_count"] == before
    assert len(decisions(change.issue)) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_a_lost_answer_tells_it_once_all_the_same(stage: Stage, kind: str) -> None:
    change = asked(stage)
    stage.desk.approves(change)
    stage.faults[Side.JIRA].add(Fault(kind, method="POST", path="/comment$", seconds=40))
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()
    assert len(decisions(change.issue)) == 1


def test_a_lost_store_does_not_tell_it_again(stage: Stage) -> None:
    change = asked(stage)
    stage.desk.approves(change)
    stage.tandem.syncs()
    stage.store = MemoryStore(clock=stage.clock.now)
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()
    assert len(decisions(change.issue)) == 1


def test_decisions_older_than_the_story_come_with_it(stage: Stage) -> None:
    change = stage.desk.opens_change()
    stage.desk.moves(change, "Assess")
    stage.desk.approves(change)
    stage.tandem.syncs()
    assert len(decisions(change.issue)) == 1


def test_a_hidden_answer_and_a_forbidden_table_are_missed_and_nothing_else(stage: Stage) -> None:
    change = asked(stage)
    knobs = stage.servicenow.world.knobs
    knobs.denied_tables.add("sysapproval_approver")
    stage.desk.approves(change)
    stage.desk.edits(change, description="Tonight.")
    stage.tandem.syncs()
    assert (decisions(change.issue), change.issue["description"]) == ([], "Tonight.")

    knobs.denied_tables.clear()
    decided = [row["sys_id"] for row in rows_of(stage, change) if row["state"] == "approved"]
    knobs.hidden_rows.update(decided)
    stage.later()
    stage.tandem.syncs()
    assert decisions(change.issue) == []

    knobs.hidden_rows.clear()
    stage.desk.notes(change, "Visible now.")
    stage.tandem.syncs()
    assert len(decisions(change.issue)) == 1


def test_a_right_that_is_given_later_brings_what_was_missed(stage: Stage) -> None:
    change = asked(stage)
    stage.servicenow.world.knobs.denied_tables.add("sysapproval_approver")
    stage.desk.approves(change)
    stage.tandem.syncs()
    stage.later(300)
    stage.tandem.syncs()
    stage.servicenow.world.knobs.denied_tables.clear()
    stage.later()
    stage.tandem.syncs()
    assert len(decisions(change.issue)) == 1


@pytest.mark.parametrize("wish", ['"off"', "internal"])
def test_a_mapping_can_leave_them_out_and_saves_the_requests(wish: str) -> None:
    texts = {
        name: text.replace("approvals: internal", f"approvals: {wish}")
        for name, text in shipped().items()
    }
    stage = Stage("cloud", mappings=texts)
    change = asked(stage)
    stage.desk.approves(change)
    stage.tandem.syncs()
    assert len(decisions(change.issue)) == (wish == "internal")
    stage.wires[Side.SERVICENOW].requests.clear()
    stage.later()
    stage.tandem.syncs()
    polled = [one for one in stage.wires[Side.SERVICENOW].requests if "approver" in one.path]
    assert bool(polled) == (wish == "internal")
    stage.ends()
