"""A comment too long for the other side arrives in numbered parts: whole, in order, once each."""

from __future__ import annotations

import re

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from mappings.text import from_wiki
from tests.support.cast import Story, Ticket
from tests.support.stage import Stage

NOTE = "".join(f"line {n} with *stars* and {{braces}}\n" for n in range(1700))
REMARK = "".join(f"line {n} of the log\n" for n in range(1520))
PART = re.compile(r"UTC \(ref [a-z2-7]{12}\) \(part (\d) of (\d)\)$")
LOST = ("drop_after", "drop_before", "late")


class PowerCut(BaseException):
    """The program dies."""


def linked(stage: Stage) -> tuple[Ticket, Story]:
    """An incident and its story."""
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    stage.later()
    return ticket, ticket.issue


def numbers(texts: list[str]) -> list[tuple[int, int]]:
    """Which part of how many each text says that it is; 1 of 1 where it says nothing."""
    found = (PART.search(text.split("\n", 1)[0]) for text in texts)
    return [(int(match[1]), int(match[2])) if match else (1, 1) for match in found]


def whole(texts: list[str]) -> str:
    """What the parts say together."""
    return "\n".join(from_wiki(text).split("\n", 1)[1].strip() for text in texts)


def quiet(stage: Stage) -> None:
    """Everything that was unclear has settled."""
    for _ in range(4):
        stage.later(7)
        stage.tandem.syncs()


def test_a_long_work_note_and_a_long_comment_arrive_in_parts(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.notes(ticket, NOTE)
    stage.tandem.syncs()
    stage.team.comments(story, REMARK)
    stage.tandem.syncs()

    notes, remarks = ticket.notes[1:], story.comments[:-1]
    assert 30_000 < len(REMARK) < 32_767
    assert numbers(remarks) == [(1, 3), (2, 3), (3, 3)]
    assert numbers(notes) == [(1, 2), (2, 2)]
    assert whole(remarks) == NOTE.strip()
    assert whole(notes) == REMARK.strip()
    assert max(map(len, remarks)) <= 32_767
    assert stage.tandem.last is not None
    writes = stage.tandem.writes()
    quiet(stage)
    assert stage.tandem.writes() == writes


def test_a_long_text_from_before_the_link_arrives_whole(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.desk.notes(ticket, NOTE)
    story = stage.team.writes("Reported", labels=("to-incident",))
    stage.team.comments(story, REMARK)
    stage.tandem.syncs()
    quiet(stage)

    assert whole(ticket.issue.comments) == NOTE.strip()
    assert whole(story.ticket.notes) == REMARK.strip()


def test_what_is_said_after_a_long_text_stands_behind_it(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.desk.notes(ticket, NOTE)
    stage.desk.notes(ticket, "And then it was over.")
    stage.faults[Side.JIRA].add(Fault("drop_before", method="POST", path="/comment$", skip=1))
    stage.tandem.syncs()
    assert numbers(story.comments) == [(1, 3)], "nothing goes out behind an unclear part"
    quiet(stage)

    assert numbers(story.comments) == [(1, 3), (2, 3), (3, 3), (1, 1)]
    assert "over" in story.comments[-1]


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_lost_answer_to_a_part_doubles_none(stage: Stage, kind: str, part: int) -> None:
    ticket, story = linked(stage)
    stage.desk.notes(ticket, NOTE)
    fault = Fault(kind, method="POST", path="/comment$", seconds=60, skip=part)
    stage.faults[Side.JIRA].add(fault)
    stage.tandem.syncs()
    quiet(stage)

    assert numbers(story.comments) == [(1, 3), (2, 3), (3, 3)]
    assert whole(story.comments) == NOTE.strip()


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_to_an_entry_doubles_none(stage: Stage, kind: str) -> None:
    ticket, story = linked(stage)
    stage.team.comments(story, REMARK)
    fault = Fault(kind, method="PATCH", path="/incident/", seconds=60, skip=1)
    stage.faults[Side.SERVICENOW].add(fault)
    stage.tandem.syncs()
    quiet(stage)

    assert numbers(ticket.notes) == [(1, 2), (2, 2)]
    assert whole(ticket.notes) == REMARK.strip()


@pytest.mark.parametrize("part", [0, 1, 2])
def test_after_a_crash_between_two_parts_it_goes_on_with_the_rest(stage: Stage, part: int) -> None:
    ticket, story = linked(stage)
    stage.desk.notes(ticket, NOTE)

    def die() -> None:
        raise PowerCut

    _after(stage, part, die)
    with pytest.raises(PowerCut):
        stage.tandem.syncs()
    assert len(story.comments) == part
    quiet(stage)

    assert numbers(story.comments) == [(1, 3), (2, 3), (3, 3)]
    assert whole(story.comments) == NOTE.strip()


def _after(stage: Stage, count: int, act: object) -> None:
    """Something happens right before the comment after so many others."""

    def next_one() -> None:
        _after(stage, count - 1, act)

    stage.intrude(Side.JIRA, "POST", "/comment", next_one if count else act)


def test_a_part_that_is_refused_keeps_the_rest_back_until_a_person_asks(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.desk.notes(ticket, NOTE)
    stage.desk.notes(ticket, "Something else.")
    no = Fault("status", method="POST", path="/comment$", status=400, skip=1, body="{}")
    stage.faults[Side.JIRA].add(no)
    stage.tandem.syncs()
    quiet(stage)

    [row] = stage.tandem.parked
    assert row.field.endswith(" part 2")
    assert numbers(story.comments) == [(1, 3), (1, 1)], "others are not kept back for it"

    stage.tandem.retries(row)
    quiet(stage)
    assert sorted(numbers(story.comments)) == [(1, 1), (1, 3), (2, 3), (3, 3)]
    assert not stage.tandem.parked
    stage.unsettled = "what was put aside comes behind what was said meanwhile"


def test_an_edit_between_two_parts_is_told_as_a_whole(stage: Stage) -> None:
    ticket, story = linked(stage)
    number = stage.team.comments(story, REMARK)
    fault = Fault("drop_before", method="PATCH", path="/incident/", skip=1)
    stage.faults[Side.SERVICENOW].add(fault)
    stage.tandem.syncs()
    assert numbers(ticket.notes) == [(1, 2)]

    stage.team.rewrites(story, number, "Never mind.")
    stage.tandem.syncs()
    quiet(stage)
    assert numbers(ticket.notes) == [(1, 2), (1, 1)]
    assert " edited their comment of " in ticket.notes[1]
    assert ticket.notes[1].endswith("Never mind.")
