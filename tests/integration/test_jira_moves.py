"""Many issues on their way at once: known ways cost no look, and nothing happens twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.sandbox.jira import Hands
from connector.values import Done, Move, NotSent, Refused
from tests.support.jira import JiraStage
from tests.support.jira_moves import SEEN, hops, led, moves, sent, some, status, taught

WAY = ["Select", "Start work", "Ask for review"]


@pytest.fixture(params=["cloud", "dc"])
def stage(request: pytest.FixtureRequest) -> JiraStage:
    return JiraStage(request.param)


def done(results: list[Any]) -> list[Done]:
    """Results that must all be well."""
    assert all(isinstance(one, Done) for one in results), results
    return results


def test_a_known_way_is_gone_without_a_look(stage: JiraStage) -> None:
    taught(stage)
    keys = some(stage, 10)
    asked = moves(stage, keys, "In Review")
    sent(stage)
    results = done(stage.adapter.move(asked, SEEN))
    price = sent(stage)
    if stage.flavour == "cloud":
        assert price == {
            "POST bulk/issues/transition": 3,
            "GET bulk/queue/ID": 3,
            "POST issue/bulkfetch": 1,
        }
    else:
        assert price == {"POST issue/ID/transitions": 30, "POST search": 1}
    for key, result in zip(keys, results, strict=True):
        assert hops(stage, key) == WAY
        assert [hop.split(" -> ")[0] for hop in result.hops] == WAY
        assert result.record == stage.adapter.read("OPS", [key], SEEN, fresh=True)[key]


def test_one_goes_ahead_where_nobody_knows_the_way(stage: JiraStage) -> None:
    keys = some(stage, 12)
    asked = moves(stage, keys, "In Progress")
    sent(stage)
    done(stage.adapter.move(asked, SEEN))
    price = sent(stage)
    assert price["GET issue/ID/transitions"] <= 4
    assert {tuple(hops(stage, key)) for key in keys} == {("Select", "Start work")}


def test_the_longest_way_is_scouted_for_all(stage: JiraStage) -> None:
    keys = some(stage, 9)
    targets = ("Selected for Development", "Done", "In Progress")
    asked = [
        move
        for n, target in enumerate(targets)
        for move in moves(stage, keys[n::3], target, resolution="Done")
    ]
    sent(stage)
    done(stage.adapter.move(asked, SEEN))
    assert sent(stage)["GET issue/ID/transitions"] <= 5
    assert [status(stage, key) for key in keys] == list(targets) * 3


def test_a_screen_is_filled_from_memory(stage: JiraStage) -> None:
    taught(stage)
    fresh = stage.restarted()
    keys = some(fresh, 4)
    asked = moves(fresh, keys, "Done", resolution="Duplicate")
    sent(fresh)
    results = done(fresh.adapter.move(asked, [*SEEN, "resolution"]))
    price = sent(fresh)
    assert price["GET issue/ID/transitions"] == price["GET issue/ID"] == 0
    assert price["POST issue/ID/transitions"] == (4 if stage.flavour == "cloud" else 16)
    assert [one.record.fields["resolution"] for one in results if one.record] == ["Duplicate"] * 4


def test_a_demanded_value_that_is_missing_is_named(stage: JiraStage) -> None:
    taught(stage)
    results = led(stage, some(stage, 4), "Done")
    assert [one.error.field for one in results if isinstance(one, Refused)] == ["resolution"] * 4


def test_whom_somebody_moved_meanwhile_is_walked_from_there(stage: JiraStage) -> None:
    taught(stage)
    keys = some(stage, 5)
    asked = moves(stage, keys, "In Review")
    Hands(stage.sandbox.world, "mei.chen").move_to(keys[2], "In Progress")
    results = done(stage.adapter.move(asked, SEEN))
    assert [one.record.fields["status"] for one in results if one.record] == ["In Review"] * 5
    assert all(hops(stage, key) == WAY for key in keys)
    assert results[2].hops == ("Ask for review -> In Review",)


def test_who_is_there_already_is_only_read(stage: JiraStage) -> None:
    taught(stage)
    keys = some(stage, 4)
    before = stage.writes()
    results = done(led(stage, keys, "Backlog"))
    assert stage.writes() == before
    assert [one.record.fields["status"] for one in results if one.record] == ["Backlog"] * 4


def test_a_workflow_that_changed_is_learned_anew(stage: JiraStage) -> None:
    taught(stage)
    for name, text in list(stage.memory.items()):
        if ":workflow:" in name:
            stage.memory.put(name, text.replace('"id": "11"', '"id": "999"'))
    keys = some(stage, 4)
    done(led(stage, keys, "In Progress"))
    assert {tuple(hops(stage, key)) for key in keys} == {("Select", "Start work")}
    again = some(stage, 4)
    asked = moves(stage, again, "In Progress")
    sent(stage)
    done(stage.adapter.move(asked, SEEN))
    assert sent(stage)["GET issue/ID/transitions"] == 0


def test_ways_learned_before_screens_were_kept_still_serve(stage: JiraStage) -> None:
    taught(stage)
    for name, text in list(stage.memory.items()):
        if ":workflow:" in name:
            graph = json.loads(text)
            for step in (step for steps in graph["steps"].values() for step in steps):
                del step["screen"]
            stage.memory.put(name, json.dumps(graph))
    keys = some(stage, 4)
    results = done(led(stage, keys, "Done", resolution="Duplicate"))
    assert [one.record.fields["status"] for one in results if one.record] == ["Done"] * 4


def test_one_that_is_gone_does_not_hold_the_others(stage: JiraStage) -> None:
    taught(stage)
    keys = some(stage, 5)
    asked = moves(stage, keys, "In Progress")
    stage.sandbox.world.hidden.add(keys[1])
    results = stage.adapter.move(asked, SEEN)
    assert [type(one) for one in results] == [Done, NotSent, Done, Done, Done]
    assert hops(stage, keys[1]) == []


def test_moves_to_several_places_each_find_their_own(stage: JiraStage) -> None:
    taught(stage)
    keys = some(stage, 8)
    targets = ["Selected for Development", "In Review"] * 4
    asked = [moves(stage, [key], target)[0] for key, target in zip(keys, targets, strict=True)]
    done(stage.adapter.move(asked, SEEN))
    assert [status(stage, key) for key in keys] == targets


def test_without_a_read_before_them_moves_are_walked(stage: JiraStage) -> None:
    taught(stage)
    keys = some(stage, 4)
    done(stage.adapter.move([Move("OPS", key, "status", ("In Progress",)) for key in keys], SEEN))
    assert [status(stage, key) for key in keys] == ["In Progress"] * 4


def test_no_moves_are_no_work(stage: JiraStage) -> None:
    assert stage.adapter.move([], SEEN) == []


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_lost_step_is_looked_at_before_it_is_repeated(stage: JiraStage, kind: str) -> None:
    taught(stage)
    keys = some(stage, 2)
    stage.weather(kind, method="POST", path="/transitions")
    done(led(stage, keys, "In Review"))
    assert all(hops(stage, key) == WAY for key in keys)


def test_steps_that_cannot_be_seen_are_done_but_unread(stage: JiraStage) -> None:
    taught(stage)
    keys = some(stage, 5)
    asked = moves(stage, keys, "Selected for Development")
    reads = "bulkfetch$" if stage.flavour == "cloud" else "(search|/[0-9]+)$"
    stage.weather("status", status=503, times=None, path=reads)
    results = done(stage.adapter.move(asked, SEEN))
    assert [one.record for one in results] == [None] * 5
    assert all(hops(stage, key) == ["Select"] for key in keys)


def test_the_index_is_believed_only_about_what_came_after_our_steps() -> None:
    stage = JiraStage("dc")
    taught(stage)
    keys = some(stage, 8)
    asked = moves(stage, keys, "In Progress")
    stage.sandbox.index.lag = 600
    sent(stage)
    results = done(stage.adapter.move(asked, SEEN))
    assert sent(stage)["GET issue/ID"] == 8
    truth = [str(round(stage.issue(key).updated.timestamp() * 1000)) for key in keys]
    assert [one.record.version for one in results if one.record] == truth


def test_an_old_visit_to_the_wanted_status_proves_nothing() -> None:
    stage = JiraStage("dc")
    taught(stage)
    keys = some(stage, 6)
    led(stage, keys, "In Progress")
    stage.sandbox.index.lag = 600
    led(stage, keys, "Selected for Development")
    asked = moves(stage, keys, "In Progress")
    results = done(stage.adapter.move(asked, SEEN))
    truth = [str(round(stage.issue(key).updated.timestamp() * 1000)) for key in keys]
    assert [one.record.version for one in results if one.record] == truth
