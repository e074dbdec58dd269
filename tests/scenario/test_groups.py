"""Assignment groups as a select field or a component, by table and by equal name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.custom import staged
from tests.support.stage import FLAVOURS, Stage

TEAM = """
  team:
    servicenow: assignment_group
    jira: "Delivery team"
    as: group
    by_name: true
    table:
      - {servicenow: [Application Development, Service Desk], jira: Web}
"""
PART = """
  part: {servicenow: assignment_group, jira: components, as: group, by_name: true, flow: to_jira,
         table: [{servicenow: Application Development, jira: Checkout}]}
"""
Play = Callable[[str], Stage]


@pytest.fixture(params=FLAVOURS)
def play(request: pytest.FixtureRequest) -> Iterator[Play]:
    stages: list[Stage] = []

    def opened(fields: str) -> Stage:
        stages.append(staged(request.param, fields))
        return stages[-1]

    yield opened
    for stage in stages:
        stage.ends()


def group(stage: Stage, name: str) -> str:
    """A group's sys_id."""
    rows = stage.servicenow.world.truth()["records"]["sys_user_group"]
    return next(str(row["sys_id"]) for row in rows if row["name"] == name)


def linked(stage: Stage, name: str) -> tuple[Ticket, Story]:
    ticket = stage.desk.opens(assignment_group=group(stage, name))
    stage.tandem.syncs()
    return ticket, ticket.issue


def test_a_group_goes_both_ways_by_name_and_by_row(play: Play) -> None:
    stage = play(TEAM)
    ticket, story = linked(stage, "Network")
    assert story["Delivery team"] == "Network"

    stage.desk.edits(ticket, assignment_group=group(stage, "Service Desk"))
    stage.tandem.syncs()
    assert story["Delivery team"] == "Web"

    stage.team.edits(story, **{"Delivery team": "Database"})
    stage.tandem.syncs()
    assert ticket["assignment_group"] == group(stage, "Database")
    stage.team.edits(story, **{"Delivery team": "Web"})
    stage.tandem.syncs()
    assert ticket["assignment_group"] == group(stage, "Application Development")
    stage.team.edits(story, **{"Delivery team": None})
    stage.tandem.syncs()
    assert ticket["assignment_group"] == ""


def test_groups_on_one_team_do_not_bounce(play: Play) -> None:
    stage = play(TEAM)
    ticket, story = linked(stage, "Application Development")
    before = stage.tandem.writes()

    stage.desk.edits(ticket, assignment_group=group(stage, "Service Desk"))
    stage.tandem.syncs()
    stage.team.edits(story, duedate="2026-04-01")
    stage.tandem.syncs()

    assert stage.tandem.writes() == before
    assert ticket["assignment_group"] == group(stage, "Service Desk")


def test_an_unknown_group_is_parked_with_the_table(play: Play) -> None:
    stage = play(TEAM.replace("    by_name: true\n", ""))
    ticket, story = linked(stage, "Service Desk")
    stage.desk.edits(ticket, assignment_group=group(stage, "Network"), short_description="Down")
    stage.tandem.syncs()

    [row] = stage.tandem.parked
    assert (row.field, story["summary"], story["Delivery team"]) == ("team", "Down", "Web")
    assert "'Network' is not in the table" in row.reason
    assert "fields.team.table" in row.reason


def test_a_group_without_a_team_of_its_name_is_parked_with_what_there_is(play: Play) -> None:
    stage = play(TEAM)
    ticket, _ = linked(stage, "Network")
    stage.desk.edits(ticket, assignment_group=group(stage, "Change Management"))
    stage.tandem.syncs()

    [row] = stage.tandem.parked
    assert (row.field, row.offered) == ("team", ("Database", "Network", "Web"))


def test_a_team_whose_group_is_out_of_use_is_parked(play: Play) -> None:
    stage = play(TEAM)
    ticket, story = linked(stage, "Network")
    row: Any = stage.servicenow.world.true_row(group(stage, "Database"))
    row["active"] = "false"
    stage.team.edits(story, **{"Delivery team": "Database"})
    stage.tandem.syncs()

    [parked] = stage.tandem.parked
    assert "no active group called 'Database'" in parked.reason
    assert ticket["assignment_group"] == group(stage, "Network")


def test_a_component_follows_the_group_and_others_stay(play: Play) -> None:
    stage = play(PART)
    ticket, story = linked(stage, "Network")
    assert story["components"] == ("Network",)
    stage.team.edits(story, components=("Network", "Reporting"))
    stage.tandem.syncs()
    assert ticket["assignment_group"] == group(stage, "Network")

    stage.desk.edits(ticket, assignment_group=group(stage, "Application Development"))
    stage.intrude(
        Side.JIRA,
        "PUT",
        f"issue/{story.key}",
        lambda: stage.team.edits(story, components=("Identity", "Network", "Reporting")),
    )
    stage.tandem.syncs()
    assert story["components"] == ("Checkout", "Identity", "Reporting")
    stage.desk.edits(ticket, assignment_group="")
    stage.tandem.syncs()
    assert story["components"] == ("Identity", "Reporting")
