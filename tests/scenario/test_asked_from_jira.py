"""A label asks for a ServiceNow record; a copied label does not steal one."""

from __future__ import annotations

import pytest

from tests.support.cast import STATES, Story
from tests.support.stage import Stage

ASKED = (
    ("to-incident", "Story", "incident"),
    ("to-incident", "Bug", "incident"),
    ("to-problem", "Epic", "problem"),
    ("to-change", "Task", "change_request"),
)


def records(stage: Stage) -> int:
    """How many records there are in ServiceNow."""
    return sum(len(stage.desk.tickets(table)) for table in STATES)


@pytest.mark.parametrize(("label", "kind", "table"), ASKED)
def test_a_labelled_issue_gets_its_record_and_both_bear_their_marks(
    stage: Stage, label: str, kind: str, table: str
) -> None:
    story = stage.team.writes(
        "Certificate ends soon",
        kind,
        description="In *May*.",
        priority="High",
        assignee="noah.fischer",
        labels=(label, "own"),
    )
    for _ in range(3):
        stage.tandem.syncs()
        stage.later()

    assert records(stage) == 1
    ticket = story.ticket
    assert (ticket.table, ticket["short_description"]) == (table, "Certificate ends soon")
    assert (ticket["description"], ticket["priority"]) == ("In *May*.", "2")
    assert ticket.assignee == "noah.fischer"
    assert ticket["correlation_display"] == story.label
    told = {one for one in story.labels if one.startswith("change-")}
    assert story.labels - told == {label, "own"}
    assert bool(told) == (table == "change_request")
    assert len(story.marks) == 1
    assert ticket.issues == [story]
    [link] = story.raw.remote
    assert link.global_id == f"servicenow:{ticket.key}"


def test_the_label_may_come_later_and_the_record_has_the_present_state(stage: Stage) -> None:
    story = stage.team.writes()
    stage.tandem.syncs()
    assert records(stage) == 0

    stage.team.moves(story, "In Review")
    stage.team.labels(story, "to-incident")
    stage.tandem.syncs()

    assert (story.ticket.state, story.status) == ("In Progress", "In Review")


def test_a_done_issue_that_asks_gets_a_resolved_incident(stage: Stage) -> None:
    story = stage.team.writes()
    stage.team.moves(story, "Done", "Duplicate")
    stage.team.labels(story, "to-incident")
    stage.tandem.syncs()

    ticket = story.ticket
    assert (ticket.state, ticket["close_code"], story.status) == ("Resolved", "Duplicate", "Done")
    assert ticket["close_notes"] == f"Closed in Jira {story.label}."


def test_a_clone_is_neither_adopted_nor_linked(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    original = ticket.issue
    stage.team.labels(original, "team")

    copy = stage.team.clones(original)
    for _ in range(3):
        stage.tandem.syncs()
        stage.later()

    assert records(stage) == 1
    assert ticket["correlation_id"].endswith(f":{original.key}")
    assert copy.raw.properties == {}
    stage.team.edits(copy, summary="Something else")
    stage.tandem.syncs()
    assert ticket["short_description"] == "Mail is slow"


def test_a_clone_of_an_issue_that_asked_waits_for_a_person(stage: Stage) -> None:
    story = stage.team.writes(labels=("to-incident",))
    stage.tandem.syncs()

    copy: Story = stage.team.clones(story)
    for _ in range(2):
        stage.tandem.syncs()
        stage.later()
    assert records(stage) == 1
    [row] = stage.tandem.parked
    assert (row.label, bool(row.remedy)) == (copy.label, True)

    stage.team.unlabels(copy, *copy.marks)
    stage.tandem.syncs()
    assert records(stage) == 2
    assert copy.ticket != story.ticket
    assert not stage.tandem.parked


def test_the_label_on_an_already_linked_issue_does_nothing(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    before = stage.tandem.writes()

    stage.team.labels(ticket.issue, "to-incident", "to-problem", "to-change")
    for _ in range(3):
        stage.tandem.syncs()
        stage.later()

    assert records(stage) == 1
    assert stage.tandem.writes() == before


def test_taking_the_label_away_ends_nothing(stage: Stage) -> None:
    story = stage.team.writes(labels=("to-incident",))
    stage.tandem.syncs()

    stage.team.unlabels(story, "to-incident")
    stage.team.edits(story, summary="Still linked")
    stage.tandem.syncs()

    assert story.ticket["short_description"] == "Still linked"


def test_an_issue_with_two_labels_gets_one_record(stage: Stage) -> None:
    story = stage.team.writes(labels=("to-change", "to-incident"))
    for _ in range(3):
        stage.tandem.syncs()
        stage.later()

    assert records(stage) == 1
    assert len(story.tickets) == 1


def test_many_at_once(stage: Stage) -> None:
    stories = [stage.team.writes(f"Job {n}", labels=("to-incident",)) for n in range(15)]
    stage.tandem.syncs()

    assert sorted(story.ticket["short_description"] for story in stories) == sorted(
        f"Job {n}" for n in range(15)
    )
    assert records(stage) == 15
