"""What a change manager asks about stands in Jira, in whatever the project has for it."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira.model import FieldDef
from mappings.sides import Side
from tests.support.cast import Ticket
from tests.support.jira_admin import add_fields
from tests.support.stage import Stage

PLANS = {
    "implementation_plan": "1. Announce\n2. Move",
    "backout_plan": "Move back {quickly}",
    "test_plan": "Send a mail.",
    "justification": "The store is full.",
}
WINDOW = {"start_date": "2026-03-10 20:00:00", "end_date": "2026-03-11 02:00:00"}
FIELDS = (
    *(
        FieldDef(f"customfield_1007{place}", name, "text")
        for place, name in enumerate(
            ("Implementation plan", "Backout plan", "Test plan", "Justification")
        )
    ),
    FieldDef("customfield_10075", "Planned start", "moment"),
    FieldDef("customfield_10076", "Planned end", "moment"),
)


def model(stage: Stage, name: str) -> str:
    rows = stage.servicenow.world.truth()["records"]["chg_model"]
    return next(str(row["sys_id"]) for row in rows if row["name"] == name)


def planned(stage: Stage) -> Ticket:
    """A change with all its plans."""
    kind = {"type": "normal", "chg_model": model(stage, "Normal"), "risk": "2"}
    return stage.desk.opens_change(**kind, **PLANS, **WINDOW)


def test_a_stock_project_shows_kind_risk_and_date_and_its_description_stays_its_own(
    stage: Stage,
) -> None:
    change = planned(stage)
    stage.desk.edits(change, description="Tonight.")
    stage.tandem.syncs()
    story = change.issue
    assert story.labels == {"change-type-normal", "change-model-normal", "change-risk-high"}
    assert (story["duedate"], story["description"]) == ("2026-03-11", "Tonight.")
    assert story.comments == []


def test_labels_follow_and_peoples_own_stay(stage: Stage) -> None:
    change = planned(stage)
    stage.tandem.syncs()
    story = change.issue
    stage.team.labels(story, "q1-goal", "risky")
    stage.desk.edits(change, risk="4", type="emergency")
    stage.tandem.syncs()
    assert story.labels == {
        *("q1-goal", "risky"),
        *("change-type-emergency", "change-model-normal", "change-risk-low"),
    }
    stage.desk.moves(change, "Authorize")
    stage.tandem.syncs()
    assert "change-approval-requested" in story.labels
    stage.desk.approves(change)
    stage.tandem.syncs()
    assert "change-approval-approved" in story.labels
    assert "change-approval-requested" not in story.labels


def test_a_due_date_that_people_set_stays_as_long_as_no_end_is_planned(stage: Stage) -> None:
    change = stage.desk.opens_change()
    stage.tandem.syncs()
    story = change.issue
    stage.team.edits(story, duedate="2026-04-01")
    stage.tandem.syncs()
    assert (story["duedate"], change["end_date"]) == ("2026-04-01", "")
    stage.desk.edits(change, **WINDOW)
    stage.tandem.syncs()
    assert story["duedate"] == "2026-03-11"
    assert change["end_date"] == WINDOW["end_date"]


def test_a_project_with_fields_for_them_holds_plans_and_window(stage: Stage) -> None:
    add_fields(stage.jira.world, "OPS", *FIELDS)
    change = planned(stage)
    stage.tandem.syncs()
    story = change.issue
    assert story["customfield_10070"] == PLANS["implementation_plan"]
    assert story["customfield_10071"] == "Move back \\{quickly}", "hostile text stays text"
    assert story["customfield_10073"] == PLANS["justification"]
    assert str(story["customfield_10075"]).startswith("2026-03-10T20:00:00")

    stage.desk.edits(change, test_plan="Send two mails.", start_date="2026-03-10 21:30:00")
    stage.tandem.syncs()
    assert story["customfield_10072"] == "Send two mails."
    assert str(story["customfield_10075"]).startswith("2026-03-10T21:30:00")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_a_lost_answer_changes_nothing_about_it(stage: Stage, kind: str) -> None:
    change = planned(stage)
    stage.tandem.syncs()
    story = change.issue
    stage.desk.edits(change, risk="1", end_date="2026-03-12 02:00:00")
    stage.faults[Side.JIRA].add(Fault(kind, method="PUT", path=r"/issue/\d+$", seconds=40))
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()
    assert "change-risk-very-high" in story.labels
    assert "change-risk-high" not in story.labels
    assert story["duedate"] == "2026-03-12"


def test_at_rest_it_costs_nothing(stage: Stage) -> None:
    planned(stage)
    stage.tandem.settles()
    writes = stage.tandem.writes()
    for _ in range(3):
        stage.later()
        stage.tandem.syncs()
    assert stage.tandem.writes() == writes


def test_closing_carries_code_and_notes_although_rest_would_do_without(stage: Stage) -> None:
    assert not stage.servicenow.world.knobs.change_close_policy
    change = stage.desk.opens_change(type="standard")
    stage.tandem.syncs()
    for state in ("Scheduled", "Implement", "Review"):
        stage.desk.moves(change, state)
    stage.tandem.syncs()
    stage.team.moves(change.issue, "In Progress")
    stage.team.moves(change.issue, "Done", "Won't Do")
    stage.tandem.syncs()
    assert change.state in ("Review", "Closed")
    stage.desk.edits(change, on_hold="true", on_hold_reason="Waiting for the vendor")
    stage.tandem.syncs()
    if change.state == "Closed":
        assert change["close_code"] == "unsuccessful"
        assert change["close_notes"] == f"Closed in Jira {change.issue.label}."


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("standard", ("Scheduled", "Implement", "Review")),
        ("emergency", ("Authorize", "Implement", "Review")),
        ("normal", ("Assess", "Implement", "Review")),
    ],
)
def test_every_kind_of_change_ends_through_the_states_that_its_model_offers(
    stage: Stage, kind: str, way: tuple[str, ...]
) -> None:
    change = stage.desk.opens_change(type=kind)
    stage.tandem.syncs()
    stage.team.moves(change.issue, "Selected for Development")
    stage.team.moves(change.issue, "In Progress")
    stage.tandem.syncs()
    assert change.state == "New", "no model offers Implement yet"
    [row] = stage.tandem.parked
    first = {"standard": "Scheduled (-2)", "emergency": "Authorize (-3)", "normal": "Assess (-4)"}
    assert first[kind] in row.offered

    stage.desk.moves(change, way[0])
    while change.state in ("Assess", "Authorize"):
        stage.desk.approves(change)
    stage.tandem.syncs()
    stage.desk.moves(change, "Implement")
    stage.tandem.syncs()
    assert not stage.tandem.parked
    stage.desk.moves(change, "Review")
    stage.tandem.syncs()
    stage.team.moves(change.issue, "Done")
    stage.tandem.syncs()
    assert change.issue.status == "Done"
    assert change.state in ("Review", "Closed")
