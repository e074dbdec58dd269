"""Counts of an instance that answers oddly: no groups, items put off, empty batches."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connector.counts import Count
from connector.errors import AccessLost, BrokenAnswer, NotThere, Rejected, RetryLater
from connector.sandbox.http import App, Request, Response
from tests.support.servicenow import ServiceNowStage

TWO = [Count(), Count("urgency=1")]


class Altered:
    """An instance whose answers to batches pass through somebody's hands."""

    def __init__(self, app: App, alter: Callable[[int, Any], Any]) -> None:
        self._app = app
        self._alter = alter
        self._batches = 0

    def handle(self, request: Request) -> Response:
        answer = self._app.handle(request)
        if not request.path.endswith("/batch"):
            return answer
        self._batches += 1
        return Response.of_json(200, self._alter(self._batches, json.loads(answer.body)))


class Ungrouped:
    """An instance that passes over a wish for groups."""

    def __init__(self, app: App) -> None:
        self._app = app

    def handle(self, request: Request) -> Response:
        query = tuple(pair for pair in request.query if pair[0] != "sysparm_group_by")
        return self._app.handle(replace(request, query=query))


def altered(alter: Callable[[int, Any], Any]) -> ServiceNowStage:
    stage = ServiceNowStage(between=lambda app: Altered(app, alter))
    stage.filled(3)
    return stage


def item(answer: Any, place: int, status: int, body: Any = None) -> Any:
    """The answer with another fate for one of its items."""
    served = answer["serviced_requests"][place]
    text = base64.b64encode(json.dumps(body).encode()).decode() if body is not None else ""
    served |= {"status_code": status, "body": text}
    return answer


def test_one_question_carries_its_own_parameters_and_no_others() -> None:
    stage = ServiceNowStage()
    stage.filled(2)
    assert stage.adapter.counts("incident", [Count("active=true", "state")]) == [{"1": 2}]
    [request] = stage.asked("GET", "/stats/incident")
    assert dict(request.query) == {
        "sysparm_count": "true",
        "sysparm_query": "active=true",
        "sysparm_group_by": "state",
    }


def test_questions_ride_in_parts_of_twenty() -> None:
    stage = ServiceNowStage()
    stage.adapter.counts("incident", [Count(f"number=X{n}") for n in range(41)])
    sizes = [len(json.loads(one.body)["rest_requests"]) for one in stage.asked("POST", "/batch")]
    assert sorted(sizes) == [20, 20]
    assert len(stage.asked("GET", "/stats/incident")) == 1


@pytest.mark.parametrize("status", [0, 202, 429, 500, 503])
def test_an_item_that_was_put_off_is_asked_again(status: int) -> None:
    stage = altered(lambda batch, answer: item(answer, 0, status) if batch == 1 else answer)
    assert stage.adapter.counts("incident", TWO) == [{"": 3}, {"": 0}]


def test_an_item_that_is_cut_short_is_asked_again() -> None:
    cut = {"result": {"stats": {"count": "1"}}, "error": {"message": "Transaction cancelled"}}
    stage = altered(lambda batch, answer: item(answer, 0, 200, cut) if batch == 1 else answer)
    assert stage.adapter.counts("incident", TWO) == [{"": 3}, {"": 0}]


def test_a_batch_that_serves_nothing_ends_in_single_questions() -> None:
    nothing = {"serviced_requests": [], "unserviced_requests": ["0", "1"]}
    stage = altered(lambda _batch, _answer: nothing)
    assert stage.adapter.counts("incident", TWO) == [{"": 3}, {"": 0}]
    assert len(stage.asked("GET", "/stats/incident")) == 2


def test_an_instance_that_never_counts_is_left_alone_in_the_end() -> None:
    stage = altered(lambda _batch, _answer: {"serviced_requests": []})
    stage.weather("status", status=503, path="/stats/", times=None)
    with pytest.raises(RetryLater):
        stage.adapter.counts("incident", TWO)


@pytest.mark.parametrize(
    ("status", "message", "detail", "kind"),
    [
        (403, "Insufficient rights to query records", None, AccessLost),
        (403, "User Not Authorized", "Failed API level ACL Validation", Rejected),
        (403, "Operation Failed", "Aborted by Business Rule", Rejected),
        (400, "Invalid table incident", None, NotThere),
    ],
)
def test_the_refusal_of_an_item_is_that_of_the_question(
    status: int, message: str, detail: str | None, kind: type[Exception]
) -> None:
    body = {"error": {"message": message, "detail": detail}, "status": "failure"}
    stage = altered(lambda _batch, answer: item(answer, 1, status, body))
    with pytest.raises(kind, match=message) as caught:
        stage.adapter.counts("incident", TWO)
    assert "GET /api/now/stats/incident" in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        {"result": []},
        {"serviced_requests": [{"id": "7", "status_code": 200, "body": ""}]},
        {"serviced_requests": [{"id": "0", "status_code": 200, "body": "bm8ganNvbg=="}]},
        {"serviced_requests": [{"id": "0", "status_code": 200, "body": "W10="}]},
        {"serviced_requests": "none"},
    ],
)
def test_an_answer_without_its_parts_is_broken(answer: Any) -> None:
    stage = altered(lambda _batch, _answer: answer)
    with pytest.raises(BrokenAnswer):
        stage.adapter.counts("incident", TWO)


def test_an_instance_that_makes_no_groups_is_not_taken_for_one_with_a_single_group() -> None:
    stage = ServiceNowStage(between=Ungrouped)
    stage.filled(3)
    with pytest.raises(NotThere, match="does not count apart by state"):
        stage.adapter.counts("incident", [Count(by="state")])


@pytest.mark.parametrize("column", ["state,urgency", "State", "state&x=1", "a..b", "state^"])
def test_what_can_be_no_column_is_not_asked_for(column: str) -> None:
    stage = ServiceNowStage()
    with pytest.raises(NotThere, match="no column of incident"):
        stage.adapter.counts("incident", [Count(), Count(by=column)])
    assert stage.wire.requests == []


@pytest.mark.parametrize("table", ["incident/../sys_user", "incident?x=1", "inci dent", ""])
def test_what_can_be_no_table_leads_nowhere_else(table: str) -> None:
    stage = ServiceNowStage()
    for questions in ([Count()], TWO):
        with pytest.raises(NotThere):
            stage.adapter.counts(table, questions)


def test_a_scope_stays_a_value_inside_a_batch() -> None:
    stage = ServiceNowStage()
    stage.filled(2)
    odd = Count("short_descriptionLIKEa&b=c%20+#ä")
    assert stage.adapter.counts("incident", [odd, Count()]) == [{"": 0}, {"": 2}]
    stage.opened(short_description="xA&B=C%20+#äx")
    assert stage.adapter.counts("incident", [odd, Count()]) == [{"": 1}, {"": 3}]
