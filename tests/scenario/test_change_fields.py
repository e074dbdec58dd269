"""What a change manager asks about stands in Jira, in whatever the project has for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira.model import FieldDef, Flavour
from mappings.defaults import shipped
from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.jira_admin import add_fields
from tests.support.stage import FLAVOURS, Stage

PLANS = {
    "implementation_plan": "1. Announce\n2. Move",
    "backout_plan": "Move back {quickly}",
    "test_plan": "Send a mail.",
    "justification": "The store is full.",
}
WINDOW = {"start_date": "2026-03-10 20:00:00", "end_date": "2026-03-11 02:00:00"}
TEXTS = ("Implementation plan", "Backout plan", "Test plan", "Justification")
MOMENTS = ("Planned start", "Planned end")
FIELDS = (
    *(FieldDef(f"customfield_1007{n}", name, "text", "x:textarea") for n, name in enumerate(TEXTS)),
    *(FieldDef(f"customfield_1008{n}", m, "moment", "x:datetime") for n, m in enumerate(MOMENTS)),
)


def model(stage: Stage, name: str) -> str:
    rows = stage.servicenow.world.truth()["records"]["chg_model"]
    return next(str(row["sys_id"]) for row in rows if row["name"] == name)


def moment(story: Story, name: str) -> str:
    """A moment in UTC, as ServiceNow writes it."""
    held = datetime.fromisoformat(str(story[name])).astimezone(UTC)
    return f"{held:%Y-%m-%d %H:%M:%S}"


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
    assert moment(story, "customfield_10080") == WINDOW["start_date"]

    stage.desk.edits(change, test_plan="Send two mails.", start_date="2026-03-10 21:30:00")
    stage.tandem.syncs()
    assert story["customfield_10072"] == "Send two mails."
    assert moment(story, "customfield_10080") == "2026-03-10 21:30:00"


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


def closing_at_done(flavour: Flavour, **changes: str) -> Stage:
    """A mapping by which Done closes a change that is reviewed, with these words replaced."""
    texts = dict(shipped())
    for old, new in {'servicenow: ["3", "0"]': 'servicenow: "3"', **changes}.items():
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    return Stage(flavour, mappings=texts)


def reviewed(stage: Stage) -> Ticket:
    """A standard change in review, its story in review, too."""
    change = stage.desk.opens_change(type="standard")
    stage.tandem.syncs()
    for state in ("Scheduled", "Implement", "Review"):
        stage.desk.moves(change, state)
    stage.tandem.syncs()
    assert change.state == "Review"
    return change


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_closing_carries_code_and_notes_although_rest_would_do_without(flavour: Flavour) -> None:
    stage = closing_at_done(flavour)
    assert not stage.servicenow.world.knobs.change_close_policy
    change = reviewed(stage)
    stage.team.moves(change.issue, "Done", "Won't Do")
    stage.tandem.syncs()
    assert (change.state, change["close_code"]) == ("Closed", "unsuccessful")
    assert change["close_notes"] == f"Closed in Jira {change.issue.label}."
    stage.ends()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_mapping_without_closing_does_not_close_a_change_bare(flavour: Flavour) -> None:
    stage = closing_at_done(flavour, **{'states: ["3"]': 'states: ["4"]'})
    change = reviewed(stage)
    stage.team.moves(change.issue, "Done")
    stage.tandem.syncs()
    assert change.state == "Review"
    [row] = stage.tandem.parked
    assert "close_code" in row.reason
    assert "closing:" in row.remedy


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_is_reviewed_cannot_be_cancelled(flavour: Flavour) -> None:
    texts = {
        name: text.replace('[Canceled, Cancelled, Declined, "Won\'t Do"]', "[Backlog]").replace(
            "To Do, Backlog,", "To Do,"
        )
        for name, text in shipped().items()
    }
    stage = Stage(flavour, mappings=texts)
    change = reviewed(stage)
    stage.team.moves(change.issue, "Backlog")
    stage.tandem.syncs()
    assert change.state == "Review"
    [row] = stage.tandem.parked
    assert [one.partition(" ")[0] for one in row.offered] == ["Review", "Closed"]


def test_a_change_on_hold_keeps_flowing(stage: Stage) -> None:
    change = stage.desk.opens_change(type="standard")
    stage.tandem.syncs()
    stage.desk.edits(change, on_hold="true", on_hold_reason="Waiting for the vendor", risk="1")
    stage.tandem.syncs()
    assert "change-risk-very-high" in change.issue.labels
    assert change.issue.status == "Backlog"


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
