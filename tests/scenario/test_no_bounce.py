"""Six states on three statuses: what fits is left alone, and nothing ever bounces."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from tests.support.cast import STATES, Story, Ticket
from tests.support.stage import Stage

FITS = {"New": "To Do", "In Progress": "In Progress", "On Hold": "In Progress"} | dict.fromkeys(
    ("Resolved", "Closed", "Canceled"), "Done"
)
STATUSES = ("To Do", "In Progress", "Done")
CLOSING = {"close_code": "Solution provided", "close_notes": "Restarted it."}


def moved(stage: Stage, ticket: Ticket, state: str) -> None:
    """The platform brings an incident to any state."""
    along = CLOSING if state in ("Resolved", "Closed") else {}
    hold = {"hold_reason": "4"} if state == "On Hold" else {}
    stage.desk.platform(ticket, state=STATES["incident"][state], **along, **hold)


def writes_to(stage: Stage, ticket: Ticket, story: Story) -> int:
    """How many writes of ours this couple has seen."""
    rows = stage.servicenow.world.write_log
    ours = sum(row["by"] == "tandem" and row["key"] == ticket.key for row in rows)
    world = stage.jira.world
    return ours + len(world.writes(by=world.site.me, issue=story.key))


def couples(stage: Stage, starts: list[str]) -> list[tuple[Ticket, Story]]:
    """One linked incident for each start, at rest in its state."""
    tickets = [stage.desk.opens(start) for start in starts]
    stage.tandem.syncs()
    for ticket, start in zip(tickets, starts, strict=True):
        if start != "New":
            moved(stage, ticket, start)
    stage.tandem.settles()
    found = [(ticket, ticket.issue) for ticket in tickets]
    for (ticket, story), start in zip(found, starts, strict=True):
        assert (ticket.state, story.status) == (start, FITS[start])
    return found


def test_every_single_edit_causes_at_most_one_write_and_no_second_one() -> None:
    for flavour in ("cloud", "dc"):
        stage = Stage(flavour, project="TEAM")
        by_desk = [pair for pair in product(FITS, FITS) if pair[0] != pair[1]]
        by_team = [pair for pair in product(FITS, STATUSES) if FITS[pair[0]] != pair[1]]
        found = couples(stage, [start for start, _ in (*by_desk, *by_team)])
        desks, teams = found[: len(by_desk)], found[len(by_desk) :]
        before = {ticket: writes_to(stage, ticket, story) for ticket, story in found}

        for (ticket, _), (_, state) in zip(desks, by_desk, strict=True):
            moved(stage, ticket, state)
        for (_, story), (_, status) in zip(teams, by_team, strict=True):
            stage.team.moves(story, status)
        stage.tandem.settles()

        for (ticket, story), (start, state) in zip(desks, by_desk, strict=True):
            expected = int(FITS[start] != FITS[state])
            assert writes_to(stage, ticket, story) - before[ticket] == expected, (start, state)
            assert (ticket.state, story.status) == (state, FITS[state])
        for (ticket, story), (start, status) in zip(teams, by_team, strict=True):
            assert writes_to(stage, ticket, story) - before[ticket] == 1, (start, status)
            assert (FITS[ticket.state], story.status) == (status, status)
        quiet(stage, 5)
        stage.ends()


def quiet(stage: Stage, passes: int) -> None:
    """So many more passes write nothing."""
    before = stage.tandem.writes()
    for _ in range(passes):
        stage.later()
        stage.tandem.syncs()
    assert stage.tandem.writes() == before


def test_a_statuss_neighbour_of_the_same_state_writes_nothing(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    story = ticket.issue
    before = stage.tandem.writes()

    for status in ("Selected for Development", "Backlog", "Selected for Development"):
        stage.team.moves(story, status)
        stage.tandem.syncs()
    assert stage.tandem.writes() == before
    assert ticket.state == "New"

    stage.team.moves(story, "In Progress")
    stage.tandem.syncs()
    before = stage.tandem.writes()
    stage.team.moves(story, "In Review")
    stage.tandem.syncs()
    assert stage.tandem.writes() == before
    assert ticket.state == "In Progress"


def test_edits_on_both_sides_that_fit_write_nothing(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    story = ticket.issue
    before = stage.tandem.writes()

    acts: tuple[Callable[[], None], ...] = (
        lambda: stage.desk.moves(ticket, "In Progress"),
        lambda: stage.team.moves(story, "In Review"),
    )
    for act in acts:
        act()
    stage.tandem.syncs()

    assert stage.tandem.writes() == before
    assert not stage.tandem.conflicts
    assert (ticket.state, story.status) == ("In Progress", "In Review")
