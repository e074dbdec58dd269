"""Comments that are hidden, late or out of reach are not gone: not one word is said of any."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mappings.sides import Side
from sync.core import marks
from tests.scenario.test_withdrawn_comments import noting
from tests.support.cast import Story, Ticket
from tests.support.deaths import days
from tests.support.stage import FLAVOURS, Stage

LANES = ("work_notes", "comments")


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A company whose mapping tells of comments that are gone."""
    found = Stage(request.param, mappings=noting())
    yield found
    found.ends()


def talked(stage: Stage, tickets: int = 3) -> list[tuple[Ticket, Story, str]]:
    """Incidents with comments of all kinds, carried both ways; the id of Jira's."""
    found = []
    opened = [stage.desk.opens(f"Mail {n}") for n in range(tickets)]
    stage.tandem.syncs()
    for ticket in opened:
        stage.desk.notes(ticket, "Called back.")
        stage.desk.answers(ticket, "We are on it.")
        found.append((ticket, ticket.issue, str(stage.team.comments(ticket.issue, "Looking."))))
    stage.tandem.settles()
    assert all(len(story.comments) == 3 for _, story, _ in found)
    return found


def said(stage: Stage) -> list[str]:
    """Every word on comments that are gone."""
    notes = [
        note for ticket in stage.desk.tickets() for lane in LANES for note in ticket.entries(lane)
    ]
    notes += [text for story in stage.team.issues() for text in story.comments]
    return [one for one in notes if one.startswith(marks.VOICE)]


Veil = Callable[[Stage, bool], None]


def journals_empty(stage: Stage, hidden: bool) -> None:
    """An access rule hides every entry: lists are empty, and nothing says so."""
    stage.servicenow.world.knobs.hidden_lanes = set(LANES) if hidden else set()


def work_notes_empty(stage: Stage, hidden: bool) -> None:
    """The same for one of the two journals."""
    stage.servicenow.world.knobs.hidden_lanes = {"work_notes"} if hidden else set()


def stories_hidden(stage: Stage, hidden: bool) -> None:
    """A security level hides the issues."""
    keys = {story.key for story in stage.team.issues()}
    stage.jira.world.hidden = keys if hidden else set()


def tickets_hidden(stage: Stage, hidden: bool) -> None:
    """An access rule hides the incidents themselves."""
    keys = {ticket.key for ticket in stage.desk.tickets()}
    stage.servicenow.world.knobs.hidden_rows = keys if hidden else set()


@pytest.mark.parametrize("veil", [journals_empty, work_notes_empty, stories_hidden, tickets_hidden])
def test_rights_revoked_for_a_day_and_given_back(stage: Stage, veil: Veil) -> None:
    found = talked(stage)

    veil(stage, True)
    for ticket, story, _ in found:
        stage.desk.edits(ticket, short_description=f"{ticket.number} is slow")
        stage.team.labels(story, "slow")
    days(stage, 1)
    assert said(stage) == []

    veil(stage, False)
    days(stage, 1)
    assert said(stage) == []
    assert all(len(story.comments) == 3 for _, story, _ in found)


def test_what_goes_while_nothing_is_shown_is_told_once_it_is(stage: Stage) -> None:
    [(ticket, _, _), *_] = talked(stage)
    journals_empty(stage, True)
    stage.desk.drops(ticket, "Called back.")
    days(stage, 1)
    assert said(stage) == []

    journals_empty(stage, False)
    days(stage, 1)
    [told] = said(stage)
    assert "work note on " in told


def test_an_index_that_lags_shows_no_deletion(stage: Stage) -> None:
    """Comments that were just carried are not in the index yet."""
    stage.jira.index.lag = 120.0
    found = [stage.desk.opens(f"Mail {n}") for n in range(12)]
    stage.tandem.settles()
    for ticket in found:
        stage.team.comments(ticket.issue, "Looking.")
    for _ in range(3):
        stage.tandem.syncs()
        for ticket in found:
            stage.team.labels(ticket.issue, f"at-{stage.clock.now():%H%M%S}")
    stage.tandem.sweeps()

    assert said(stage) == []


def test_a_story_in_another_project_tells_nothing(stage: Stage) -> None:
    [(_, story, number), *_] = talked(stage)
    stage.team.hands("mei.chen").move_project(story.key, "DESK")
    stage.team.drops(story, number)
    days(stage, 1)

    assert said(stage) == []
    stage.unsettled = "one story has left its project"


def test_a_table_that_may_not_be_asked_says_nothing(stage: Stage) -> None:
    talked(stage)
    denied = stage.servicenow.world.knobs.denied_tables
    denied.add("sys_journal_field")
    with stage.process() as runtime:
        end = next(iter(stage.store.links.of_pair("incident-story"))).servicenow
        asked = runtime.adapters[Side.SERVICENOW].witness.missing_comments(
            end.container, end.key, "work_notes", ["0" * 32]
        )
    assert asked == frozenset()
    denied.clear()
