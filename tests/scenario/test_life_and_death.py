"""Deleted records: what becomes of the twin, by the mapping's word, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mappings.sides import Side
from sync.core.model import LinkState
from sync.errors import UnsafePlan
from tests.support.cast import Story, Ticket
from tests.support.deaths import (
    days,
    deletes,
    destroyed,
    may_delete,
    months,
    policy,
    proves,
    rests,
    says,
    state,
    undeletes,
)
from tests.support.stage import FLAVOURS, Stage

WORD = "was deleted in"


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Everybody at work, and twins of deleted records are left as they are."""
    found = Stage(request.param)
    yield found
    rests(found)


@pytest.fixture(params=FLAVOURS)
def closing(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Everybody at work, and twins of deleted records are closed."""
    found = Stage(request.param, mappings=policy("close"))
    yield found
    rests(found)


@pytest.fixture(params=FLAVOURS)
def deleting(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Everybody at work, and twins of deleted records are deleted, once somebody approved it."""
    found = Stage(request.param, mappings=policy("delete"))
    may_delete(found)
    yield found
    rests(found)


def couple(stage: Stage) -> tuple[Ticket, Story]:
    """A ticket and its story, in agreement."""
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    story = ticket.issue
    stage.later(8)
    stage.tandem.syncs()
    return ticket, story


def goes_without_saying(stage: Stage, record: Ticket | Story) -> None:
    """A record is deleted, and the audit of the next day finds out."""
    deletes(stage, record)
    stage.later(60)
    stage.tandem.sweeps()


# ---- detach


def test_a_story_outlives_its_ticket_and_says_so_once(stage: Stage) -> None:
    proves(stage)
    ticket, story = couple(stage)
    goes_without_saying(stage, ticket)
    assert state(stage, ticket) is LinkState.ENDED
    assert [WORD in text for text in story.comments] == [True]
    assert (story.status, story["summary"]) == ("Backlog", "Mail is slow")

    stage.team.edits(story, summary="Ours alone")
    days(stage, 3)
    assert [WORD in text for text in story.comments] == [True]
    assert stage.desk.tickets() == []


def test_a_ticket_outlives_its_story_when_a_person_says_so(stage: Stage) -> None:
    ticket, story = couple(stage)
    number = story.label
    goes_without_saying(stage, story)
    assert (state(stage, ticket), ticket.notes) == (LinkState.MISSING, [])

    says(stage, ticket.number)
    stage.tandem.syncs()
    [note] = ticket.notes
    assert number in note
    assert WORD in note
    assert (state(stage, ticket), ticket.state) == (LinkState.ENDED, "New")
    days(stage, 2)
    assert ticket.notes == [note]


def test_nobody_says_anything_and_nothing_happens(stage: Stage) -> None:
    """A month without a word: Jira proves no deletion, and the mapping has no rule."""
    ticket, story = couple(stage)
    goes_without_saying(stage, story)
    before = stage.tandem.writes()
    months(stage, 1)
    assert state(stage, ticket) is LinkState.MISSING
    assert stage.tandem.writes() == before
    assert stage.team.issues() == []


def test_a_person_is_told_of_a_record_that_stays_away(stage: Stage) -> None:
    ticket, story = couple(stage)
    number = story.label
    goes_without_saying(stage, story)
    assert stage.tandem.parked == ()
    days(stage, 2)
    [row] = stage.tandem.parked
    assert (row.label, row.side) == (number, Side.JIRA)
    assert f"tandem gone {ticket.number}" in row.remedy

    says(stage, ticket.number)
    stage.tandem.syncs()
    assert stage.tandem.parked == ()


# ---- close


def test_the_story_of_a_deleted_ticket_is_closed(closing: Stage) -> None:
    proves(closing)
    ticket, story = couple(closing)
    goes_without_saying(closing, ticket)
    assert story.status == "Done"
    assert story["resolution"] == "Done"
    assert [WORD in text for text in story.comments] == [True]
    assert state(closing, story) is LinkState.ENDED
    before = closing.tandem.writes()
    days(closing, 2)
    assert closing.tandem.writes() == before


def test_the_ticket_of_a_deleted_story_is_resolved_after_a_week(closing: Stage) -> None:
    ticket, story = couple(closing)
    goes_without_saying(closing, story)
    days(closing, 6)
    assert ticket.state == "New"
    days(closing, 2)
    assert ticket.state == "Resolved"
    assert ticket["close_code"] == "Solution provided"
    assert WORD in ticket.notes[0]
    assert (len(ticket.notes), state(closing, ticket)) == (1, LinkState.ENDED)


def test_the_change_of_a_deleted_story_is_closed_to_the_end(closing: Stage) -> None:
    """In agreement with Done it may rest in its review; whose story is gone, nobody reviews."""
    change = closing.desk.opens_change(type="standard")
    closing.tandem.syncs()
    [story] = closing.team.issues()
    closing.desk.moves(change, "Scheduled")
    closing.desk.moves(change, "Implement")
    closing.later(8)
    closing.tandem.syncs()
    goes_without_saying(closing, story)
    days(closing, 8)
    assert change.state == "Closed"
    assert (WORD in change.notes[0], closing.tandem.parked) == (True, ())
    assert state(closing, change) is LinkState.ENDED


def test_what_is_closed_already_only_hears_of_it(closing: Stage) -> None:
    proves(closing)
    ticket, story = couple(closing)
    closing.team.moves(story, "Done")
    closing.tandem.syncs()
    goes_without_saying(closing, ticket)
    assert [WORD in text for text in story.comments] == [True]
    assert state(closing, story) is LinkState.ENDED


# ---- delete


def test_a_story_is_deleted_only_with_a_word_on_exactly_that(deleting: Stage) -> None:
    proves(deleting)
    ticket, story = couple(deleting)
    deletes(deleting, ticket)
    deleting.later(60)
    with pytest.raises(UnsafePlan, match="1 record would be deleted") as held:
        deleting.tandem.sweeps()
    with pytest.raises(UnsafePlan, match="1 record would be deleted"):
        deleting.tandem.syncs(yes=True)
    assert deleting.team.issues() == [story]

    deleting.tandem.syncs(approve=held.value.plan)
    assert deleting.team.issues() == []
    assert len(destroyed(deleting)) == 1
    assert state(deleting, story) is LinkState.ENDED
    days(deleting, 2)
    assert (deleting.team.issues(), deleting.desk.tickets()) == ([], [])


def test_a_ticket_is_deleted_after_a_week_with_a_word_on_it(deleting: Stage) -> None:
    ticket, story = couple(deleting)
    goes_without_saying(deleting, story)
    days(deleting, 6)
    with pytest.raises(UnsafePlan, match="1 record would be deleted") as held:
        days(deleting, 2)
    assert deleting.desk.tickets() == [ticket]
    deleting.tandem.syncs(approve=held.value.plan)
    assert deleting.desk.tickets() == []


def test_a_survivor_that_somebody_works_on_is_asked_about_anew(deleting: Stage) -> None:
    proves(deleting)
    ticket, story = couple(deleting)
    deletes(deleting, ticket)
    deleting.later(60)
    with pytest.raises(UnsafePlan) as held:
        deleting.tandem.sweeps()
    deleting.team.edits(story, summary="We still need it")
    with pytest.raises(UnsafePlan, match="no longer applies"):
        deleting.tandem.syncs(approve=held.value.plan)
    assert deleting.team.issues() == [story]
    undeletes(deleting, ticket)
    deleting.tandem.sweeps()
    assert ticket["short_description"] == "We still need it"


def test_the_daemon_goes_on_around_a_deletion_that_waits(deleting: Stage) -> None:
    proves(deleting)
    ticket, story = couple(deleting)
    other = deleting.desk.opens("Another one")
    deleting.tandem.syncs()
    deletes(deleting, ticket)
    deleting.desk.edits(other, short_description="Reworded")
    deleting.later(60)
    with pytest.raises(UnsafePlan):
        deleting.tandem.sweeps()
    deleting.tandem.syncs(partly=True)
    assert other.issue["summary"] == "Reworded"
    assert story in deleting.team.issues()
    undeletes(deleting, ticket)


# ---- undelete


def test_a_ticket_that_comes_back_is_the_old_couple_again(stage: Stage) -> None:
    proves(stage)
    ticket, story = couple(stage)
    goes_without_saying(stage, ticket)
    stage.team.edits(story, summary="Worked on meanwhile")
    stage.tandem.syncs()

    undeletes(stage, ticket)
    stage.tandem.sweeps()
    assert state(stage, ticket) is LinkState.ACTIVE
    assert ticket["short_description"] == "Worked on meanwhile"
    assert ticket.issues == [story]
    stage.desk.edits(ticket, description="All of it.")
    stage.tandem.syncs()
    assert story["description"] == "All of it."


def test_a_ticket_that_had_left_the_scope_comes_back_all_the_same(stage: Stage) -> None:
    """No listing of the scope shows it, and its stamp is that of long ago."""
    proves(stage)
    ticket, story = couple(stage)
    stage.desk.rates(ticket, "5")
    stage.tandem.syncs()
    goes_without_saying(stage, ticket)
    days(stage, 2)
    undeletes(stage, ticket)
    stage.tandem.sweeps()
    assert state(stage, ticket) is LinkState.ACTIVE
    stage.team.edits(story, summary="Goes on")
    stage.tandem.syncs()
    assert ticket["short_description"] == "Goes on"


def test_a_ticket_that_comes_back_opens_its_story_again(closing: Stage) -> None:
    proves(closing)
    ticket, story = couple(closing)
    closing.desk.moves(ticket, "In Progress")
    closing.tandem.syncs()
    goes_without_saying(closing, ticket)
    assert story.status == "Done"

    undeletes(closing, ticket)
    closing.tandem.sweeps()
    assert (ticket.state, story.status) == ("In Progress", "In Progress")
    assert closing.tandem.conflicts == ()


def test_a_ticket_that_goes_again_is_told_of_again(stage: Stage) -> None:
    proves(stage)
    ticket, story = couple(stage)
    for times in (1, 2):
        goes_without_saying(stage, ticket)
        assert [WORD in text for text in story.comments] == [True] * times
        undeletes(stage, ticket)
        stage.tandem.sweeps()
        assert state(stage, ticket) is LinkState.ACTIVE


def test_a_story_that_was_hidden_is_the_old_couple_again(stage: Stage) -> None:
    ticket, story = couple(stage)
    stage.team.hands("mei.chen").hide(story.key)
    stage.desk.edits(ticket, short_description="Edited meanwhile")
    stage.tandem.syncs()
    days(stage, 3)
    assert len(stage.tandem.parked) == 1

    stage.team.hands("mei.chen").hide(story.key, hidden=False)
    stage.tandem.sweeps()
    assert state(stage, ticket) is LinkState.ACTIVE
    assert (story["summary"], stage.tandem.parked) == ("Edited meanwhile", ())


@pytest.mark.parametrize("noticed", [0, 1, 9])
def test_an_incident_gets_its_story_though_the_epic_of_its_problem_is_gone(
    stage: Stage, noticed: int
) -> None:
    """However many days ago: the epic is asked about, and nothing else waits for the answer."""
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()
    deletes(stage, problem.issue)
    days(stage, noticed)
    ticket = stage.desk.opens(problem_id=problem)
    stage.tandem.settles()
    assert ticket.issue["summary"] == ticket["short_description"]
    assert ticket.issue.epic is None

    days(stage, 9)
    assert ticket["problem_id"] == problem.key
    assert sorted(row.field for row in stage.tandem.parked) == ["@absent", "parent"]

    other = stage.desk.opens_problem("Mail store too slow")
    stage.desk.edits(ticket, problem_id=other)
    stage.tandem.settles()
    assert ticket.issue.epic == other.issue
    assert [row.field for row in stage.tandem.parked] == ["@absent"]
