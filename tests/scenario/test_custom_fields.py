"""Every common type of Jira field, by name, on both flavours and in each direction.

A value arrives in the shape that its field wants, and what a field cannot take is put aside with
what it would take.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connector.sandbox.jira.layout import SPRINT
from connector.sandbox.jira.model import Sprint
from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.custom import staged
from tests.support.stage import FLAVOURS, Stage


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    found = staged(request.param)
    yield found
    found.ends()


Both = tuple[str, str, tuple[str, Any], tuple[str, Any]]
"""A column, a Jira field, and two values as each side holds them."""

TYPES: dict[str, Both] = {
    "line": ("u_service", "Affected service", ("Mail", "Mail"), ("Shop", "Shop")),
    "text": ("u_why", "Business impact", ("*a*\nb", "\\*a*\nb"), ("Two lines\nof it",) * 2),
    "number": ("u_count", "customfield_10052", ("7", 7.0), ("12", 12.0)),
    "date": ("u_golive", "duedate", ("2026-04-01", "2026-04-01"), ("2026-05-02", "2026-05-02")),
    "moment": (
        "u_window", "Window opens",
        ("2026-04-01 06:30:00", "2026-04-01T08:30:00.000+0200"),
        ("2026-12-01 07:00:00", "2026-12-01T08:00:00.000+0100"),
    ),
    "select": ("u_impact", "Customer impact", ("A team",) * 2, ("Everybody",) * 2),
    "several": (
        "u_regions", "Regions", ("Asia,Europe", ("Asia", "Europe")), ("Africa", ("Africa",))
    ),
    "cascade": ("u_symptom", "Symptom", ("Mail / Slow",) * 2, ("Network / Down",) * 2),
    "cascade above": ("u_symptom", "Symptom", ("Mail",) * 2, ("Network / Slow",) * 2),
    "labels": ("u_words", "Search words", ("disk,full", ("disk", "full")), ("disk", ("disk",))),
    "sprint": ("u_sprint", "Sprint", ("Sprint 2",) * 2, ("Sprint 3",) * 2),
    "components": (
        "u_parts", "components", ("Identity,Network", ("Identity", "Network")),
        ("Checkout", ("Checkout",)),
    ),
    "fix versions": ("u_fix", "fixVersions", ("2026.1", ("2026.1",)), ("2026.2", ("2026.2",))),
    "affected": ("u_affects", "versions", ("2026.1", ("2026.1",)), ("2026.2", ("2026.2",))),
}  # fmt: skip
EVERY = pytest.mark.parametrize("kind", TYPES)


def linked(stage: Stage, **fields: str) -> tuple[Ticket, Story]:
    ticket = stage.desk.opens(**fields)
    stage.tandem.syncs()
    return ticket, ticket.issue


@EVERY
def test_a_new_story_starts_with_it(stage: Stage, kind: str) -> None:
    column, name, (here, there), _ = TYPES[kind]
    ticket, story = linked(stage, **{column: here})

    assert (story[name], ticket[column]) == (there, here)
    assert not stage.tandem.parked


@EVERY
def test_what_the_desk_enters_arrives(stage: Stage, kind: str) -> None:
    column, name, first, second = TYPES[kind]
    ticket, story = linked(stage)

    for here, there in (first, second):
        stage.desk.edits(ticket, **{column: here})
        stage.tandem.syncs()
        assert (story[name], ticket[column]) == (there, here)

    stage.desk.edits(ticket, **{column: ""})
    stage.tandem.syncs()
    assert story[name] in (None, ())


@EVERY
def test_what_the_team_enters_arrives(stage: Stage, kind: str) -> None:
    column, name, first, second = TYPES[kind]
    ticket, story = linked(stage)

    for here, there in (first, second):
        stage.team.edits(story, **{name: there})
        stage.tandem.syncs()
        assert (ticket[column], story[name]) == (here, there)
    before = stage.tandem.writes()
    stage.tandem.syncs()
    assert stage.tandem.writes() == before

    stage.team.edits(story, **{name: None})
    stage.tandem.syncs()
    assert ticket[column] == ""


def test_an_incident_asked_for_from_jira_starts_with_them_too(stage: Stage) -> None:
    chosen = {kind: TYPES[kind] for kind in TYPES if kind not in ("text", "cascade above")}
    fields = {name: there for _, name, (_, there), _ in chosen.values()}
    story = stage.team.writes(labels=("to-incident",), **fields)
    stage.tandem.syncs()

    assert {column: story.ticket[column] for column, *_ in chosen.values()} == {
        column: here for column, _, (here, _), _ in chosen.values()
    }


def test_a_person_in_a_field_of_ones_own_is_matched_both_ways(stage: Stage) -> None:
    ticket, story = linked(stage, u_reviewer=stage.servicenow.world.user_id("mei.chen"))
    users = stage.jira.world.users
    assert users[story["Reviewer"]].login == "mei.chen"

    stage.team.edits(story, Reviewer="liam.murphy")
    stage.tandem.syncs()

    assert ticket["u_reviewer"] == stage.servicenow.world.user_id("liam.murphy")


UNKNOWN = {
    "select": ("u_impact", "impact", "Nobody at all", "Everybody"),
    "several": ("u_regions", "regions", "Europe,Atlantis", "Europe"),
    "cascade": ("u_symptom", "symptom", "Mail / Down", "Mail / Slow"),
    "sprint": ("u_sprint", "sprint", "Sprint 1", "Sprint 2"),
    "components": ("u_parts", "parts", "Cellar", "Network"),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_a_field_does_not_take_is_put_aside_with_what_it_takes(
    stage: Stage, kind: str
) -> None:
    column, rule, odd, sound = UNKNOWN[kind]
    ticket, story = linked(stage)

    stage.desk.edits(ticket, **{column: odd}, short_description="Mail is down")
    stage.tandem.syncs()

    [row] = stage.tandem.parked
    assert (row.field, story["summary"]) == (rule, "Mail is down")
    assert sound in row.offered
    assert row.remedy
    before = stage.tandem.writes()
    stage.tandem.syncs()
    assert stage.tandem.writes() == before

    stage.desk.edits(ticket, **{column: sound})
    stage.tandem.syncs()
    assert not stage.tandem.parked


def test_a_sprint_that_was_closed_meanwhile_is_history(stage: Stage) -> None:
    ticket, story = linked(stage, u_sprint="Sprint 2")
    stage.jira.world.configure(sprint=Sprint(32, "Sprint 2", "closed", 5))
    stage.team.edits(story, Sprint="Sprint 3")
    stage.tandem.syncs()

    assert ticket["u_sprint"] == "Sprint 3"
    assert story.raw.fields[SPRINT[stage.flavour]] == ("32", "33")
    stage.desk.edits(ticket, u_sprint="")
    stage.tandem.syncs()
    assert (story["Sprint"], story.raw.fields[SPRINT[stage.flavour]]) == (None, ("32",))


def test_members_that_people_add_at_the_same_moment_stay(stage: Stage) -> None:
    ticket, story = linked(stage, u_regions="Asia")
    stage.desk.edits(ticket, u_regions="Asia,Europe")

    def quickly() -> None:
        stage.team.edits(story, Regions=("Africa", "Asia"))

    stage.intrude(Side.JIRA, "PUT", f"issue/{story.key}", quickly)
    stage.tandem.syncs()
    assert story["Regions"] == ("Africa", "Asia", "Europe")
    stage.tandem.syncs()
    assert ticket["u_regions"] == "Africa,Asia,Europe"


def test_an_option_that_was_renamed_is_a_change_like_another(stage: Stage) -> None:
    ticket, story = linked(stage, u_impact="A team")
    field = next(one for one in stage.jira.world.fields.values() if one.name == "Customer impact")
    options = tuple(replace(one, name=one.name.replace("team", "group")) for one in field.options)
    stage.jira.world.configure(field=replace(field, options=options))

    stage.team.edits(story, summary="Mail is down")
    stage.tandem.syncs()
    assert (ticket["u_impact"], story["Customer impact"]) == ("A group", "A group")
