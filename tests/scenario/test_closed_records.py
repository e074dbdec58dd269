"""A journal drops what is written to a closed incident with 200: noticed, put aside, sent again
once when the incident is opened."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.stage import Stage

LONG = "".join(f"line {n} of the log\n" for n in range(1520))


def closed(stage: Stage) -> tuple[Ticket, Story]:
    """An incident that was closed, and its story."""
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    stage.desk.resolves(ticket)
    stage.tandem.syncs()
    stage.desk.closes(ticket)
    stage.tandem.syncs()
    stage.later()
    return ticket, ticket.issue


def quiet(stage: Stage) -> None:
    """Everything that was unclear has settled."""
    for _ in range(4):
        stage.later(7)
        stage.tandem.syncs()


def tries(stage: Stage) -> int:
    """How often an entry was sent so far."""
    wire = stage.wires[Side.SERVICENOW]
    return sum(b"work_notes" in request.body for request in wire.requests)


def test_a_comment_is_put_aside_with_what_to_do(stage: Stage) -> None:
    ticket, story = closed(stage)
    stage.team.comments(story, "One more thing.")
    stage.tandem.syncs()

    [row] = stage.tandem.parked
    assert row.field.startswith("comment ")
    assert (row.side, row.label) == (Side.SERVICENOW, ticket.number)
    assert "Reopen it, or carry it over by hand, then `tandem parked retry ID`" in row.remedy
    sent = tries(stage)
    quiet(stage)
    assert tries(stage) == sent
    assert ticket.notes == []
    stage.unsettled = "the comment waits for a person"


def test_it_is_sent_once_more_when_the_incident_is_opened(stage: Stage) -> None:
    ticket, story = closed(stage)
    stage.team.comments(story, "One more thing.")
    stage.tandem.syncs()
    stage.later()

    stage.desk.platform(ticket, state="2")
    stage.tandem.syncs()

    assert [note.splitlines()[-1] for note in ticket.notes] == ["One more thing."]
    assert not stage.tandem.parked


def test_one_that_is_not_taken_then_either_waits_for_a_person(stage: Stage) -> None:
    ticket, story = closed(stage)
    stage.team.comments(story, "One more thing.")
    stage.tandem.syncs()
    stage.later()
    sent = tries(stage)
    no = Fault("status", method="PATCH", path=f"/{ticket.key}", status=400, times=None,
               body='{"error": {"message": "No.", "detail": ""}, "status": "failure"}')  # fmt: skip
    stage.desk.platform(ticket, state="2")
    stage.faults[Side.SERVICENOW].add(no)
    quiet(stage)
    assert tries(stage) == sent + 1
    stage.faults[Side.SERVICENOW].clear()
    quiet(stage)
    assert tries(stage) == sent + 1

    for row in stage.tandem.parked:
        stage.tandem.retries(row)
    stage.tandem.syncs()
    assert len(ticket.notes) == 1


def test_a_person_may_ask_without_opening_it(stage: Stage) -> None:
    ticket, story = closed(stage)
    stage.team.comments(story, "One more thing.")
    stage.tandem.syncs()
    [row] = stage.tandem.parked
    stage.tandem.retries(row)
    stage.tandem.syncs()

    assert len(stage.tandem.parked) == 1
    assert ticket.notes == []
    stage.unsettled = "the comment waits for a person"


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "late"])
def test_a_lost_answer_does_not_hide_that_it_was_dropped(stage: Stage, kind: str) -> None:
    ticket, story = closed(stage)
    fault = Fault(kind, method="PATCH", path="/incident/", seconds=60)
    stage.faults[Side.SERVICENOW].add(fault)
    stage.team.comments(story, "One more thing.")
    stage.tandem.syncs()
    assert not stage.tandem.parked
    quiet(stage)

    [row] = stage.tandem.parked
    assert row.field.startswith("comment ")
    stage.desk.platform(ticket, state="2")
    stage.tandem.syncs()
    assert len(ticket.notes) == 1


def test_a_long_comment_is_put_aside_as_one_and_arrives_whole(stage: Stage) -> None:
    ticket, story = closed(stage)
    stage.team.comments(story, LONG)
    stage.tandem.syncs()
    quiet(stage)
    assert len(stage.tandem.parked) == 1

    stage.desk.platform(ticket, state="2")
    stage.tandem.syncs()
    stage.later()
    ends = [note.splitlines()[0][-13:] for note in ticket.notes]
    assert ends == ["(part 1 of 2)", "(part 2 of 2)"]
    assert not stage.tandem.parked


def test_words_on_files_left_out_wait_too_and_come_to_rest(stage: Stage) -> None:
    ticket, story = closed(stage)
    for name in ("setup.exe", "patch.exe"):
        stage.team.hands("mei.chen").attach(story.key, name, b"MZ")
    quiet(stage)
    assert len(stage.tandem.parked) == 2
    sent = tries(stage)
    quiet(stage)
    assert tries(stage) == sent

    stage.desk.platform(ticket, state="2")
    stage.tandem.syncs()
    names = ["setup.exe", "patch.exe"]
    assert [name for name in names for note in ticket.notes if name in note] == names
    assert not stage.tandem.parked
    stage.unsettled = "a word of ours is no copy of anything"


def test_an_edit_is_put_aside_too(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    number = stage.team.comments(ticket.issue, "first")
    stage.tandem.syncs()
    stage.desk.resolves(ticket)
    stage.tandem.syncs()
    stage.desk.closes(ticket)
    stage.tandem.syncs()
    stage.later()
    stage.team.rewrites(ticket.issue, number, "second")
    stage.tandem.syncs()
    quiet(stage)
    [row] = stage.tandem.parked
    assert " edit " in row.field

    stage.desk.platform(ticket, state="2")
    stage.tandem.syncs()
    assert [note.splitlines()[-1] for note in ticket.notes] == ["first", "second"]
