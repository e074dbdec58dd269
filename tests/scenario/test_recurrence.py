"""What keeps coming back in other words becomes one problem, with an epic and its incidents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.servicenow.knobs import SYSTEM
from mappings.insight import Rules
from mappings.sides import Side
from sync.insight.model import Insight, Proposal
from sync.insight.run import accept, publish, refresh
from sync.insight.telling.accept import Awaited
from tests.support.bench import Bench
from tests.support.people import Company

WORDS = (
    "VPN drops after ten minutes",
    "vpn connection drops every few minutes",
    "Connection of the VPN drops again",
    "VPN drops, has to connect again",
    "again the VPN drops after some minutes",
)


class Scene:
    """A company whose VPN drops every other day."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.company = bench, Company(bench)
        rows = bench.servicenow.world.rows("cmdb_ci")
        self.item = next(row["sys_id"] for row in rows if row["name"] == "vpn-gw-01")
        self.keys = [self.opens(words) for words in WORDS]
        bench.until_quiet()

    def opens(self, words: str) -> str:
        key = self.company.incident(words, cmdb_ci=self.item)
        self.bench.clock.advance(2 * 86_400)
        return key

    def closes(self, key: str) -> None:
        """The desk resolves it, and the instance closes it."""
        self.company.desk(key, state="6", close_code="Solution provided", close_notes="done")
        self.bench.servicenow.world.update("incident", key, {"state": "7"}, SYSTEM)

    def looks(self) -> Insight:
        return refresh(self.bench.connect(), Rules(), quiet)

    def proposal(self) -> Proposal:
        [found] = self.looks().proposals
        return found

    def problems(self) -> list[str]:
        return [row["sys_id"] for row in self.bench.servicenow.world.rows("problem")]

    def described(self) -> str:
        """The description of the one problem."""
        [problem] = self.problems()
        return str(self.company.row(problem)["description"])

    def on(self, problem: str) -> int:
        return sum(self.company.row(key).get("problem_id") == problem for key in self.keys)


def quiet(_stage: str) -> None:
    """Nobody watches."""


@pytest.fixture(params=["cloud", "dc"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(Bench(request.param))


def test_nothing_is_made_before_a_person_says_yes(scene: Scene) -> None:
    insight = scene.looks()
    assert len(insight.proposals[0].incidents) == len(WORDS)
    publish(scene.bench.runtime, insight, Rules(), quiet)
    assert scene.problems() == []


def test_an_accepted_proposal_is_one_problem_with_its_epic_and_stories(scene: Scene) -> None:
    insight = scene.looks()
    done = accept(scene.bench.runtime, insight, scene.proposal().id)
    assert (done.made, done.attached) == (True, len(WORDS))
    [problem] = scene.problems()
    assert scene.on(problem) == len(WORDS)
    assert "Proposed by Tandem" in scene.company.row(problem)["description"]
    again = accept(scene.bench.runtime, insight, insight.proposals[0].id)
    assert (again.key, again.made, again.attached) == (problem, False, 0)

    scene.bench.until_quiet()
    epic = scene.company.link(problem).jira.key
    stories = [scene.company.link(key).jira.key for key in scene.keys]
    parents = {scene.bench.jira.world.issues[key].fields.get("parent") for key in stories}
    shown = scene.bench.runtime.adapters[Side.JIRA].read("OPS", stories, ["parent"])
    assert {one.fields["parent"] for one in shown.values()} == {epic}, parents
    left = scene.looks()
    assert left.proposals == ()
    once_more = accept(scene.bench.runtime, left, insight.proposals[0].id)
    assert once_more == again, "a second yes finds what the first one made"


def test_a_problem_that_vanished_is_proposed_again(scene: Scene) -> None:
    id = scene.proposal().id
    accept(scene.bench.runtime, scene.looks(), id)
    [problem] = scene.problems()
    for key in scene.keys:
        scene.company.desk(key, problem_id="")
    scene.bench.servicenow.world.delete("problem", problem, SYSTEM)
    scene.bench.clock.advance(8 * 86_400)  # all facts are read anew
    insight = scene.looks()
    assert [(one.id, one.problem) for one in insight.proposals] == [(id, "")]
    publish(scene.bench.runtime, insight, Rules(), quiet)
    done = accept(scene.bench.runtime, insight, id)
    assert (done.made, done.attached) == (True, len(WORDS))
    assert accept(scene.bench.runtime, replace(insight, proposals=()), id).number == done.number


def test_a_new_incident_of_the_kind_is_put_on_it(scene: Scene) -> None:
    accept(scene.bench.runtime, scene.looks(), scene.proposal().id)
    [problem] = scene.problems()
    scene.keys.append(scene.opens("the VPN drops again after minutes"))
    publish(scene.bench.runtime, scene.looks(), Rules(), quiet)
    assert scene.on(problem) == len(WORDS) + 1


def test_what_is_closed_stays_as_it_is_and_is_not_asked_for_again(scene: Scene) -> None:
    first = scene.keys[0]
    scene.closes(first)
    number, proposal = scene.company.row(first)["number"], scene.proposal()
    assert (proposal.closed, len(proposal.joining)) == ((number,), len(WORDS) - 1)
    assert any(number in line and "only listed" in line for line in proposal.evidence)
    done = accept(scene.bench.runtime, scene.looks(), proposal.id)
    assert (done.attached, done.closed) == (len(WORDS) - 1, (number,))
    assert "1 (" + number + ") is closed and only listed" in scene.described()
    assert scene.company.row(first).get("problem_id", "") == ""
    assert scene.looks().proposals == ()


def test_what_was_accepted_is_not_proposed_again_although_most_of_it_is_closed(
    scene: Scene,
) -> None:
    for key in scene.keys[:4]:
        scene.closes(key)
    assert accept(scene.bench.runtime, scene.looks(), scene.proposal().id).attached == 1
    assert scene.looks().proposals == ()
    scene.opens("VPN drops every minute")
    [proposal] = scene.looks().proposals
    assert (proposal.problem, len(proposal.incidents)) == ("PRB0010001", 1)


def test_a_lost_answer_makes_one_problem(scene: Scene) -> None:
    insight = scene.looks()
    scene.bench.now_faults.add(Fault("drop_after", "POST", "/problem", times=1))
    with pytest.raises(Exception, match="lost"):
        accept(scene.bench.runtime, insight, insight.proposals[0].id)
    done = accept(scene.bench.connect(), insight, insight.proposals[0].id)
    assert (done.made, done.attached, len(scene.problems())) == (False, len(WORDS), 1)


def test_one_that_may_still_arrive_is_waited_for(scene: Scene) -> None:
    insight = scene.looks()
    scene.bench.now_faults.add(Fault("drop_before", "POST", "/problem", times=1))
    with pytest.raises(Exception, match="lost"):
        accept(scene.bench.runtime, insight, insight.proposals[0].id)
    with pytest.raises(Awaited, match="may still arrive"):
        accept(scene.bench.connect(), insight, insight.proposals[0].id)
    scene.bench.clock.advance(130)
    assert accept(scene.bench.connect(), insight, insight.proposals[0].id).made
    assert len(scene.problems()) == 1


def test_where_the_admin_says_so_it_happens_by_itself(scene: Scene) -> None:
    rules = Rules(accepts=True)
    assert publish(scene.bench.runtime, scene.looks(), rules, quiet).accepted == 1
    [problem] = scene.problems()
    assert scene.on(problem) == len(WORDS)
    assert publish(scene.bench.runtime, scene.looks(), rules, quiet).accepted == 0
