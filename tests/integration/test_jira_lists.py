"""Long lists of small things: how many requests they cost, and that nothing is lost on the way."""

from __future__ import annotations

from collections import Counter

import pytest

from connector.sandbox.jira.hands import Hands
from tests.support.jira import JiraStage

FEW = ("status", "status_category", "parent", "summary")
SETS = (*FEW, "components", "labels")
MANY = 1_150


@pytest.fixture(scope="module")
def grown() -> JiraStage:
    stage = JiraStage("cloud")
    team = Hands(stage.sandbox.world, "mei.chen")
    for number in range(MANY):
        team.create("OPS", "Story", f"Story {number}", labels=(f"l{number % 7}",))
    stage.clock.advance(3_600)
    return stage


def listed(stage: JiraStage, fields: tuple[str, ...]) -> tuple[dict[str, str], Counter[str]]:
    """Summaries by id, each once, and what was asked for."""
    stage.adapter.kinds("OPS")
    stage.wire.requests.clear()
    rows = [row for page in stage.adapter.listed("OPS", "", fields) for row in page]
    found = {row.key: str(row.fields["summary"]) for row in rows}
    assert len(found) == len(rows)
    asked = Counter(request.path.partition("/rest/api/")[2][2:] for request in stage.wire.requests)
    return found, asked


def everything(stage: JiraStage) -> dict[str, str]:
    issues = stage.sandbox.world.issues.values()
    return {one.id: one.fields["summary"] for one in issues if one.key.startswith("OPS-")}


def test_a_thousand_bodies_come_in_a_request_where_few_fields_are_asked_for(
    grown: JiraStage,
) -> None:
    found, asked = listed(grown.restarted(), FEW)
    assert found == everything(grown)
    assert (asked["search/jql"], asked["issue/bulkfetch"]) == (2, 2)


def test_sets_of_values_are_tried_and_a_refusal_is_remembered(grown: JiraStage) -> None:
    stage = grown.restarted()
    found, asked = listed(stage, SETS)
    assert found == everything(grown)
    assert (asked["search/jql"], asked["issue/bulkfetch"]) == (2, 1 + 11)
    assert listed(stage, SETS)[1]["issue/bulkfetch"] == 11


def test_a_site_that_takes_them_gives_a_thousand_with_their_labels(grown: JiraStage) -> None:
    grown.sandbox.settings.bulk_sets = True
    found, asked = listed(grown.restarted(), SETS)
    grown.sandbox.settings.bulk_sets = False
    assert found == everything(grown)
    assert (asked["search/jql"], asked["issue/bulkfetch"]) == (2, 2)


def test_large_fields_come_a_hundred_at_a_time(grown: JiraStage) -> None:
    found, asked = listed(grown.restarted(), (*FEW, "description"))
    assert found == everything(grown)
    assert (asked["search/jql"], asked["issue/bulkfetch"]) == (12, 0)


def test_the_ways_of_a_thousand_issues_come_in_a_request(grown: JiraStage) -> None:
    """Ten thousand entries on a page: four or five a story are no reason for a second one."""
    stage = grown.restarted()
    team = Hands(stage.sandbox.world, "mei.chen")
    keys = list(everything(grown))[:300]
    for key in keys:
        team.move_to(key, "Done")
    stage.clock.advance(60)
    stage.adapter.kinds("OPS")
    stage.wire.requests.clear()
    found = stage.adapter.histories("OPS", keys, ["status"])
    assert sum(map(len, found.values())) == 4 * 300
    assert len(stage.wire.requests) == 1


def test_a_short_list_is_one_search() -> None:
    stage = JiraStage("cloud")
    Hands(stage.sandbox.world, "mei.chen").create("OPS", "Story", "Alone")
    stage.clock.advance(3_600)
    _, asked = listed(stage, SETS)
    assert (asked["search/jql"], asked["issue/bulkfetch"]) == (1, 0)


def test_one_issue_that_is_gone_does_not_make_the_others_dear() -> None:
    """Data Center refuses a search for an id that it does not know: it is found by halving."""
    stage = JiraStage("dc")
    team = Hands(stage.sandbox.world, "mei.chen")
    keys = [team.create("OPS", "Story", f"Story {number}").id for number in range(120)]
    for key in keys:
        team.move_to(key, "Done")
    team.delete(keys[17])
    stage.clock.advance(60)
    stage.adapter.kinds("OPS")
    stage.wire.requests.clear()
    found = stage.adapter.histories("OPS", keys, ["status"])
    assert found.keys() == set(keys) - {keys[17]}
    assert len(stage.wire.requests) <= 2 * 7 + 3, "seven halvings, and the lost one by itself"
