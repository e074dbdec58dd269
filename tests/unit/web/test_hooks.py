"""The two routes: who is heard, what becomes of it, and how little the others are told."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from connector.articles import ARTICLE
from mappings.sides import Side
from sync.core.model import End, LinkState
from sync.errors import StoreUnusable
from sync.web.hooks import A_MINUTE, AT_ONCE
from sync.web.intake import LARGEST
from tests.support.links import a_link
from tests.support.memory.store import MemoryStore
from tests.support.webhooks import BEARER, JSON, Hooks, about, between, row_of, signature

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = "1c741bd70b2322007518478d83673af3"
OURS = {("jira", "OPS", "10007")}


def keys(number: int, start: int = 0) -> list[str]:
    return [f"{start + place:032x}" for place in range(number)]


def post(hooks: Hooks, path: str = "/hooks/jira", content: Any = b"", **headers: str) -> int:
    """Send something with these headers and no others of ours; the status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = hooks.ask(path, content, named)
    assert answer.content == b""
    return answer.status_code


# ---- what is taken


def test_an_issue_that_changed_waits_for_a_look_and_the_daemon_is_woken(hooks: Hooks) -> None:
    assert hooks.jira(about("10007")) == 204
    assert hooks.inbox() == OURS
    (row,) = hooks.store.inbox.rows(10, NOON)
    assert row.reason == "changed"
    assert hooks.woken == 1
    assert hooks.told() == {"accepted": 1}


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_each_method_of_signing_is_taken(hooks: Hooks, method: str) -> None:
    body = json.dumps(about("10007")).encode()
    assert post(hooks, content=body, x_hub_signature=signature(body, method), **JSON) == 204
    assert hooks.inbox() == OURS


def test_records_of_tables_that_are_mapped_wait_for_a_look(hooks: Hooks) -> None:
    one, two, three, other = keys(4)
    rows = [row_of("incident", one), row_of("problem", two), row_of("sys_user", other)]
    assert hooks.servicenow(rows) == 204
    assert hooks.servicenow(row_of("change_request", three)) == 204
    assert hooks.inbox() == {
        ("servicenow", "incident", one),
        ("servicenow", "problem", two),
        ("servicenow", "change_request", three),
    }
    assert hooks.woken == 2


def test_both_ends_of_a_link_that_have_twins_wait_for_a_look(hooks: Hooks) -> None:
    """Their projects are not told, so an issue without a twin is left to the poll."""
    end = End("OPS", "10001", "OPS-1", "v1", "")
    linked = a_link()
    hooks.store.links.add(linked.with_end(Side.JIRA, end))
    assert hooks.jira(between(10001, 10002)) == 204
    assert hooks.inbox() == {("jira", "OPS", "10001")}
    assert hooks.store.links.by_keys(Side.JIRA, ["10001"])["10001"].state is LinkState.ACTIVE


# ---- what is passed over


def test_other_projects_tables_and_events_are_passed_over(hooks: Hooks) -> None:
    assert hooks.jira(about("10007", "HR")) == 204
    assert hooks.jira({"webhookEvent": "sprint_started"}) == 204
    assert hooks.jira(between(10001, 10002)) == 204
    assert hooks.servicenow(row_of("sys_user", KEY)) == 204
    assert hooks.servicenow(row_of(ARTICLE, KEY)) == 204
    assert not hooks.inbox()
    assert hooks.woken == 0
    assert hooks.told() == {"ignored": 5}


def test_an_event_that_comes_again_is_taken_once(hooks: Hooks) -> None:
    event = about("10007")
    del event["timestamp"]
    assert [hooks.jira(event, "one") for _ in range(3)] == [204, 200, 200]
    assert hooks.woken == 1
    assert hooks.jira(event, "two") == 204
    assert hooks.jira(event) == 204
    assert hooks.told() == {"accepted": 3, "repeated": 2}


def test_a_dated_body_that_comes_under_another_identifier_is_the_same_event(hooks: Hooks) -> None:
    assert hooks.jira(about("10007"), "one") == 204
    assert hooks.jira(about("10007"), "two") == 200
    assert hooks.jira({**about("10007"), "timestamp": 1}, "three") == 204


def test_an_identifier_that_came_without_a_signature_is_not_remembered(hooks: Hooks) -> None:
    """Or anybody could make us deaf for an event to come."""
    assert hooks.jira(about("10007"), "one", **{"X-Hub-Signature": "sha256=00"}) == 401
    assert hooks.jira(about("10007"), "one") == 204


# ---- who is not heard


@pytest.mark.parametrize(
    "header", ["", "sha256=", "sha256=" + "0" * 64, "sha1", "sha1-right", "body-of-another"]
)
def test_a_wrong_signature_is_401_and_leaves_nothing(hooks: Hooks, header: str) -> None:
    body = json.dumps(about("10007")).encode()
    known = {"sha1-right": signature(body, "sha1"), "body-of-another": signature(body + b" ")}
    assert post(hooks, content=body, x_hub_signature=known.get(header, header), **JSON) == 401
    assert not hooks.inbox()
    assert hooks.woken == 0


def test_a_body_that_was_written_anew_is_401(hooks: Hooks) -> None:
    """The same JSON with other blanks is not what was signed."""
    signed = json.dumps(about("10007")).encode()
    anew = json.dumps(about("10007"), separators=(",", ":")).encode()
    assert post(hooks, content=anew, x_hub_signature=signature(signed), **JSON) == 401


@pytest.mark.parametrize(
    "given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic"}]
)
def test_a_wrong_token_is_401_and_leaves_nothing(hooks: Hooks, given: dict[str, str]) -> None:
    body = json.dumps(row_of("incident", KEY)).encode()
    assert post(hooks, "/hooks/servicenow", body, **JSON, **given) == 401
    assert not hooks.inbox()


def test_neither_proof_serves_for_the_other_route(hooks: Hooks) -> None:
    body = json.dumps(about("10007")).encode()
    assert post(hooks, "/hooks/jira", body, **JSON, **BEARER) == 401
    proof = {"x_hub_signature": signature(body)}
    assert post(hooks, "/hooks/servicenow", body, **JSON, **proof) == 401


@pytest.mark.parametrize("path", ["/hooks/jira", "/hooks/servicenow"])
def test_a_route_without_its_secret_is_not_there(path: str) -> None:
    shut = Hooks(MemoryStore(clock=lambda: NOON), settings={})
    assert shut.ask(path, b"{}", {**JSON, **BEARER}).status_code == 404
    assert shut.ask(path, b"", method="GET").status_code == 404
    one = {"/hooks/jira": "jira_secret", "/hooks/servicenow": "servicenow_token"}[path]
    open_ = Hooks(MemoryStore(clock=lambda: NOON), settings={one: "x" * 40})
    assert open_.ask(path, b"{}", JSON).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_another_method_is_405(hooks: Hooks, method: str) -> None:
    for path in ("/hooks/jira", "/hooks/servicenow"):
        assert hooks.ask(path, b"", method=method).status_code == 405


# ---- what has another form


@pytest.mark.parametrize(
    "header",
    [
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "identity, br"},
    ],
)
def test_another_form_is_415(hooks: Hooks, header: dict[str, str]) -> None:
    assert hooks.jira(about("10007"), **header) == 415
    assert hooks.servicenow(row_of("incident", KEY), **header) == 415
    assert not hooks.inbox()


def test_a_character_set_may_be_named(hooks: Hooks) -> None:
    assert hooks.jira(about("10007"), **{"Content-Type": "Application/JSON; charset=UTF-8"}) == 204


def test_a_signed_body_without_sense_is_400(hooks: Hooks) -> None:
    assert hooks.jira(b"Hello World!") == 400
    assert hooks.jira({"webhookEvent": "jira:issue_updated"}) == 400
    assert hooks.servicenow({"table": "incident"}) == 400
    assert hooks.servicenow([row_of("incident", KEY), {}]) == 400
    assert not hooks.inbox(), "not even the records that were named"


def test_a_body_that_is_too_large_is_413(hooks: Hooks) -> None:
    event = {**about("10007"), "more": "x" * LARGEST}
    assert hooks.jira(event) == 413
    body = json.dumps(event).encode()

    async def parts() -> Any:
        yield body[:LARGEST]
        yield body[LARGEST:]

    signed = {"x_hub_signature": signature(body)}
    assert post(hooks, content=parts(), **signed, **JSON) == 413
    assert hooks.told() == {"large": 2}


# ---- what is too much


def test_so_many_records_a_minute_and_no_more(hooks: Hooks) -> None:
    for place in range(3):
        rows = [row_of("incident", key) for key in keys(200, place * 200)]
        assert hooks.servicenow(rows) == 204
    assert len(hooks.inbox()) == A_MINUTE
    answer = hooks.ask("/hooks/servicenow", json.dumps(row_of("incident", KEY)), JSON | BEARER)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert hooks.jira(about("10007"), "one") == 429
    assert len(hooks.inbox()) == A_MINUTE
    hooks.now += 60
    assert hooks.jira(about("10007"), "one") == 204, "what was refused comes again"


def test_who_proves_nothing_uses_nothing_up(hooks: Hooks) -> None:
    rows = [row_of("incident", key) for key in keys(200)]
    for _ in range(4):
        assert hooks.servicenow(rows, Authorization="Bearer x") == 401
        assert hooks.servicenow([*rows, {}]) == 400
    assert [hooks.servicenow(rows) for _ in range(4)] == [204, 204, 204, 429]


def test_only_so_many_bodies_are_read_at_once(hooks: Hooks) -> None:
    """Whoever sends slowly takes the memory of a few bodies; the rest is told to come again."""
    statuses: list[int] = []

    async def one(go: asyncio.Event) -> None:
        async def receive() -> dict[str, Any]:
            await go.wait()
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {
            "type": "http", "method": "POST", "path": "/hooks/jira", "query_string": b"",
            "headers": [(b"content-type", b"application/json"), (b"x-hub-signature", b"sha256=0")],
        }  # fmt: skip
        await hooks.app(scope, receive, send)

    async def crowd() -> None:
        go = asyncio.Event()
        waiting = [asyncio.create_task(one(go)) for _ in range(AT_ONCE + 5)]
        await asyncio.sleep(0.05)
        go.set()
        await asyncio.gather(*waiting)

    asyncio.run(crowd())
    assert statuses == [429] * 5 + [401] * AT_ONCE
    assert hooks.jira(about("10007")) == 204


# ---- when it cannot be kept


def test_a_full_disk_is_503_and_the_event_may_come_again() -> None:
    full = True

    def committing() -> None:
        if full:
            raise StoreUnusable("disk is full", where="memory", remedy="Make room.")

    hooks = Hooks(MemoryStore(clock=lambda: NOON, committing=committing))
    assert hooks.jira(about("10007"), "one") == 503
    assert hooks.servicenow(row_of("incident", KEY)) == 503
    assert hooks.woken == 0
    full = False
    assert hooks.jira(about("10007"), "one") == 204
    assert hooks.inbox() == OURS


def test_where_another_process_took_the_lock_it_is_503(hooks: Hooks) -> None:
    lease = hooks.store.lease.take("sync", "first", 0.0)
    hooks.store.fence(lease)
    hooks.store.lease.take("sync", "second", 60.0)
    assert hooks.jira(about("10007")) == 503
    hooks.store.unfence(lease)
    assert hooks.jira(about("10007")) == 204, "while standing by it still lands in the inbox"


# ---- what is told of it


def test_the_log_has_numbers_only_and_once_a_minute(hooks: Hooks) -> None:
    event = about("10007")
    event["issue"]["fields"]["summary"] = "canary"
    with structlog.testing.capture_logs() as lines:
        for place in range(5):
            hooks.jira({**event, "timestamp": place}, "canary")
        hooks.jira(event, "canary", **{"X-Hub-Signature": "canary", "User-Agent": "canary"})
        hooks.now += 60
        hooks.jira(b"canary")
    assert [line["action"] for line in lines] == ["hooks.counted"] * 2
    assert lines[1] == {
        "event": "webhooks until now", "action": "hooks.counted", "log_level": "info",
        "accepted": 1, "repeated": 4, "unproven": 1, "malformed": 1,
    }  # fmt: skip
