"""Who gets the work on the other side: by map, by directory field, by e-mail, or whoever stands in.

Nobody is guessed. Where the people file says so, whoever has no counterpart is nobody there, or the
stand-in, and neither ever travels back over the person who is really there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from connector.sandbox.jira.model import Flavour
from connector.sandbox.jira.site import account_id
from connector.sandbox.servicenow.columns import text
from mappings.defaults import shipped
from tests.support.cast import Story, Ticket
from tests.support.stage import FLAVOURS, Stage

FIELD = "u_jira_account"
NOBODY = "fallback: {servicenow: nobody, jira: nobody}"
Play = Callable[..., Stage]


@pytest.fixture(params=FLAVOURS)
def play(request: pytest.FixtureRequest) -> Iterator[Play]:
    """A stage with a people file of one's own, which asks nobody; every one ends in peace."""
    stages: list[Stage] = []

    def opened(people: str | Callable[[Flavour], str] = "") -> Stage:
        told = people if isinstance(people, str) else people(request.param)
        whole = told if "fallback" in told else f"{NOBODY}\n{told}"
        texts = {**shipped(), "people.yaml": whole}
        columns = (("sys_user", text(FIELD, 100)),)
        stages.append(Stage(request.param, mappings=texts, columns=columns))
        return stages[-1]

    yield opened
    for stage in stages:
        stage.ends()


def key(flavour: Flavour, login: str) -> str:
    """What Jira calls somebody."""
    return account_id(login) if flavour == "cloud" else login


def linked(stage: Stage, login: str = "jonas.weber") -> tuple[Ticket, Story]:
    ticket = stage.desk.opens(assigned_to=login)
    stage.tandem.syncs()
    return ticket, ticket.issue


def hide(stage: Stage, login: str) -> None:
    """Jira no longer shows an address."""
    stage.team.account(login, email_shown=False)


def at_rest(stage: Stage) -> None:
    """Whatever time passes and whatever else is edited, nobody's name is written again."""
    before = stage.tandem.writes()
    stage.later()
    stage.tandem.syncs()
    stage.tandem.sweeps()
    assert stage.tandem.writes() == before
    assert not stage.tandem.parked


TROUBLES = {
    "unknown": lambda stage: stage.team.account("elena.rossi", email="elena@elsewhere.example"),
    "inactive": lambda stage: stage.team.account("elena.rossi", active=False),
    "double": lambda stage: stage.team.account(
        "farid.nazari", email="elena.rossi@northwind.example"
    ),
    "hidden": lambda stage: hide(stage, "elena.rossi"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whoever_has_no_counterpart_is_nobody_there(play: Play, trouble: str) -> None:
    stage = play()
    ticket, story = linked(stage)
    TROUBLES[trouble](stage)

    stage.desk.edits(ticket, assigned_to="elena.rossi", short_description="Mail is down")
    stage.tandem.syncs()

    assert (story["summary"], story.assignee, ticket.assignee) == (
        "Mail is down",
        "",
        "elena.rossi",
    )
    assert not stage.tandem.conflicts
    at_rest(stage)
    stage.team.edits(story, summary="Mail is gone")
    stage.tandem.syncs()
    assert (ticket["short_description"], ticket.assignee) == ("Mail is gone", "elena.rossi")


def test_the_team_takes_over_what_nobody_had(play: Play) -> None:
    stage = play()
    TROUBLES["unknown"](stage)
    ticket, story = linked(stage, "elena.rossi")
    assert (story.assignee, ticket.assignee) == ("", "elena.rossi")

    stage.team.edits(story, assignee="mei.chen")
    stage.tandem.syncs()

    assert (story.assignee, ticket.assignee) == ("mei.chen", "mei.chen")


def test_whoever_becomes_known_is_assigned_when_the_record_is_looked_at_again(play: Play) -> None:
    stage = play()
    TROUBLES["unknown"](stage)
    ticket, story = linked(stage, "elena.rossi")

    stage.team.account("elena.rossi", email="elena.rossi@northwind.example")
    stage.desk.edits(ticket, short_description="Mail is down")
    stage.tandem.syncs()

    assert (story.assignee, ticket.assignee) == ("elena.rossi", "elena.rossi")
    at_rest(stage)


def test_somebody_of_jira_whom_the_desk_does_not_know_is_nobody_there(play: Play) -> None:
    stage = play()
    ticket, story = linked(stage)
    stage.desk.person("liam.murphy", email="liam@old.example")

    stage.team.edits(story, assignee="liam.murphy")
    stage.tandem.syncs()

    assert (story.assignee, ticket.assignee) == ("liam.murphy", "")
    at_rest(stage)


def test_a_leaver_who_is_assigned_on_both_sides_stays(play: Play) -> None:
    stage = play()
    ticket, story = linked(stage)
    stage.team.account("jonas.weber", active=False)
    stage.desk.person("jonas.weber", active="false")

    stage.desk.edits(ticket, short_description="Mail is down")
    stage.tandem.syncs()

    assert (story.assignee, ticket.assignee) == ("jonas.weber", "jonas.weber")
    at_rest(stage)


def test_a_hidden_address_is_matched_by_the_map_both_ways(play: Play) -> None:
    def people(flavour: Flavour) -> str:
        entries = (
            f'  - {{servicenow: {login}, jira: "{key(flavour, login)}"}}'
            for login in ("elena.rossi", "liam.murphy")
        )
        return "\n".join(["map:", *entries])

    stage = play(people)
    for login in ("elena.rossi", "liam.murphy"):
        hide(stage, login)
    ticket, story = linked(stage, "elena.rossi")
    assert story.assignee == "elena.rossi"

    stage.team.edits(story, assignee="liam.murphy")
    stage.tandem.syncs()
    assert ticket.assignee == "liam.murphy"
    at_rest(stage)


def test_the_map_beats_the_e_mail_and_takes_addresses_too(play: Play) -> None:
    people = (
        "map:\n  - {servicenow: elena.rossi@northwind.example, jira: mei.chen@northwind.example}"
    )
    stage = play(people)
    ticket, story = linked(stage, "elena.rossi")
    assert story.assignee == "mei.chen"

    stage.desk.edits(ticket, assigned_to="mei.chen")
    stage.tandem.syncs()
    assert (story.assignee, ticket.assignee) == ("", "mei.chen"), "Jira's Mei is Elena now"
    at_rest(stage)


def test_a_column_of_servicenows_users_tells_hidden_people_both_ways(play: Play) -> None:
    stage = play(f"people: {{servicenow_field: {FIELD}}}")
    for login in ("elena.rossi", "liam.murphy"):
        hide(stage, login)
        stage.desk.person(login, **{FIELD: key(stage.flavour, login)})
    ticket, story = linked(stage, "elena.rossi")
    assert story.assignee == "elena.rossi"

    stage.team.edits(story, assignee="liam.murphy")
    stage.tandem.syncs()
    assert ticket.assignee == "liam.murphy"
    stage.team.edits(story, assignee="mei.chen")
    stage.tandem.syncs()
    assert ticket.assignee == "mei.chen", "where the column is empty, the e-mail tells"
    at_rest(stage)


def test_a_stand_in_gets_what_has_no_counterpart_and_never_travels_back(play: Play) -> None:
    stage = play("fallback: {jira: quinn.taylor@northwind.example}")
    ticket, story = linked(stage)
    TROUBLES["unknown"](stage)
    stage.desk.edits(ticket, assigned_to="elena.rossi")
    stage.tandem.syncs()

    assert (story.assignee, ticket.assignee) == ("quinn.taylor", "elena.rossi")
    at_rest(stage)
    stage.team.edits(story, summary="Mail is gone")
    stage.tandem.syncs()
    assert (ticket["short_description"], ticket.assignee) == ("Mail is gone", "elena.rossi")
    stage.desk.edits(ticket, assigned_to="mei.chen")
    stage.tandem.syncs()
    assert story.assignee == "mei.chen"


def test_a_stand_in_of_servicenow_gets_what_the_team_gave_to_a_stranger(play: Play) -> None:
    stage = play("fallback: {servicenow: rosa.jimenez}")
    ticket, story = linked(stage)
    stage.desk.person("liam.murphy", email="liam@old.example")

    stage.team.edits(story, assignee="liam.murphy")
    stage.tandem.syncs()

    assert (story.assignee, ticket.assignee) == ("liam.murphy", "rosa.jimenez")
    at_rest(stage)


def test_a_stand_in_whom_nobody_knows_is_told_with_its_line(play: Play) -> None:
    stage = play("# people\nfallback: {jira: gone@northwind.example}")
    TROUBLES["unknown"](stage)
    ticket, story = linked(stage, "elena.rossi")

    [row] = stage.tandem.parked
    assert (row.field, story.assignee, ticket.assignee) == ("assignee", "", "elena.rossi")
    assert row.reason.startswith("people.yaml:2: the fallback gone@northwind.example")


def test_an_entry_that_names_a_leaver_is_no_reason_to_go_by_e_mail(play: Play) -> None:
    people = (
        "map:\n  - {servicenow: elena.rossi, jira: farid.nazari@northwind.example}\n"
        "fallback: {jira: ask}"
    )
    stage = play(people)
    stage.team.account("farid.nazari", active=False)
    ticket, _ = linked(stage, "elena.rossi")

    [row] = stage.tandem.parked
    assert "people.yaml:2" in row.reason
    assert row.remedy
    assert ticket.issue.assignee == ""
