"""Deleting, closing and saying goodbye under lost answers, late writes, crashes and restarts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.core.model import LinkState
from sync.errors import UnsafePlan
from tests.support.cast import Story, Ticket
from tests.support.deaths import (
    deletes,
    destroyed,
    link,
    may_delete,
    policy,
    proves,
    rests,
    says,
    undeletes,
)
from tests.support.stage import FLAVOURS, Stage

WORD = "was deleted in"


class Crash(BaseException):
    """The program is killed here."""


class Scene:
    """A couple of which one record is deleted, so that the other one is the survivor."""

    def __init__(self, stage: Stage, lost: Side) -> None:
        self.stage, self.lost = stage, lost
        may_delete(stage)
        proves(stage)
        self.ticket: Ticket = stage.desk.opens()
        stage.tandem.syncs()
        self.story: Story = self.ticket.issue
        stage.later(8)
        stage.tandem.syncs()
        self.number = self.ticket.number
        self.survivor = self.ticket if lost is Side.JIRA else self.story
        deletes(stage, self.story if lost is Side.JIRA else self.ticket)

    @property
    def side(self) -> Side:
        return self.lost.other

    def found(self) -> None:
        """The absence is noticed; where no proof is, a person says so."""
        self.stage.later(60)
        if self.lost is Side.JIRA:
            self.stage.tandem.sweeps()
            says(self.stage, self.number)
        else:
            with self.stage.process() as runtime:
                end = link(self.stage, Side.SERVICENOW, self.ticket.key).servicenow
                runtime.store.inbox.nudge(Side.SERVICENOW, end.container, [end.key], "sweep")

    def asked(self) -> str:
        """The hash of the plan that would delete it."""
        with pytest.raises(UnsafePlan, match="1 record would be deleted") as held:
            self.stage.tandem.syncs()
        return held.value.plan

    def there(self) -> bool:
        """Whether the survivor survives."""
        if isinstance(self.survivor, Ticket):
            return self.survivor in self.stage.desk.tickets()
        return self.survivor in self.stage.team.issues()

    def weather(self, kind: str, method: str, path: str, **more: float) -> None:
        self.stage.faults[self.side].add(Fault(kind, method=method, path=path, **more))

    def words(self) -> list[str]:
        """What was said on the survivor about the deletion."""
        held = self.survivor.notes if isinstance(self.survivor, Ticket) else self.survivor.comments
        return [text for text in held if WORD in text]

    def state(self) -> LinkState:
        return link(self.stage, Side.SERVICENOW, self.ticket.key).state


def staged(request: pytest.FixtureRequest, word: str) -> Iterator[Scene]:
    flavour, lost = request.param
    stage = Stage(flavour, mappings=policy(word))
    yield Scene(stage, lost)
    rests(stage)


SCENES = tuple(product(FLAVOURS, Side))


@pytest.fixture(params=SCENES, ids=str)
def deleting(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """The mapping deletes survivors."""
    yield from staged(request, "delete")


@pytest.fixture(params=SCENES, ids=str)
def closing(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """The mapping closes survivors."""
    yield from staged(request, "close")


@pytest.fixture(params=SCENES, ids=str)
def leaving(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """The mapping leaves survivors alone."""
    yield from staged(request, "detach")


PATHS = {Side.JIRA: r"/issue/\d+$", Side.SERVICENOW: r"/table/incident/\w+$"}
WORDS = {Side.JIRA: ("POST", "/comment$"), Side.SERVICENOW: ("PATCH", "/table/incident/")}
MOVES = {Side.JIRA: ("POST", "/transitions$"), Side.SERVICENOW: ("PATCH", "/table/incident/")}


@pytest.mark.parametrize(("kind", "seconds"), [("drop_after", 0.0), ("late", 60.0)])
def test_a_deletion_without_an_answer_is_found_and_not_asked_again(
    deleting: Scene, kind: str, seconds: float
) -> None:
    deleting.found()
    plan = deleting.asked()
    deleting.weather(kind, "DELETE", PATHS[deleting.side], seconds=seconds)
    summary = deleting.stage.tandem.syncs(approve=plan)
    assert summary.unclear == 1

    deleting.stage.later(2)
    deleting.stage.tandem.syncs()
    assert not deleting.there()
    assert len(destroyed(deleting.stage)) == 1
    assert deleting.state() is LinkState.ENDED


def test_a_deletion_that_never_arrived_is_asked_about_anew(deleting: Scene) -> None:
    deleting.found()
    plan = deleting.asked()
    deleting.weather("drop_before", "DELETE", PATHS[deleting.side])
    deleting.stage.tandem.syncs(approve=plan)
    assert deleting.stage.tandem.syncs().unclear == 1  # it may still come: nobody is asked yet
    assert deleting.there()

    deleting.stage.later(7)
    again = deleting.asked()
    assert destroyed(deleting.stage) == []
    deleting.stage.tandem.syncs(approve=again)
    assert not deleting.there()
    assert len(destroyed(deleting.stage)) == 1


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_killed_at_the_deletion(deleting: Scene, done: bool) -> None:
    """The process dies before the request takes effect, or before it hears that it did."""
    stage = deleting.stage
    deleting.found()
    plan = deleting.asked()

    def die() -> None:
        if done and isinstance(deleting.survivor, Ticket):
            world = stage.servicenow.world
            world.delete("incident", deleting.survivor.key, world.caller("tandem"))
        elif done:
            stage.team.hands("tandem").delete(deleting.survivor.key)
        raise Crash

    stage.intrude(deleting.side, "DELETE", deleting.survivor.key, die)
    with pytest.raises(Crash):
        stage.tandem.syncs(approve=plan)

    stage.later(7)
    if done:
        stage.tandem.syncs()
    else:
        stage.tandem.syncs(approve=deleting.asked())
    assert not deleting.there()
    assert len(destroyed(stage)) == 1
    stage.tandem.sweeps()
    assert deleting.state() is LinkState.ENDED


def test_what_people_brought_back_is_not_deleted_a_second_time(deleting: Scene) -> None:
    """Our deletion happened, its answer was lost, and an administrator undid it meanwhile."""
    stage = deleting.stage
    deleting.found()
    plan = deleting.asked()
    deleting.weather("drop_after", "DELETE", PATHS[deleting.side])
    stage.tandem.syncs(approve=plan)
    if not isinstance(deleting.survivor, Ticket):
        return  # nothing brings a deleted issue back
    undeletes(stage, deleting.survivor)

    for _ in range(3):
        stage.later(7)
        deleting.asked()
    assert deleting.there()
    assert len(destroyed(stage)) == 1
    stage.tandem.syncs(approve=deleting.asked())


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_the_last_word_is_said_once(leaving: Scene, kind: str) -> None:
    leaving.found()
    method, path = WORDS[leaving.side]
    leaving.weather(kind, method, path)
    leaving.stage.tandem.syncs()
    assert leaving.state() is LinkState.MISSING

    leaving.stage.tandem.settles()
    assert len(leaving.words()) == 1
    assert leaving.state() is LinkState.ENDED
    assert destroyed(leaving.stage) == []


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_survivor_is_closed_once(closing: Scene, kind: str) -> None:
    stage = closing.stage
    closing.found()
    method, path = MOVES[closing.side]
    closing.weather(kind, method, path)
    stage.tandem.syncs()
    stage.tandem.settles()

    ended = closing.survivor
    status = ended.state if isinstance(ended, Ticket) else ended.status
    assert status in ("Resolved", "Done")
    assert len(closing.words()) == 1
    assert closing.state() is LinkState.ENDED


def test_killed_in_the_middle_of_closing(closing: Scene) -> None:
    stage = closing.stage
    closing.found()
    method, path = WORDS[Side.JIRA] if closing.side is Side.JIRA else ("PATCH", "/incident/")

    def die() -> None:
        raise Crash

    stage.intrude(closing.side, method, path.rstrip("$"), die)
    with pytest.raises(Crash):
        stage.tandem.syncs()
    stage.tandem.settles()
    assert len(closing.words()) == 1
    assert closing.state() is LinkState.ENDED
