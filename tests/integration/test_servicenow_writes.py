"""What happened is never called undone: answers that cannot be read, batches that end early."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connector.sandbox.http import App, Request, Response
from connector.values import CommentDraft, Done, Move, NotSent, Patch, Refused, Trace, Unclear
from tests.support.servicenow import CLOSING, ServiceNowStage, a_draft, kinds

STAMP = "incident.sys_created_on"


class Rewriting:
    """An instance, or a proxy before it, whose answers to some requests look odd."""

    def __init__(self, app: App, change: Callable[[Request, Any], Any]) -> None:
        self._app = app
        self._change = change

    def handle(self, request: Request) -> Response:
        answer = self._app.handle(request)
        if request.method == "GET":
            return answer
        changed = self._change(request, json.loads(answer.body))
        return replace(answer, body=json.dumps(changed).encode())


def odd(body: Any) -> ServiceNowStage:
    """Every write is done, and answered with this body."""
    return ServiceNowStage(between=lambda app: Rewriting(app, lambda _request, _value: body))


def items(change: Callable[[dict[str, Any]], Any]) -> ServiceNowStage:
    """Every batch answer has its first item changed."""

    def each(_request: Request, value: Any) -> Any:
        if "serviced_requests" in value:
            value["serviced_requests"][0] |= change(value["serviced_requests"][0])
        return value

    return ServiceNowStage(between=lambda app: Rewriting(app, each))


def renamed(*keys: str) -> list[Patch]:
    return [Patch("incident", key, {"short_description": "new"}) for key in keys]


def test_a_create_whose_answer_hides_a_stamp_is_done() -> None:
    stage = ServiceNowStage()
    stage.world.knobs.hidden_fields.add(STAMP)
    [done] = stage.adapter.create([a_draft(1)])
    assert isinstance(done, Done)
    assert done.record is None
    assert [row["sys_id"] for row in stage.rows()] == [done.key]
    assert done.label == stage.row(done.key)["number"]


@pytest.mark.parametrize("body", [{}, [], None, {"result": None}, {"result": {}}, {"result": "x"}])
def test_a_create_whose_answer_names_nobody_is_a_doubt(body: Any) -> None:
    stage = odd(body)
    assert kinds(stage.adapter.create([a_draft(1)])) == ["Unclear"]
    assert len(stage.rows()) == 1


@pytest.mark.parametrize("number", [1, 3])
def test_an_edit_whose_answer_hides_a_stamp_is_done(number: int) -> None:
    stage = ServiceNowStage()
    keys = [stage.opened() for _ in range(number)]
    stage.world.knobs.hidden_fields.add(STAMP)
    results = stage.adapter.patch(renamed(*keys), ["short_description"])
    assert results == [Done(key) for key in keys]
    assert {stage.row(key)["short_description"] for key in keys} == {"new"}


def test_a_move_whose_answer_hides_a_stamp_is_done() -> None:
    stage = ServiceNowStage()
    key = stage.opened()

    def bare(_request: Request, value: Any) -> Any:
        return {"result": {"state": value["result"]["state"]}}

    stage = ServiceNowStage(before=stage, between=lambda app: Rewriting(app, bare))
    done = stage.adapter.move([Move("incident", key, "state", ("6",), CLOSING)], [])[0]
    assert done == Done(key, "", None, ("6",))
    assert stage.row(key)["state"] == "6"


@pytest.mark.parametrize(
    "body", [[], {}, None, {"serviced_requests": None}, {"result": {}}, {"serviced_requests": {}}]
)
def test_a_batch_whose_answer_is_none_leaves_every_item_unclear(body: Any) -> None:
    stage = ServiceNowStage()
    keys = [stage.opened(), stage.opened()]
    stage = ServiceNowStage(
        before=stage, between=lambda app: Rewriting(app, lambda _request, _value: body)
    )
    assert kinds(stage.adapter.patch(renamed(*keys), [])) == ["Unclear", "Unclear"]
    assert {stage.row(key)["short_description"] for key in keys} == {"new"}


CUT = {"result": {"sys_id": "1"}, "error": {"message": "Transaction cancelled"}}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"body": "%%% no base64 %%%x"}, "Unclear"),
        ({"status_code": "soon"}, "Unclear"),
        ({"status_code": 202, "body": ""}, "Unclear"),
        ({"status_code": None}, "Unclear"),
        ({"status_code": 503, "body": ""}, "Unclear"),
        ({"status_code": 429, "body": ""}, "NotSent"),
        ({"body": base64.b64encode(b'{"resu').decode()}, "Unclear"),
        ({"body": base64.b64encode(json.dumps(CUT).encode()).decode()}, "Unclear"),
        ({"body": base64.b64encode(b'{"result": null}').decode()}, "Done"),
    ],
)
def test_an_odd_item_of_a_batch_spoils_no_other(change: dict[str, Any], kind: str) -> None:
    stage = items(lambda _item: change)
    keys = [stage.opened(), stage.opened()]
    results = stage.adapter.patch(renamed(*keys), ["short_description"])
    assert kinds(results) == [kind, "Done"]


def test_a_refused_item_stands_between_good_ones() -> None:
    stage = ServiceNowStage()
    keys = [stage.opened() for _ in range(3)]
    patches = renamed(*keys)
    patches[1] = Patch("incident", keys[1], {"state": "6", "close_code": "Nonsense"})
    first, second, third = stage.adapter.patch(patches, ["short_description"])
    assert isinstance(first, Done)
    assert isinstance(second, Refused)
    assert "mandatory: Resolution code" in str(second.error)
    assert isinstance(third, Done)
    assert third.record is not None
    assert third.record.fields == {"short_description": "new"}
    assert stage.row(keys[1])["state"] == "1"


def test_what_has_no_place_in_servicenow_is_not_sent_at_all() -> None:
    stage = ServiceNowStage()
    keys = [stage.opened(), stage.opened()]
    patches = renamed(*keys)
    patches[0] = replace(patches[0], add={"labels": ("x",)})
    assert kinds(stage.adapter.patch(patches, [])) == ["Refused", "Done"]
    assert [stage.row(key)["short_description"] for key in keys] == ["Slow mail", "new"]
    assert kinds(stage.adapter.patch(patches[:1], [])) == ["Refused"]
    assert len(stage.asked("POST")) == 0
    assert len(stage.asked("PATCH")) == 1


def test_a_batch_that_runs_out_of_time_leaves_one_edit_in_doubt() -> None:
    stage = ServiceNowStage()
    keys = [stage.opened() for _ in range(5)]
    stage.world.knobs.batch_serves = 2
    stage.world.knobs.batch_loses_last = True
    results = stage.adapter.patch(renamed(*keys), [])
    assert kinds(results) == ["Done", "Done", "Unclear", "NotSent", "NotSent"]
    done = [stage.row(key)["short_description"] == "new" for key in keys]
    assert done == [True, True, True, False, False]


def test_a_note_under_way_when_the_time_ran_out_is_not_written_twice() -> None:
    stage = ServiceNowStage()
    keys = [stage.opened() for _ in range(3)]
    stage.world.knobs.batch_serves = 1
    stage.world.knobs.batch_loses_last = True
    drafts = [CommentDraft("incident", k, "work_notes", f"note {k}", k) for k in keys]
    results = stage.adapter.comment(drafts)
    assert kinds(results) == ["Done", "Unclear", "NotSent"]
    assert [len(stage.notes(key)) for key in keys] == [1, 1, 0]


def test_a_note_that_cannot_be_looked_for_is_a_doubt() -> None:
    stage = ServiceNowStage()
    key = stage.opened()
    stage.weather("status", status=503, method="GET", path="/sys_journal_field", times=None)
    [result] = stage.adapter.comment([CommentDraft("incident", key, "work_notes", "hi r1", "r1")])
    assert isinstance(result, Unclear)
    assert stage.notes(key) == ["hi r1"]


def test_a_journal_we_may_not_read_is_a_doubt_and_says_so() -> None:
    stage = ServiceNowStage()
    key = stage.opened()
    stage.world.knobs.denied_tables.add("sys_journal_field")
    [result] = stage.adapter.comment([CommentDraft("incident", key, "work_notes", "hi r1", "r1")])
    assert isinstance(result, Unclear)
    assert "sys_journal_field" in str(result.error)


def test_nobody_waits_for_notes_that_are_not_written() -> None:
    stage = ServiceNowStage()
    key = stage.opened()
    stage.weather("drop_before", method="PATCH")
    drafts = [CommentDraft("incident", key, "work_notes", f"n r{n}", f"r{n}") for n in range(9)]
    results = stage.adapter.comment(drafts)
    assert kinds(results) == ["Unclear", *["NotSent"] * 8]
    assert stage.slept == []
    assert isinstance(results[1], NotSent)


def patched_beside_somebody(*, quiet: bool) -> tuple[Patch, Trace | None]:
    """Our patch of an unaudited record, with or without a person's write in between; what the
    side tells of it once its answer is lost."""
    stage = ServiceNowStage()
    stage.world.knobs.denied_tables.add("sys_audit")
    [key] = stage.created(a_draft(1))
    words = {"short_description": "ours"}
    patch = Patch("incident", key, words, version=stage.record(key).version)
    assert stage.adapter.witness.trace(patch, {}) is None
    stage.clock.advance(5)
    if not quiet:
        by = stage.world.caller("amira.haddad")
        stage.world.update("incident", key, {"short_description": "theirs"}, by)
        assert stage.adapter.witness.trace(patch, {}) is None
    stage.adapter.patch([patch], [])
    return patch, stage.adapter.witness.trace(patch, {})


def test_without_an_audit_the_record_itself_tells_that_a_patch_happened() -> None:
    _, told = patched_beside_somebody(quiet=True)
    assert told == Trace(frozenset({"short_description"}))


def test_without_an_audit_company_is_told_by_the_count() -> None:
    _, told = patched_beside_somebody(quiet=False)
    assert told is not None
    assert told.intruded
    assert not told.replaced
