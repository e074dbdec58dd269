"""People edit fields on either side, and the edit arrives on the other."""

from __future__ import annotations

import pytest

from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.stage import Stage


def linked(stage: Stage, **fields: str) -> tuple[Ticket, Story]:
    """An incident of Ben's and its story."""
    ticket = stage.desk.opens(
        "Mail is slow", description="Since Monday.", assigned_to="jonas.weber", **fields
    )
    stage.tandem.syncs()
    return ticket, ticket.issue


def test_an_incident_arrives_with_all_it_has(stage: Stage) -> None:
    ticket, story = linked(stage)

    assert (story.kind, story["summary"], story["description"]) == (
        "Story",
        "Mail is slow",
        "Since Monday.",
    )
    assert (story["priority"], story.assignee, story.status) == ("High", "jonas.weber", "Backlog")
    assert ticket["correlation_id"] == f"jira:jira.test:{story.key}"
    assert ticket["correlation_display"] == story.label
    assert len(story.marks) == 1
    told = story.raw.properties["tandem"]["servicenow"]
    assert (told["table"], told["sys_id"]) == ("incident", ticket.key)
    assert (told["number"], story.tickets) == (ticket.number, [ticket])


def test_what_the_desk_edits_arrives_in_jira(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.edits(
        ticket, short_description="Mail is down", description="All of it.", assigned_to="mei.chen"
    )
    stage.desk.rates(ticket, "1")
    stage.tandem.syncs()

    assert (story["summary"], story["description"]) == ("Mail is down", "All of it.")
    assert (story["priority"], story.assignee) == ("Highest", "mei.chen")


def test_what_the_team_edits_arrives_in_servicenow(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.team.edits(
        story,
        summary="Resize the mail store",
        description="It is full.",
        priority="Medium",
        assignee="liam.murphy",
    )
    stage.tandem.syncs()

    assert (ticket["short_description"], ticket["description"]) == (
        "Resize the mail store",
        "It is full.",
    )
    assert (ticket["priority"], ticket["impact"], ticket["urgency"]) == ("3", "2", "2")
    assert ticket.assignee == "liam.murphy"


def test_every_priority_of_jira_becomes_the_impact_and_urgency_it_means(stage: Stage) -> None:
    ticket, story = linked(stage)
    pairs = {"Highest": "11", "Lowest": "33", "High": "12", "Medium": "22", "Low": "23"}

    for name, pair in pairs.items():
        stage.team.edits(story, priority=name)
        stage.tandem.syncs()
        assert ticket["impact"] + ticket["urgency"] == pair
        assert story["priority"] == name


def test_edits_of_different_fields_on_both_sides_meet(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.edits(ticket, short_description="Mail is down")
    stage.team.edits(story, assignee="liam.murphy")
    stage.tandem.syncs()

    assert (story["summary"], ticket.assignee) == ("Mail is down", "liam.murphy")
    assert not stage.tandem.conflicts


def test_peoples_own_labels_stay(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.team.labels(story, "checkout", "q1-goal")

    stage.desk.edits(ticket, short_description="Mail is down", assigned_to="")
    stage.tandem.syncs()
    stage.team.unlabels(story, "q1-goal")
    stage.desk.resolves(ticket)
    stage.tandem.syncs()

    assert story.labels == {"checkout"}
    assert len(story.marks) == 1


def test_a_label_added_between_our_read_and_our_write_survives(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.desk.edits(ticket, short_description="Mail is down")

    stage.intrude(Side.JIRA, "PUT", f"issue/{story.key}", lambda: stage.team.labels(story, "quick"))
    stage.tandem.syncs()

    assert (story["summary"], story.labels) == ("Mail is down", {"quick"})


def test_a_label_added_while_the_mark_is_put_on_survives(stage: Stage) -> None:
    story = stage.team.writes(labels=("to-incident", "mine"))

    stage.intrude(Side.JIRA, "PUT", f"issue/{story.key}", lambda: stage.team.labels(story, "quick"))
    stage.tandem.syncs()

    assert story.labels == {"to-incident", "mine", "quick"}
    assert len(story.marks) == 1


@pytest.mark.parametrize("name", ["description", "assigned_to"])
def test_what_the_desk_clears_is_cleared_in_jira(stage: Stage, name: str) -> None:
    ticket, story = linked(stage)

    stage.desk.edits(ticket, **{name: ""})
    stage.tandem.syncs()

    assert story[{"assigned_to": "assignee"}.get(name, name)] is None


@pytest.mark.parametrize("name", ["description", "assignee"])
def test_what_the_team_clears_is_cleared_in_servicenow(stage: Stage, name: str) -> None:
    ticket, story = linked(stage)

    stage.team.edits(story, **{name: None})
    stage.tandem.syncs()

    assert ticket[{"assignee": "assigned_to"}.get(name, name)] == ""


@pytest.mark.parametrize("name", ["description", "assigned_to", "short_description"])
def test_a_column_hidden_by_an_acl_clears_nothing(stage: Stage, name: str) -> None:
    ticket, story = linked(stage)
    before = {one: story[one] for one in ("summary", "description", "assignee")}

    stage.servicenow.world.knobs.hidden_fields.add(f"incident.{name}")
    stage.desk.rates(ticket, "1")
    stage.tandem.syncs()
    stage.tandem.sweeps()

    assert {one: story[one] for one in before} == before
    assert story["priority"] == "Highest", "the other fields flow"
    stage.servicenow.world.knobs.hidden_fields.clear()


def test_a_column_hidden_from_the_start_is_left_alone_and_arrives_once_it_shows(
    stage: Stage,
) -> None:
    stage.servicenow.world.knobs.hidden_fields.add("incident.description")
    ticket, story = linked(stage)
    assert story["description"] is None
    assert ticket["description"] == "Since Monday."

    stage.servicenow.world.knobs.hidden_fields.clear()
    stage.desk.rates(ticket, "1")
    stage.tandem.syncs()

    assert (story["description"], ticket["description"]) == ("Since Monday.", "Since Monday.")


def test_an_edit_whose_other_side_is_hidden_waits_until_it_shows(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.servicenow.world.knobs.hidden_fields.add("incident.description")

    stage.team.edits(story, description="It is full.", priority="Lowest")
    stage.tandem.syncs()
    assert (ticket["description"], ticket["priority"]) == ("Since Monday.", "5")

    stage.servicenow.world.knobs.hidden_fields.clear()
    stage.desk.edits(ticket, category="network")
    stage.tandem.syncs()
    assert (ticket["description"], story["description"]) == ("It is full.", "It is full.")
    assert not stage.tandem.conflicts


def test_a_field_that_jira_refuses_does_not_hold_the_others_back(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.edits(ticket, short_description="", description="All of it.", assigned_to="")
    stage.tandem.syncs()

    assert (story["summary"], story["description"], story.assignee) == (
        "Mail is slow",
        "All of it.",
        "",
    )
    [row] = stage.tandem.parked
    assert row.field == "summary"
    stage.desk.edits(ticket, short_description="Mail is down")
    stage.tandem.syncs()
    assert (story["summary"], stage.tandem.parked) == ("Mail is down", ())


def test_a_locked_column_is_parked_once_and_the_rest_flows(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.servicenow.world.knobs.locked_fields.add("incident.short_description")

    stage.team.edits(story, summary="Resize the mail store", assignee="liam.murphy")
    for _ in range(3):
        stage.tandem.syncs()
    before = stage.tandem.writes()
    stage.tandem.syncs()

    assert stage.tandem.writes() == before
    assert ticket.assignee == "liam.murphy"
    assert (ticket["short_description"], story["summary"]) == (
        "Mail is slow",
        "Resize the mail store",
    )
    [row] = stage.tandem.parked
    assert (row.field, bool(row.reason), bool(row.remedy)) == ("summary", True, True)

    stage.servicenow.world.knobs.locked_fields.clear()
    stage.tandem.retries(row)
    stage.tandem.syncs()
    assert ticket["short_description"] == "Resize the mail store"
    assert not stage.tandem.parked


@pytest.mark.parametrize("table", ["problem", "change_request"])
def test_problems_and_changes_do_the_same(stage: Stage, table: str) -> None:
    ticket = stage.desk.opens("Old disks", table, assigned_to="jonas.weber")
    stage.tandem.syncs()
    story = ticket.issue
    assert story.kind == {"problem": "Epic", "change_request": "Story"}[table]

    stage.desk.edits(ticket, description="They are noisy.", assigned_to="mei.chen")
    stage.tandem.syncs()
    stage.team.edits(story, summary="New disks", priority="Low")
    stage.tandem.syncs()

    assert (story["description"], story.assignee) == ("They are noisy.", "mei.chen")
    assert (ticket["short_description"], ticket["priority"]) == ("New disks", "4")


def test_an_edit_that_is_taken_back_before_the_next_pass_writes_nothing(stage: Stage) -> None:
    ticket, story = linked(stage)
    before = stage.tandem.writes()

    for text in ("Mail is down", "Mail is slow"):
        stage.desk.edits(ticket, short_description=text)
        stage.team.edits(story, description="Other." if text == "Mail is down" else "Since Monday.")
    stage.tandem.syncs()

    assert stage.tandem.writes() == before


def test_an_edit_of_what_nobody_mapped_writes_nothing(stage: Stage) -> None:
    ticket, story = linked(stage)
    before = stage.tandem.writes()

    stage.desk.edits(ticket, category="network")
    stage.team.edits(story, duedate="2026-04-01")
    stage.tandem.syncs()

    assert stage.tandem.writes() == before


def test_our_own_writes_do_not_come_back(stage: Stage) -> None:
    ticket, story = linked(stage)
    desk, team = stage.desk, stage.team
    acts = (
        lambda: desk.edits(ticket, short_description="Mail is down"),
        lambda: desk.rates(ticket, "1"),
        lambda: desk.moves(ticket, "In Progress"),
        lambda: desk.notes(ticket, "Called back."),
        lambda: team.edits(story, summary="Other", priority="Lowest"),
        lambda: team.comments(story, "Looking."),
        lambda: team.moves(story, "Done"),
    )

    for act in acts:
        act()
        stage.tandem.syncs()
        before = stage.tandem.writes()
        for _ in range(3):
            stage.later(6)
            stage.tandem.syncs()
        assert stage.tandem.writes() == before
