"""The ServiceNow adapter in bad weather: nothing twice, nothing lost, every doubt told as one."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connector.errors import AccessLost, BrokenAnswer, RetryLater, Unreachable
from connector.values import CommentDraft, Done, Move, NotSent, Patch, Unclear
from tests.support.servicenow import CLOSING, ServiceNowStage, a_draft, kinds

CREATE = {"method": "POST", "path": "/incident$"}
BATCH = {"method": "POST", "path": "/batch$"}
DOUBTS = [
    ("drop_after", {}, True),
    ("drop_before", {}, False),
    ("truncate", {}, True),
    ("html", {}, False),
    ("accepted", {}, False),
    ("status", {"status": 202, "body": '{"result": {"sys_id": "1"}}'}, False),
    ("slow", {"seconds": 40}, True),
    ("late", {"seconds": 50}, False),
    ("status", {"status": 500}, False),
    ("status", {"status": 502, "body": "<html>"}, False),
    ("status", {"status": 503, "retry_after": "5"}, False),
    ("status", {"status": 504}, False),
]
PASSING = [
    ("drop_before", {}),
    ("drop_after", {}),
    ("truncate", {}),
    ("html", {}),
    ("accepted", {}),
    ("partial", {}),
    ("slow", {"seconds": 40}),
    ("status", {"status": 500}),
    ("status", {"status": 503, "body": "<html>"}),
    ("status", {"status": 429}),
]


@pytest.fixture
def stage() -> ServiceNowStage:
    return ServiceNowStage()


def renamed(*keys: str) -> list[Patch]:
    return [Patch("incident", key, {"short_description": "new"}) for key in keys]


@pytest.mark.parametrize(("kind", "options", "happened"), DOUBTS)
def test_a_create_in_doubt_is_never_sent_again(
    stage: ServiceNowStage, kind: str, options: dict[str, Any], happened: bool
) -> None:
    stage.weather(kind, **options, **CREATE)
    assert kinds(stage.adapter.create([a_draft(1)])) == ["Unclear"]
    assert len(stage.asked("POST")) == 1
    assert len(stage.rows()) == int(happened)


def test_a_create_that_is_done_late_is_there_once(stage: ServiceNowStage) -> None:
    stage.weather("late", seconds=50, **CREATE)
    [result] = stage.adapter.create([a_draft(1)])
    assert isinstance(result, Unclear)
    mark = a_draft(1).mark
    assert stage.adapter.find("incident", [mark]) == {}
    stage.clock.advance(60)
    assert len(stage.adapter.find("incident", [mark])[mark]) == 1
    assert len(stage.rows()) == 1


def test_one_doubt_among_creates_is_one_doubt(stage: ServiceNowStage) -> None:
    stage.weather("drop_after", **CREATE)
    results = stage.adapter.create([a_draft(n) for n in range(5)])
    assert sorted(kinds(results)) == ["Done"] * 4 + ["Unclear"]
    assert len(stage.rows()) == 5


@pytest.mark.parametrize(("retry_after", "least"), [("7", 7.0), ("date:7", 6.0), ("0", 0.0)])
def test_a_rate_limit_is_waited_out_and_the_write_happens_once(
    stage: ServiceNowStage, retry_after: str, least: float
) -> None:
    stage.adapter.server_now()
    stage.weather("status", status=429, retry_after=retry_after, **CREATE)
    assert kinds(stage.adapter.create([a_draft(1)])) == ["Done"]
    assert least <= sum(stage.slept) <= least + 1
    assert len(stage.rows()) == 1


def test_an_hour_is_not_waited_but_told(stage: ServiceNowStage) -> None:
    stage.world.knobs.max_rate = 1
    stage.created(a_draft(1))
    [result] = stage.adapter.create([a_draft(2)])
    assert isinstance(result, NotSent)
    assert isinstance(result.error, RetryLater)
    assert result.error.after == 1800
    with pytest.raises(RetryLater) as caught:
        stage.seen()
    assert caught.value.after == 1800
    assert stage.slept == []
    stage.clock.advance(1800)
    assert kinds(stage.adapter.create([a_draft(2)])) == ["Done"]


def test_a_semaphore_without_hint_is_waited_for(stage: ServiceNowStage) -> None:
    stage.weather("status", status=429, body="<html>busy</html>", times=3, **CREATE)
    assert kinds(stage.adapter.create([a_draft(1)])) == ["Done"]
    assert len(stage.slept) == 3


@pytest.mark.parametrize(("kind", "options"), PASSING)
def test_a_read_is_simply_repeated(
    stage: ServiceNowStage, kind: str, options: dict[str, Any]
) -> None:
    keys = stage.filled(6)
    stage.weather(kind, times=2, method="GET", **options)
    assert [one.key for one in stage.seen()] == keys
    assert len(stage.wire.requests) == 3


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("html", BrokenAnswer),
        ("truncate", RetryLater),
        ("accepted", RetryLater),
        ("partial", RetryLater),
        ("drop_before", Unreachable),
    ],
)
def test_what_lasts_is_called_what_it_is(
    stage: ServiceNowStage, kind: str, error: type[Exception]
) -> None:
    stage.filled(4)
    stage.weather(kind, times=None)
    with pytest.raises(error):
        stage.seen()
    assert 2 < len(stage.wire.requests) <= 8
    assert sum(stage.slept) <= 30


def test_a_sleeping_instance_is_told_how_to_wake(stage: ServiceNowStage) -> None:
    stage.weather("html", times=None)
    with pytest.raises(BrokenAnswer, match=r"hibernates.*logging in with a browser"):
        stage.adapter.identity()


def test_a_cut_answer_with_a_whole_head_is_no_short_list(stage: ServiceNowStage) -> None:
    stage.filled(4)
    body = json.dumps({"result": [{"sys_id": "a"}]})[:-2]
    stage.weather("status", status=200, body=body, times=None)
    with pytest.raises(BrokenAnswer, match="cut off"):
        stage.seen()


@pytest.mark.parametrize("body", ["{}", '{"result": {}}', '{"result": null}', "[]", "null"])
def test_an_answer_without_a_list_is_no_empty_list(stage: ServiceNowStage, body: str) -> None:
    stage.weather(
        "status", status=200, body=body, headers={"Content-Type": "application/json"}, times=None
    )
    with pytest.raises(BrokenAnswer, match="no result list"):
        stage.seen()


@pytest.mark.parametrize(("kind", "options", "happened"), DOUBTS)
def test_a_lost_edit_is_a_doubt_and_not_repeated(
    stage: ServiceNowStage, kind: str, options: dict[str, Any], happened: bool
) -> None:
    key = stage.opened()
    stage.weather(kind, method="PATCH", **options)
    assert kinds(stage.adapter.patch(renamed(key), [])) == ["Unclear"]
    assert len(stage.asked("PATCH")) == 1
    assert (stage.row(key)["short_description"] == "new") is happened


@pytest.mark.parametrize(("kind", "options", "happened"), DOUBTS)
def test_a_lost_batch_leaves_all_its_edits_in_doubt(
    stage: ServiceNowStage, kind: str, options: dict[str, Any], happened: bool
) -> None:
    keys = [stage.opened() for _ in range(3)]
    stage.weather(kind, **options, **BATCH)
    assert kinds(stage.adapter.patch(renamed(*keys), [])) == ["Unclear"] * 3
    assert len(stage.asked("POST")) == 1
    changed = [stage.row(key)["short_description"] == "new" for key in keys]
    assert changed == [happened] * 3


def test_one_lost_batch_does_not_spoil_the_next(stage: ServiceNowStage) -> None:
    keys = stage.filled(60)
    stage.weather("drop_after", **BATCH)
    results = stage.adapter.patch(renamed(*keys), [])
    assert kinds(results) == ["Unclear"] * 40 + ["Done"] * 20


def test_a_rate_limited_batch_is_waited_for(stage: ServiceNowStage) -> None:
    keys = [stage.opened(), stage.opened()]
    stage.weather("status", status=429, retry_after="3", **BATCH)
    assert kinds(stage.adapter.patch(renamed(*keys), [])) == ["Done", "Done"]


def test_a_hidden_record_in_a_batch_spoils_no_other(stage: ServiceNowStage) -> None:
    keys = [stage.opened() for _ in range(3)]
    stage.world.knobs.hidden_rows.add(keys[1])
    assert kinds(stage.adapter.patch(renamed(*keys), [])) == ["Done", "NotSent", "Done"]


def test_a_lost_move_is_a_doubt(stage: ServiceNowStage) -> None:
    key = stage.opened()
    stage.weather("drop_after", method="PATCH")
    move = Move("incident", key, "state", ("6",), CLOSING)
    assert kinds([stage.adapter.move([move], [])[0]]) == ["Unclear"]
    assert stage.row(key)["state"] == "6"
    done = stage.adapter.move([move], [])[0]
    assert isinstance(done, Done)
    assert done.hops == ()


def test_behind_a_doubtful_note_the_others_wait(stage: ServiceNowStage) -> None:
    key = stage.opened()
    stage.weather("drop_after", method="PATCH", skip=1)
    drafts = [CommentDraft("incident", key, "work_notes", f"{n} r{n}", f"r{n}") for n in range(4)]
    assert kinds(stage.adapter.comment(drafts)) == ["Done", "Unclear", "NotSent", "NotSent"]
    assert stage.notes(key) == ["0 r0", "1 r1"]


def test_a_lost_batch_of_notes_is_not_written_again(stage: ServiceNowStage) -> None:
    one, two = stage.opened(), stage.opened()
    stage.weather("drop_after", **BATCH)
    drafts = [CommentDraft("incident", k, "work_notes", f"{k} r", "r") for k in (one, two, one)]
    assert kinds(stage.adapter.comment(drafts)) == ["Unclear", "Unclear", "NotSent"]
    assert [len(stage.notes(key)) for key in (one, two)] == [1, 1]


def test_a_login_lost_on_the_way_stops_the_side(stage: ServiceNowStage) -> None:
    keys = stage.filled(3)
    stage.sandbox.auth.basic_allowed = False
    with pytest.raises(AccessLost):
        stage.adapter.create([a_draft(1)])
    with pytest.raises(AccessLost):
        stage.adapter.patch(renamed(*keys), [])
    with pytest.raises(AccessLost):
        stage.adapter.read("incident", keys, [])
    assert len(stage.wire.requests) == 1


def test_many_threads_share_one_adapter_in_bad_weather() -> None:
    stage = ServiceNowStage("oauth_client", concurrency=4)
    stage.weather("status", status=503, method="GET", rate=0.2, times=None)
    keys = stage.filled(200)
    gate = threading.Barrier(4)

    def work(place: int) -> tuple[list[str], str]:
        gate.wait()
        mine = keys[place * 50 : place * 50 + 50]
        found = stage.adapter.read("incident", mine, ["number"])
        [done] = stage.adapter.create([a_draft(place)])
        assert isinstance(done, Done)
        return sorted(found), str(done.record and done.record.fields["short_description"])

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(4)))
    assert results == [(keys[n * 50 : n * 50 + 50], f"incident {n}") for n in range(4)]
    assert len(stage.asked("POST", "/oauth_token.do")) == 1
