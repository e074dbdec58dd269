"""A pass with nothing to do costs a handful of requests, however much is linked.

For a while after a change Jira's feed shows it again, because its index may lag: a hundred issues a
page on Cloud, in every pass for five minutes and now and then for an hour. What stands here holds
after that.
"""

from __future__ import annotations

from tests.support.stage import FLAVOURS, Stage

ALLOWED = 6 + 1
"""Six, and one for the table of what bugs are at the desk."""


def cost_at_rest(stage: Stage, number: int) -> list[int]:
    """Requests of three passes at rest, each in a fresh process, after so many were linked."""
    problem = stage.desk.opens_problem()
    for place in range(number - 2):
        stage.desk.opens(f"Mail {place}", assigned_to="mei.chen", problem_id=problem)
    story = stage.team.writes(labels=("to-change",))
    stage.tandem.syncs()
    assert stage.store.links.count("incident-story") == number - 2
    assert story.ticket.number.startswith("CHG")

    before, found = stage.tandem.writes(), []
    for _ in range(2):
        stage.later(75)
        stage.tandem.syncs()
    for _ in range(3):
        stage.later(4)  # what is asked every quarter of an hour counts next to nothing
        stage.tandem.syncs()
        found.append(stage.tandem.requests())
    assert stage.tandem.writes() == before
    return found


def test_thirty_links_or_three_hundred_cost_the_same_at_rest() -> None:
    for flavour in FLAVOURS:
        few, many = (Stage(flavour, options={"remote_links": False}) for _ in range(2))
        costs = cost_at_rest(few, 30), cost_at_rest(many, 300)
        assert max(costs[0]) <= ALLOWED, flavour
        assert costs[0] == costs[1], flavour
        few.ends()


def test_an_edit_of_one_record_costs_the_same_with_few_links_and_with_many() -> None:
    for flavour in FLAVOURS:
        costs = []
        for number in (5, 25):
            stage = Stage(flavour)
            tickets = [stage.desk.opens(f"Mail {place}") for place in range(number)]
            stage.tandem.syncs()
            stage.later()
            stage.tandem.syncs()
            stage.desk.edits(tickets[0], short_description="Mail is down")
            stage.tandem.syncs()
            costs.append(stage.tandem.requests())
            stage.ends()
        assert costs[0] == costs[1], flavour
