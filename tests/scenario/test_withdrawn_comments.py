"""A comment that was carried and is no longer shown: one honest word on the twin, or none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from connector.sandbox.faults import Fault
from mappings.defaults import shipped
from mappings.sides import Side
from sync.core import marks
from tests.simulation.setup import withdrawing
from tests.support.cast import Story, Ticket
from tests.support.memory.store import MemoryStore
from tests.support.stage import FLAVOURS, Stage

SAID = re.compile(
    r"Tandem, note on (?P<on>\S+), [\d-]+ [\d:]+ UTC \(ref [a-z2-7]{12}\)\n\n"
    r"(?P<words>.+ UTC), is no longer shown in (?P<where>\w+): "
    r"it was deleted there, or restricted\."
)
PRODUCT = {Side.SERVICENOW: "ServiceNow", Side.JIRA: "Jira"}


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The same company, whose mapping tells of comments that are gone."""
    found = Stage(request.param, mappings=noting())
    yield found
    found.ends()


def noting() -> dict[str, str]:
    """The shipped mappings with another policy for comments."""
    return {name: withdrawing(text) for name, text in shipped().items()}


class Talk:
    """An incident and its story with a comment each, carried, and what became of it."""

    def __init__(self, stage: Stage, side: Side, text: str = "It is the disk.") -> None:
        self.stage, self.side = stage, side
        self.ticket: Ticket = stage.desk.opens()
        stage.tandem.syncs()
        self.story: Story = self.ticket.issue
        self.number = self.says(text)
        stage.desk.notes(self.ticket, "Called back.")
        stage.team.comments(self.story, "Looking.")
        self.passes()

    def says(self, text: str) -> str:
        if self.side is Side.JIRA:
            return str(self.stage.team.comments(self.story, text))
        self.stage.desk.notes(self.ticket, text)
        return text

    def goes(self) -> None:
        """The comment is deleted."""
        if self.side is Side.JIRA:
            self.stage.team.drops(self.story, self.number)
        else:
            self.stage.desk.drops(self.ticket, self.number)

    def passes(self, times: int = 1) -> None:
        """Runs with the daily audit, half an hour apart: nothing in ServiceNow moves for it."""
        for _ in range(times):
            self.stage.tandem.sweeps()
            self.stage.later()

    @property
    def written(self) -> list[str]:
        """All texts on the other side."""
        return self.ticket.notes if self.side is Side.JIRA else self.story.comments

    @property
    def said(self) -> list[re.Match[str]]:
        """The words of our own on the other side, and on this one."""
        texts = [*self.ticket.notes, *self.ticket.entries("comments"), *self.story.comments]
        ours = [text for text in texts if text.startswith(marks.VOICE)]
        found = [SAID.fullmatch(text) for text in ours]
        assert all(found), ours
        return [one for one in found if one]


@pytest.fixture(params=list(Side))
def talk(request: pytest.FixtureRequest, stage: Stage) -> Talk:
    """One for each direction."""
    return Talk(stage, request.param)


def test_a_carried_comment_that_is_deleted_is_told_once(talk: Talk) -> None:
    [copy] = [text for text in talk.written if "It is the disk." in text]
    talk.goes()
    talk.passes(4)

    [said] = talk.said
    assert any(said.group() == text for text in talk.written)
    on = talk.ticket.number if talk.side is Side.JIRA else talk.story.label
    assert (said["on"], said["where"]) == (on, PRODUCT[talk.side])
    assert copy.startswith(f"{said['words']} (ref ")
    assert any("It is the disk." in text for text in talk.written), "the copy stays"


def test_nothing_is_said_by_default() -> None:
    stage = Stage()
    for side in Side:
        talk = Talk(stage, side)
        talk.goes()
        talk.passes(2)
        assert talk.said == []
    stage.unsettled = "copies stand for comments that are gone"
    stage.ends()


def test_a_word_in_jira_is_as_internal_as_the_copy() -> None:
    stage = Stage(project="DESK", mappings=noting())
    talk = Talk(stage, Side.SERVICENOW)
    talk.goes()
    talk.passes()

    assert len(talk.said) == 1
    assert [one.public for one in talk.story.remarks if one.body.startswith(marks.VOICE)] == [False]
    stage.ends()


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "late"])
def test_a_lost_answer_and_a_restart_say_it_once(talk: Talk, kind: str) -> None:
    talk.goes()
    where = ("PATCH", "/incident/") if talk.side is Side.JIRA else ("POST", "/comment")
    fault = Fault(kind, method=where[0], path=where[1], seconds=60)
    talk.stage.faults[talk.side.other].add(fault)
    talk.passes(4)

    assert len(talk.said) == 1


def test_a_lost_store_does_not_say_it_again(talk: Talk) -> None:
    talk.goes()
    talk.passes()
    assert len(talk.said) == 1

    talk.stage.store = MemoryStore(clock=talk.stage.clock.now)
    talk.passes(3)

    assert len(talk.said) == 1


def test_one_that_comes_back_and_goes_again_is_not_told_anew(stage: Stage) -> None:
    talk = Talk(stage, Side.JIRA)
    for times in range(2):
        restricted(talk, "managers")
        talk.passes(2)
        assert len(talk.said) == 1
        restricted(talk, None)
        talk.passes(2)
        assert len(talk.said) == 1, times
    assert sum("It is the disk." in text for text in talk.written) == 1


def restricted(talk: Talk, group: str | None) -> None:
    """Somebody lets only a group read the comment, or everybody again."""
    visible = {"type": "group", "value": group} if group else None
    world = talk.stage.jira.world
    issue = talk.story.raw
    rows = tuple(
        replace(row, visibility=visible) if row.id == talk.number else row for row in issue.comments
    )
    world.issues[issue.id] = replace(issue, comments=rows)
    talk.stage.team.labels(talk.story, f"seen-by-{group}")


def test_a_comment_in_parts_and_an_edited_one_get_one_word_each(stage: Stage) -> None:
    talk = Talk(stage, Side.JIRA, "".join(f"line {n} of the log\n" for n in range(1600)))
    edited = stage.team.comments(talk.story, "First.")
    talk.passes()
    stage.team.rewrites(talk.story, edited, "Second.")
    talk.passes()
    talk.goes()
    stage.team.drops(talk.story, edited)
    talk.passes(3)

    assert len(talk.said) == 2
    assert not any("edited" in one["words"] for one in talk.said)


def test_our_own_copies_and_decisions_may_go_without_a_word(stage: Stage) -> None:
    talk = Talk(stage, Side.JIRA)
    [copy] = [one for one in talk.story.remarks if "Called back." in one.body]
    stage.team.drops(talk.story, copy.id)
    change = stage.desk.opens_change()
    stage.tandem.syncs()
    stage.desk.moves(change, "Assess")
    stage.desk.approves(change)
    talk.passes(2)
    decided = [text for text in change.issue.comments if "approval on" in text]
    for row in list(stage.servicenow.world.rows("sysapproval_approver")):
        stage.servicenow.world.system("sysapproval_approver", row["sys_id"], {"state": "requested"})
    stage.desk.notes(change, "Who approved that?")
    talk.passes()

    assert decided
    assert not any("no longer shown" in text for text in change.issue.comments)
    assert talk.said == []
    stage.unsettled = "a copy of ours is gone"


def test_seeing_that_nothing_is_gone_costs_nothing(stage: Stage) -> None:
    """At rest, and on an issue that moved: what it costs where nobody wants to be told."""
    spent = []
    for mappings in (noting(), None):
        other = Stage(stage.flavour, mappings=mappings)
        talk = Talk(other, Side.JIRA)
        for _ in range(2):
            other.tandem.settles()
        other.team.labels(talk.story, "moved")
        other.tandem.syncs()
        moved = other.tandem.requests()
        other.tandem.settles()
        spent.append((moved, other.tandem.requests()))
    assert spent[0] == spent[1]
