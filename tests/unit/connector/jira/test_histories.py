"""Changelogs as sites tell them: three kinds of stamps, pages that break off, equal names."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.counts import Count
from connector.errors import BrokenAnswer, Rejected, RetryLater
from connector.jira.adapter import JiraAdapter
from connector.meter import MemoryDict, RequestMeter
from connector.sandbox.clock import ManualClock
from connector.sandbox.http import Request, Response
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.transport import SandboxTransport
from connector.settings import HttpSettings, JiraSettings

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECONDS = int(AT.timestamp())
FIELDS = [
    {"id": "customfield_1", "name": "Status", "schema": {"type": "string", "custom": "x:text"}},
    {"id": "customfield_2", "name": "Sprint", "schema": {"type": "array", "custom": "x:sprint"}},
]

Script = Callable[[int, Any], tuple[int, Any]]


class Scripted:
    """A site whose changelogs are made up; the rest is the sandbox's."""

    def __init__(self, flavour: Any, script: Script, path: str) -> None:
        self.sandbox = JiraSandbox(flavour, ManualClock(AT))
        self._script = script
        self._path = path
        self.bodies: list[Any] = []

    def handle(self, request: Request) -> Response:
        if request.path.endswith("/field"):
            return Response.of_json(200, FIELDS)
        if not request.path.endswith(self._path):
            return self.sandbox.handle(request)
        self.bodies.append(json.loads(request.body) if request.body else None)
        status, answer = self._script(len(self.bodies), self.bodies[-1])
        return Response.of_json(status, answer)


def adapter(app: Scripted) -> JiraAdapter:
    clock = ManualClock(AT)
    user = "tandem@example.com" if app.sandbox.cloud else ""
    return JiraAdapter(
        JiraSettings(url="http://site.test", user=user, token=app.sandbox.access.token),
        HttpSettings(concurrency=1),
        meter=RequestMeter(),
        memory=MemoryDict(),
        mount=SandboxTransport(app, clock),
        sleeper=clock.advance,
    )


def entry(number: int, created: Any, *items: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(number), "created": created, "items": list(items) or [item("A", "B")]}


def item(before: str, after: str, **more: str) -> dict[str, Any]:
    told = {"field": "status", "fieldId": "status", "fieldtype": "jira"}
    return {**told, "from": f"{before}1", "to": f"{after}1", **more} | {
        "fromString": before,
        "toString": after,
    }


def page(*entries: dict[str, Any], token: str | None = None, issue: str = "10001") -> Any:
    logs = [{"issueId": issue, "changeHistories": list(entries)}]
    return {"issueChangeLogs": logs, "nextPageToken": token}


def steps(script: Script, *fields: str) -> tuple[Any, ...]:
    """What is told of issue 10001, on Cloud."""
    app = Scripted("cloud", script, "changelog/bulkfetch")
    return adapter(app).histories("OPS", ["10001"], fields or ["status"]).get("10001", ())


@pytest.mark.parametrize(
    "told",
    [SECONDS, SECONDS * 1000, "2026-03-02T09:30:00.000+0000", "2026-03-02T10:30:00.000+0100"],
)
def test_stamps_are_read_as_seconds_milliseconds_or_text(told: Any) -> None:
    [step] = steps(lambda _n, _body: (200, page(entry(1, told))))
    assert step.at == AT


@pytest.mark.parametrize("told", [None, "yesterday", {}, "2026-03-02T09:30:00"])
def test_what_is_no_stamp_is_no_step(told: Any) -> None:
    with pytest.raises(BrokenAnswer):
        steps(lambda _n, _body: (200, page(entry(1, told))))


def test_pages_that_repeat_an_entry_tell_it_once_and_in_order() -> None:
    late, early = entry(20, SECONDS + 9, item("B", "C")), entry(10, SECONDS)
    pages = {1: page(late, token="t1"), 2: page(early, late, token="t2"), 3: page()}
    found = steps(lambda n, _body: (200, pages[n]))
    assert [(step.before, step.after) for step in found] == [("A", "B"), ("B", "C")]


def test_a_token_that_went_stale_starts_the_reading_over() -> None:
    asked: list[Any] = []

    def script(number: int, body: Any) -> tuple[int, Any]:
        asked.append(body.get("nextPageToken"))
        if number == 2:
            return 400, {"errorMessages": ["The page token is invalid or expired."]}
        return 200, page(entry(number, SECONDS + number), token="t" if number < 4 else None)

    assert len(steps(script)) == 2
    assert asked == [None, "t", None, "t"]


def test_tokens_that_keep_expiring_are_given_up() -> None:
    def script(_number: int, body: Any) -> tuple[int, Any]:
        if "nextPageToken" in body:
            return 400, {"errorMessages": ["The page token is invalid or expired."]}
        return 200, page(entry(1, SECONDS), token="t")

    with pytest.raises(RetryLater, match="keep expiring"):
        steps(script)


def test_a_refusal_of_the_question_itself_is_one() -> None:
    with pytest.raises(Rejected, match="too many"):
        steps(lambda _n, _body: (400, {"errorMessages": ["too many"]}))


@pytest.mark.parametrize(
    "answer",
    [{}, [], {"issueChangeLogs": None}, {"issueChangeLogs": [{"changeHistories": []}]}],
)
def test_a_page_without_its_parts_is_broken(answer: Any) -> None:
    with pytest.raises(BrokenAnswer):
        steps(lambda _n, _body: (200, answer))


def test_pages_without_an_end_are_broken() -> None:
    with pytest.raises(BrokenAnswer, match="do not end"):
        steps(lambda n, _body: (200, page(entry(n, SECONDS), token="same")))


def test_a_field_of_the_same_name_is_another() -> None:
    own = item("x", "y", fieldId="customfield_1", field="Status", fieldtype="custom")
    script: Script = lambda _n, _body: (200, page(entry(1, SECONDS, own, item("A", "B"))))  # noqa: E731
    assert [step.after for step in steps(script, "status")] == ["B"]
    assert [step.after for step in steps(script, "customfield_1")] == ["y"]


def test_fields_that_share_a_name_are_told_apart_by_id() -> None:
    rows = [item("", f"S {n}", fieldId=f"customfield_{n}", field="Sprint", fieldtype="custom")
            for n in (2, 3)]  # fmt: skip
    found = steps(lambda _n, _body: (200, page(entry(1, SECONDS, *rows))), "customfield_2")
    assert [step.after for step in found] == ["S 2"]


def test_two_fields_may_be_asked_for_at_once_and_keep_their_names() -> None:
    sprint = item("", "S 1", fieldId="customfield_2", field="Sprint", fieldtype="custom")
    app = Scripted(
        "cloud", lambda _n, _body: (200, page(entry(1, SECONDS, sprint))), "changelog/bulkfetch"
    )
    [step] = adapter(app).histories("OPS", ["10001"], ["status", "Sprint"])["10001"]
    assert (step.field, step.before, step.after, step.after_id) == ("Sprint", None, "S 1", "S 11")
    assert app.bodies[0]["fieldIds"] == ["customfield_2", "status"]


def test_data_center_tells_fields_by_name_and_kind() -> None:
    own = {"field": "Status", "fieldtype": "custom", "fromString": "x", "toString": "y"}
    jiras = {"field": "status", "fieldtype": "jira", "fromString": "A", "toString": "B"}
    fix = {"field": "Fix Version", "fieldtype": "jira", "to": "9", "toString": "1.0"}
    stamp = "2026-03-02T09:30:00.000+0000"
    log = {"total": 1, "histories": [entry(1, stamp, own, jiras, fix)]}
    issue = {"id": "10001", "key": "OPS-1", "changelog": log}
    app = Scripted("dc", lambda _n, _body: (200, {"issues": [issue], "total": 1}), "search")
    site = adapter(app)
    found = site.histories("OPS", ["10001"], ["status", "fixVersions"])["10001"]
    assert [(step.field, step.after, step.after_id) for step in found] == [
        ("status", "B", None),
        ("fixVersions", "1.0", "9"),
    ]
    [step] = site.histories("OPS", ["10001"], ["customfield_1"])["10001"]
    assert step.after == "y"


def test_a_thousand_issues_and_ten_fields_are_the_most_of_one_request() -> None:
    app = Scripted("cloud", lambda _n, _body: (200, page(issue="1")), "changelog/bulkfetch")
    site = adapter(app)
    site.histories("OPS", [str(n) for n in range(2_100)], ["status"])
    assert [len(body["issueIdsOrKeys"]) for body in app.bodies] == [1_000, 1_000, 100]
    many = ["summary", "description", "status", "priority", "resolution", "assignee", "reporter"]
    site.histories("OPS", ["1"], [*many, "labels", "components", "versions"])
    site.histories("OPS", ["1"], [*many, "labels", "components", "versions", "duedate"])
    site.histories("OPS", ["1"], ["status", "parent"])
    assert [len(body.get("fieldIds", ())) for body in app.bodies[3:]] == [10, 0, 0]


@pytest.mark.parametrize("answer", [{}, {"count": None}, {"count": "3"}, {"count": True}, []])
def test_a_count_that_is_no_number_is_broken(answer: Any) -> None:
    site = adapter(Scripted("cloud", lambda _n, _body: (200, answer), "approximate-count"))
    with pytest.raises(BrokenAnswer):
        site.counts("OPS", [Count()])
