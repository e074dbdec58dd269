"""The shipped mappings work unedited in every stock project that the sandbox offers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from tests.support.stage import FLAVOURS, Stage

KINDS = {
    "OPS": ("Story", "Epic", "Story"),
    "TEAM": ("Story", "Epic", "Story"),
    "DESK": ("Task", "[System] Problem", "Task"),
}
PROJECTS = tuple(product(FLAVOURS, KINDS))


@pytest.fixture(params=PROJECTS, ids=lambda pair: "-".join(pair))
def anywhere(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Company-managed, team-managed, and a service project, on both flavours."""
    flavour, project = request.param
    found = Stage(flavour, project=project)
    yield found
    found.ends()


def test_all_three_sorts_of_ticket_get_their_twin(anywhere: Stage) -> None:
    problem = anywhere.desk.opens_problem("Old disks", description="They are noisy.")
    incident = anywhere.desk.opens(problem_id=problem, assigned_to="mei.chen")
    change = anywhere.desk.opens_change("New disks")
    anywhere.desk.notes(incident, "Called back.")
    anywhere.tandem.syncs()

    found = tuple(one.issue.kind for one in (incident, problem, change))
    assert found == KINDS[anywhere.project]
    assert not anywhere.tandem.parked
    assert incident.issue.assignee == "mei.chen"
    assert problem.issue["description"] == "They are noisy."
    has_epics = "Epic" in KINDS[anywhere.project]
    assert incident.issue.epic == (problem.issue if has_epics else None)
    assert "Called back." in incident.issue.comments[0]
    internal = anywhere.project != "DESK" or not incident.issue.remarks[0].public
    assert internal


def test_edits_and_ends_flow_both_ways(anywhere: Stage) -> None:
    first, second = anywhere.desk.opens("First"), anywhere.desk.opens("Second")
    anywhere.tandem.syncs()

    anywhere.desk.edits(first, short_description="First, renamed", description="More.")
    anywhere.desk.moves(first, "In Progress")
    anywhere.team.edits(second.issue, summary="Second, renamed", assignee="mei.chen")
    anywhere.team.moves(second.issue, "In Progress")
    anywhere.tandem.syncs()
    assert (first.issue["summary"], first.issue["description"]) == ("First, renamed", "More.")
    assert (second["short_description"], second.assignee) == ("Second, renamed", "mei.chen")
    assert (first.issue.status, second.state) == ("In Progress", "In Progress")

    end = {"OPS": "Done", "TEAM": "Done", "DESK": "Resolved"}[anywhere.project]
    anywhere.desk.resolves(first)
    anywhere.team.moves(second.issue, end)
    anywhere.tandem.syncs()
    assert (first.issue.status, second.state) == (end, "Resolved")
    assert second["close_code"] == "Solution provided"
    assert not anywhere.tandem.parked


def test_the_end_of_an_incident_and_its_return(anywhere: Stage) -> None:
    ticket = anywhere.desk.opens()
    anywhere.tandem.syncs()
    anywhere.desk.resolves(ticket)
    anywhere.tandem.syncs()

    anywhere.desk.moves(ticket, "In Progress")
    anywhere.tandem.syncs()
    assert (ticket.issue.status, ticket.issue["resolution"]) == ("In Progress", None)

    anywhere.desk.moves(ticket, "Canceled")
    anywhere.tandem.syncs()
    assert anywhere.jira.world.status_of(ticket.issue.raw).category == "done"


def test_a_label_asks_for_a_record_everywhere(anywhere: Stage) -> None:
    kinds = dict(
        zip(("to-incident", "to-problem", "to-change"), KINDS[anywhere.project], strict=True)
    )
    stories = {
        label: anywhere.team.writes(label, kind, labels=(label,)) for label, kind in kinds.items()
    }
    anywhere.tandem.syncs()

    tables = {label: story.ticket.table for label, story in stories.items()}
    assert tables == {
        "to-incident": "incident",
        "to-problem": "problem",
        "to-change": "change_request",
    }


def test_where_there_is_no_priority_it_is_left_out_and_the_rest_flows(anywhere: Stage) -> None:
    ticket = anywhere.desk.opens(priority="2")
    anywhere.tandem.syncs()
    has_priority = (anywhere.flavour, anywhere.project) != ("cloud", "TEAM")
    assert (ticket.issue["priority"] == "High") == has_priority

    anywhere.desk.rates(ticket, "1")
    anywhere.desk.edits(ticket, short_description="Mail is down")
    anywhere.tandem.syncs()

    assert (ticket.issue["priority"] == "Highest") == has_priority
    assert ticket.issue["summary"] == "Mail is down"
    assert (ticket["priority"], anywhere.tandem.parked) == ("1", ())


def test_a_pending_request_is_an_incident_on_hold() -> None:
    for flavour in FLAVOURS:
        stage = Stage(flavour, project="DESK")
        ticket, other = stage.desk.opens("First"), stage.desk.opens("Second")
        stage.tandem.syncs()

        stage.desk.moves(ticket, "On Hold", hold_reason="4")
        stage.team.moves(other.issue, "Pending")
        stage.tandem.syncs()

        assert (ticket.issue.status, other.state) == ("Pending", "On Hold")
        stage.ends()


def test_a_closed_request_is_final_and_says_so() -> None:
    for flavour in FLAVOURS:
        stage = Stage(flavour, project="DESK")
        ticket = stage.desk.opens()
        stage.tandem.syncs()
        stage.team.moves(ticket.issue, "Closed")
        stage.tandem.syncs()
        assert ticket.state == "Resolved" or ticket.state == "Closed"

        stage.desk.platform(ticket, state="2")
        stage.desk.edits(ticket, description="It is back.")
        stage.tandem.syncs()

        [row] = stage.tandem.parked
        assert (row.field, bool(row.reason), bool(row.remedy)) == ("status", True, True)
        assert ticket.issue["description"] == "It is back."
        stage.ends()
