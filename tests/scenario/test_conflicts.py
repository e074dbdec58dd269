"""Both sides edit one field between two passes: one row, nothing lost, decided as written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mappings.defaults import shipped
from tests.support.cast import Story, Ticket
from tests.support.stage import FLAVOURS, Stage

POLICIES = ("owner", "servicenow", "jira", "newest", "ask")


def deciding(policy: str) -> dict[str, str]:
    """The shipped mappings with another policy."""
    return {
        name: text.replace("conflict: owner ", f"conflict: {policy} ")
        for name, text in shipped().items()
    }


@pytest.fixture(params=FLAVOURS)
def asking(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Mappings that ask a person."""
    found = Stage(request.param, mappings=deciding("ask"))
    yield found
    found.ends()


def linked(stage: Stage) -> tuple[Ticket, Story]:
    """An incident and its story."""
    ticket = stage.desk.opens("Mail is slow", description="Since Monday.")
    stage.tandem.syncs()
    return ticket, ticket.issue


def both_edit(stage: Stage, ticket: Ticket, story: Story, apart: float = 60) -> None:
    """The desk first, then the team, and something else on either side."""
    stage.desk.edits(ticket, "chloe.martin", short_description="from the desk")
    stage.clock.advance(apart)
    stage.team.edits(story, "noah.fischer", summary="from the team", priority="Lowest")
    stage.desk.edits(ticket, "dmitri.volkov", description="Since Sunday.")


def test_one_row_with_everything_a_person_needs(stage: Stage) -> None:
    ticket, story = linked(stage)
    before = stage.clock.now()

    both_edit(stage, ticket, story)
    stage.tandem.syncs()

    [row] = stage.tandem.conflicts
    assert (row.pair, row.number, row.key, row.field) == (
        "incident-story",
        ticket.number,
        story.label,
        "summary",
    )
    assert row.base is not None
    assert (row.base.servicenow, row.base.jira) == ("Mail is slow", "Mail is slow")
    assert (row.servicenow.value, row.jira.value) == ("from the desk", "from the team")
    # ServiceNow tells who wrote the record last; only an audit tells it field by field.
    assert row.servicenow.author in ("Chloé Martin", "Dmitri Volkov")
    assert row.jira.author == "Noah Fischer"
    assert row.servicenow.at is not None
    assert row.jira.at is not None
    assert before <= row.servicenow.at <= stage.clock.now()
    assert before <= row.jira.at <= stage.clock.now()
    assert (row.decision, row.open) == ("servicenow", False)
    assert row.reason

    assert story["summary"] == ticket["short_description"] == "from the desk"
    assert (story["description"], ticket["priority"]) == ("Since Sunday.", "5")
    for _ in range(3):
        stage.later()
        stage.tandem.syncs()
    assert len(stage.tandem.conflicts) == 1


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_policy_decides_as_it_says(flavour: str, policy: str) -> None:
    stage = Stage(flavour, mappings=deciding(policy))  # type: ignore[arg-type]
    ticket, story = linked(stage)

    # The later edit of the record as a whole is the desk's; of the field itself the team's.
    stage.desk.edits(ticket, short_description="from the desk")
    stage.clock.advance(60)
    stage.team.edits(story, summary="from the team", priority="Lowest")
    stage.tandem.syncs()

    winner = {"owner": "desk", "servicenow": "desk", "jira": "team", "newest": "team"}.get(policy)
    [row] = stage.tandem.conflicts
    assert (row.servicenow.value, row.jira.value) == ("from the desk", "from the team")
    assert row.open == (policy == "ask")
    if winner:
        assert story["summary"] == ticket["short_description"] == f"from the {winner}"
    else:
        assert (story["summary"], ticket["short_description"]) == ("from the team", "from the desk")
    assert ticket["priority"] == "5", "the other fields flow"
    stage.ends()


def test_newest_falls_back_to_the_owner_where_the_clocks_cannot_tell(stage: Stage) -> None:
    other = Stage(stage.flavour, mappings=deciding("newest"))
    ticket, story = linked(other)

    other.desk.edits(ticket, short_description="from the desk")
    other.team.edits(story, summary="from the team")
    other.tandem.syncs()

    assert story["summary"] == ticket["short_description"] == "from the desk"
    assert "owner" in other.tandem.conflicts[0].reason
    other.ends()


def test_an_open_conflict_holds_only_its_own_field(asking: Stage) -> None:
    ticket, story = linked(asking)
    both_edit(asking, ticket, story)
    asking.tandem.syncs()

    asking.desk.edits(ticket, assigned_to="mei.chen")
    asking.team.moves(story, "Done")
    asking.tandem.syncs()

    assert (story.assignee, ticket.state) == ("mei.chen", "Resolved")
    [row] = asking.tandem.conflicts
    assert row.open
    assert (story["summary"], ticket["short_description"]) == ("from the team", "from the desk")


def test_an_open_conflict_shows_the_latest_values_and_closes_when_they_agree(asking: Stage) -> None:
    ticket, story = linked(asking)
    both_edit(asking, ticket, story)
    asking.tandem.syncs()

    asking.desk.edits(ticket, short_description="from the desk, again")
    asking.tandem.syncs()
    [row] = asking.tandem.conflicts
    assert (row.servicenow.value, row.open) == ("from the desk, again", True)

    asking.team.edits(story, summary="from the desk, again")
    asking.tandem.syncs()
    [row] = asking.tandem.conflicts
    assert not row.open
    before = asking.tandem.writes()
    asking.later()
    asking.tandem.syncs()
    assert asking.tandem.writes() == before


@pytest.mark.parametrize("take", ["servicenow", "jira"])
def test_a_person_resolves_it_either_way(asking: Stage, take: str) -> None:
    ticket, story = linked(asking)
    both_edit(asking, ticket, story)
    asking.tandem.syncs()
    [row] = asking.tandem.conflicts

    closed = asking.tandem.resolves(row, take)
    asking.tandem.syncs()

    wanted = {"servicenow": "from the desk", "jira": "from the team"}[take]
    assert story["summary"] == ticket["short_description"] == wanted
    assert (closed.open, closed.decision) == (False, take)
    assert len(asking.tandem.conflicts) == 1


def test_a_person_overturns_what_the_policy_decided(stage: Stage) -> None:
    ticket, story = linked(stage)
    both_edit(stage, ticket, story)
    stage.tandem.syncs()
    [row] = stage.tandem.conflicts
    assert row.decision == "servicenow"
    stage.later()

    stage.tandem.resolves(row, "jira")
    stage.tandem.syncs()

    assert story["summary"] == ticket["short_description"] == "from the team"
    [row] = stage.tandem.conflicts
    assert row.decision == "jira"
    before = stage.tandem.writes()
    stage.later()
    stage.tandem.syncs()
    assert stage.tandem.writes() == before
    stage.unsettled = "a person had our first write undone, which looks like a bounce"


def test_both_type_the_same_and_nobody_is_asked(stage: Stage) -> None:
    ticket, story = linked(stage)
    before = stage.tandem.writes()

    stage.desk.edits(ticket, short_description="Mail is down")
    stage.team.edits(story, summary="Mail is down")
    stage.tandem.syncs()

    assert not stage.tandem.conflicts
    assert stage.tandem.writes() == before


def test_a_conflict_of_status_follows_the_team_and_keeps_the_desks_wish(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.desk.moves(ticket, "In Progress")
    stage.tandem.syncs()

    stage.desk.resolves(ticket)
    stage.team.moves(story, "Backlog", by="noah.fischer")
    stage.tandem.syncs()

    [row] = stage.tandem.conflicts
    assert (row.field, row.decision) == ("status", "jira")
    assert (row.servicenow.value, row.jira.value) == ("6", "Backlog")
    assert row.jira.author == "Noah Fischer"
    assert (ticket.state, story.status) == ("New", "Backlog")


def test_three_fields_at_once_make_three_rows(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.edits(
        ticket, short_description="desk", description="desk", assigned_to="jonas.weber"
    )
    stage.team.edits(story, summary="team", description="team", assignee="mei.chen")
    stage.tandem.syncs()

    assert {row.field for row in stage.tandem.conflicts} == {"summary", "description", "assignee"}
    assert len(stage.tandem.conflicts) == 3
    assert (story["summary"], story["description"], story.assignee) == (
        "desk",
        "desk",
        "jonas.weber",
    )
