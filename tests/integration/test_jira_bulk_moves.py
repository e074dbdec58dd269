"""Cloud's bulk transition: one request for many, and every way in which it can go wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.errors import AccessLost
from connector.sandbox.jira import Hands
from connector.values import Done, Unclear
from tests.support.jira import JiraStage
from tests.support.jira_moves import SEEN, bulk_bodies, hops, led, moves, sent, some, status, taught

BULK = "/bulk/issues/transition$"
QUEUE = "/bulk/queue/"
WAY = ["Select", "Start work", "Ask for review"]


@pytest.fixture
def stage() -> JiraStage:
    """A Cloud site whose workflow is known."""
    made = JiraStage("cloud")
    taught(made)
    return made


def selected(results: list[Any]) -> None:
    """All issues are where they were wanted, and were seen there."""
    assert all(isinstance(one, Done) for one in results), results
    names = [one.record.fields["status"] for one in results if one.record]
    assert names == ["Selected for Development"] * len(results)


def test_people_are_not_mailed_and_sorts_are_not_mixed(stage: JiraStage) -> None:
    led(stage, some(stage, 1, kind="Epic"), "Done", resolution="Done")
    keys = [*some(stage, 3, kind="Epic"), *some(stage, 4)]
    sent(stage)
    selected(led(stage, keys, "Selected for Development"))
    bodies = bulk_bodies(stage)
    sizes = sorted(len(b["bulkTransitionInputs"][0]["selectedIssueIdsOrKeys"]) for b in bodies)  # type: ignore[index]
    assert sizes == [3, 4]
    assert {body["sendBulkNotification"] for body in bodies} == {False}


def test_two_go_by_themselves(stage: JiraStage) -> None:
    keys = some(stage, 2)
    sent(stage)
    selected(led(stage, keys, "Selected for Development"))
    price = sent(stage)
    assert (price["POST bulk/issues/transition"], price["POST issue/ID/transitions"]) == (0, 2)


def test_a_slow_task_is_waited_for_ever_more_seldom(stage: JiraStage) -> None:
    stage.sandbox.bulk.knobs.seconds = 20
    keys = some(stage, 5)
    sent(stage)
    selected(led(stage, keys, "Selected for Development"))
    assert sent(stage)["GET bulk/queue/ID"] <= 8
    assert [hops(stage, key) for key in keys] == [["Select"]] * 5


def test_one_that_failed_is_walked_and_told_why(stage: JiraStage) -> None:
    keys = some(stage, 5)
    asked = moves(stage, keys, "In Review")
    Hands(stage.sandbox.world, "mei.chen").move_to(keys[1], "Done")
    results = stage.adapter.move(asked, SEEN)
    assert all(isinstance(one, Done) for one in results)
    assert [status(stage, key) for key in keys] == ["In Review"] * 5
    assert hops(stage, keys[1])[-2:] == ["Reopen", "Ask for review"]


def test_a_task_that_dies_half_way_is_finished_singly(stage: JiraStage) -> None:
    stage.sandbox.bulk.knobs.serves = 2
    keys = some(stage, 6)
    results = led(stage, keys, "In Review")
    assert all(isinstance(one, Done) for one in results)
    assert [hops(stage, key) for key in keys] == [WAY] * 6


def test_a_task_without_an_end_is_left_and_its_late_work_does_no_harm(stage: JiraStage) -> None:
    stage.sandbox.bulk.knobs.seconds = 3600
    keys = some(stage, 5)
    selected(led(stage, keys, "Selected for Development"))
    assert sum(stage.slept) < 90
    stage.sandbox.bulk.knobs.seconds = 0.2
    sent(stage)
    more = some(stage, 5)
    selected(led(stage, more, "Selected for Development"))
    assert sent(stage)["POST bulk/issues/transition"] == 0
    stage.clock.advance(4000)
    stage.adapter.identity()
    assert [hops(stage, key) for key in keys] == [["Select"]] * 5


def test_a_step_that_might_lead_back_later_is_left_in_doubt(stage: JiraStage) -> None:
    forget_what_leaves(stage, "in progress")
    stage.sandbox.bulk.knobs.seconds = 3600
    keys = some(stage, 4)
    results = led(stage, keys, "In Progress")
    assert [type(one) for one in results] == [Unclear] * 4
    assert [hops(stage, key) for key in keys] == [[]] * 4


def test_a_lost_request_that_might_lead_back_later_is_left_in_doubt(stage: JiraStage) -> None:
    forget_what_leaves(stage, "in progress")
    keys = some(stage, 4)
    stage.weather("drop_after", method="POST", path=BULK)
    results = led(stage, keys, "In Progress")
    assert [type(one) for one in results] == [Unclear] * 4
    stage.clock.advance(10)
    again = led(stage, keys, "In Progress")
    assert all(isinstance(one, Done) for one in again)
    assert [hops(stage, key) for key in keys] == [["Select", "Start work"]] * 4


def forget_what_leaves(stage: JiraStage, name: str) -> None:
    """Make the adapter forget the steps out of one status."""
    for key, text in list(stage.memory.items()):
        if ":workflow:" in key:
            graph = json.loads(text)
            graph["steps"].pop(name, None)
            stage.memory.put(key, json.dumps(graph))


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "truncate", "html"])
def test_a_lost_request_is_never_sent_again(stage: JiraStage, kind: str) -> None:
    keys = some(stage, 5)
    stage.weather(kind, method="POST", path=BULK)
    sent(stage)
    selected(led(stage, keys, "Selected for Development"))
    assert len(bulk_bodies(stage)) == 1
    stage.clock.advance(10)
    stage.adapter.identity()
    assert [hops(stage, key) for key in keys] == [["Select"]] * 5


def test_a_lost_request_on_a_longer_way_happens_once(stage: JiraStage) -> None:
    keys = some(stage, 5)
    stage.weather("drop_after", method="POST", path=BULK, skip=1)
    results = led(stage, keys, "In Review")
    assert all(isinstance(one, Done) for one in results), results
    stage.clock.advance(10)
    stage.adapter.identity()
    assert [hops(stage, key) for key in keys] == [WAY] * 5


def test_a_report_that_cannot_be_read_is_no_proof(stage: JiraStage) -> None:
    keys = some(stage, 5)
    stage.weather("status", status=404, body='{"errors": []}', path=QUEUE, times=None)
    selected(led(stage, keys, "Selected for Development"))
    stage.clock.advance(10)
    stage.adapter.identity()
    assert [hops(stage, key) for key in keys] == [["Select"]] * 5


def test_a_missing_right_is_remembered(stage: JiraStage) -> None:
    stage.sandbox.bulk.knobs.allowed = False
    sent(stage)
    selected(led(stage, some(stage, 5), "Selected for Development"))
    assert len(bulk_bodies(stage)) == 2
    again = stage.restarted()
    selected(led(again, some(again, 5), "Selected for Development"))
    assert bulk_bodies(again) == []
    stage.sandbox.bulk.knobs.allowed = True
    stage.clock.advance(25 * 3600)
    later = stage.restarted()
    later.adapter.identity()
    selected(led(later, some(later, 5), "Selected for Development"))
    assert len(bulk_bodies(later)) == 1


def test_who_may_not_keep_people_from_being_mailed_mails_them(stage: JiraStage) -> None:
    stage.sandbox.bulk.knobs.quiet = False
    sent(stage)
    selected(led(stage, some(stage, 5), "Selected for Development"))
    selected(led(stage, some(stage, 5), "Selected for Development"))
    assert [body["sendBulkNotification"] for body in bulk_bodies(stage)] == [False, True, True]


def test_a_short_rate_limit_is_waited_out(stage: JiraStage) -> None:
    stage.weather("status", status=429, retry_after="7", method="POST", path=BULK)
    sent(stage)
    selected(led(stage, some(stage, 5), "Selected for Development"))
    assert sent(stage)["POST issue/ID/transitions"] == 0
    assert sum(stage.slept) >= 7


def test_a_lasting_rate_limit_on_bulk_leaves_single_steps(stage: JiraStage) -> None:
    stage.weather("status", status=429, retry_after="600", method="POST", path=BULK, times=None)
    keys = some(stage, 5)
    selected(led(stage, keys, "Selected for Development"))
    assert [hops(stage, key) for key in keys] == [["Select"]] * 5


def test_a_request_jira_does_not_take_leaves_single_steps(stage: JiraStage) -> None:
    stage.weather("status", status=400, body='{"errors": [{"message": "no"}]}', path=BULK)
    sent(stage)
    selected(led(stage, some(stage, 5), "Selected for Development"))
    price = sent(stage)
    assert price["POST issue/ID/transitions"] == 5
    assert price["GET issue/ID"] == 0


def test_a_person_who_is_faster_keeps_what_he_did(stage: JiraStage) -> None:
    keys = some(stage, 4)
    asked = moves(stage, keys, "Selected for Development")
    Hands(stage.sandbox.world, "mei.chen").move_to(keys[0], "Selected for Development")
    results = stage.adapter.move(asked, SEEN)
    selected(results)
    assert [len(hops(stage, key)) for key in keys] == [1] * 4
    assert isinstance(results[0], Done)
    assert results[0].hops == ()


def test_a_dead_token_stops_everything(stage: JiraStage) -> None:
    asked = moves(stage, some(stage, 5), "Selected for Development")
    stage.sandbox.access.revoked = True
    with pytest.raises(AccessLost):
        stage.adapter.move(asked, SEEN)
