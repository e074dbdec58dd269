"""Webhooks of any kind: no trouble inside, and no row in the inbox without a proof of the sender.

The application is called as a server calls it, with whatever a socket could bring. What goes wrong
in it is raised here. Whether a proof holds is judged by the few lines of :func:`proven` alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.web.intake import LARGEST
from tests.support.memory.store import MemoryStore
from tests.support.webhooks import SECRET, TOKEN, Hooks, about, between, row_of, signature

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RUNS = settings(max_examples=4 * settings().max_examples)
REFUSED = {400, 401, 404, 405, 413, 415}
KEY = "1c741bd70b2322007518478d83673af3"

Header = tuple[bytes, bytes]
FORM: list[Header] = [(b"content-type", b"application/json")]


def hooks() -> Hooks:
    return Hooks(MemoryStore(clock=lambda: NOON))


def knock(one: Hooks, path: str, headers: Sequence[Header], parts: Sequence[bytes]) -> int:
    """Call the application with raw headers and a body in parts; the answer's status."""
    coming = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    coming += [{"type": "http.request", "body": b"", "more_body": False}]
    messages, statuses = iter(coming), list[int]()

    async def receive() -> dict[str, Any]:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": path, "scheme": "http",
        "raw_path": path.encode(), "query_string": b"", "headers": list(headers), "root_path": "",
    }  # fmt: skip
    asyncio.run(one.app(scope, receive, send))
    (status,) = statuses
    return status


def proven(path: str, headers: Sequence[Header], body: bytes) -> bool:
    """Whether somebody who knows the secret sent this."""
    told = dict(reversed(headers))
    if path == "/hooks/servicenow":
        return told.get(b"authorization", b"").split() == [b"Bearer", TOKEN.encode()]
    rights = {
        name + b"=" + hmac.new(SECRET.encode(), body, method).hexdigest().encode()
        for name, method in
        ((b"sha256", hashlib.sha256), (b"sha384", hashlib.sha384), (b"sha512", hashlib.sha512))
    }  # fmt: skip
    return told.get(b"x-hub-signature", b"").strip() in rights


NAMES = [
    b"content-type", b"content-encoding", b"content-length", b"transfer-encoding", b"authorization",
    b"x-hub-signature", b"x-atlassian-webhook-identifier", b"x-atlassian-webhook-retry", b"expect",
    b"x-http-method-override", b"x-forwarded-for", b"host",
]  # fmt: skip
LIKELY = [
    b"application/json", b"gzip", b"identity", b"0", b"-1", b"99999999999999999999", b"\xb2",
    b"Bearer ", b"Bearer " + TOKEN.encode(), b"Basic dGFuZGVtOg==", b"sha256=", b"sha1=0", b"\xff",
    b"sha256=" + b"0" * 64,
]  # fmt: skip
PATHS = st.sampled_from(["/hooks/jira", "/hooks/servicenow"])
HEADERS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(LIKELY) | st.binary(max_size=80)), max_size=6
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
KNOWN = st.sampled_from(
    [
        about("10007"),
        about("10007", "HR"),
        about("10007", event="jira:issue_deleted"),
        about("10007", event="comment_created"),
        about("10007", event="attachment_deleted"),
        about("10007", event="issue_property_set"),
        between(10001, 10002),
        row_of("incident", KEY),
        [row_of("problem", KEY), row_of("sys_user", KEY)],
    ]
)


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A known event with one of its parts replaced or taken away."""
    event = json.loads(json.dumps(draw(KNOWN)))
    at = event
    while True:
        places = list(at) if isinstance(at, dict) else list(range(len(at)))
        place = draw(st.sampled_from(places))
        deeper = isinstance(at[place], dict | list) and at[place]
        if not (deeper and draw(st.booleans())):
            break
        at = at[place]
    if draw(st.booleans()):
        at[place] = draw(JSON_VALUES)
    else:
        del at[place]
    return event


ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"])
EVENTS = KNOWN | spoilt() | JSON_VALUES
BODIES = st.binary(max_size=200) | st.builds(
    lambda event, encoding: json.dumps(event).encode(encoding), EVENTS, ENCODINGS
)


@RUNS
@given(PATHS, HEADERS, st.lists(BODIES, max_size=3))
@example("/hooks/jira", [*FORM, (b"content-length", b"\xb2")], [])
@example("/hooks/jira", [*FORM, (b"x-hub-signature", b"sha256=\xff")], [b"{}"])
@example("/hooks/servicenow", [*FORM, (b"authorization", b"Bearer \xe9\xff")], [b"{}"])
@example("/hooks/servicenow", [*FORM, (b"content-length", b"9" * 5000)], [b"{}"])
@example("/hooks/servicenow", [*FORM, (b"authorization", b"Bearer " + TOKEN.encode())], [b"\xff"])
def test_anything_is_refused_or_harmless(
    path: str, headers: list[Header], parts: list[bytes]
) -> None:
    one = hooks()
    status = knock(one, path, headers, parts)
    assert status in REFUSED | {204}
    if not proven(path, headers, b"".join(parts)):
        assert status in REFUSED
        assert not one.inbox()
        assert one.woken == 0


SIGNATURES = ("right", "sha384", "sha512", "sha1", "md5", "flipped", "cut", "other body", "none")


@RUNS
@given(EVENTS, ENCODINGS, st.sampled_from(SIGNATURES), HEADERS)
@example(about("10007"), "utf-8", "right", [])
@example({"webhookEvent": "\ud800"}, "utf-8", "right", [])
@example({"webhookEvent": "jira:issue_updated", "issue": {"id": 10**4000}}, "utf-8", "right", [])
@example(
    {"webhookEvent": "jira:issue_updated", "issue": {"id": float("nan")}}, "utf-8", "right", []
)
def test_a_signature_is_all_that_counts(
    event: Any, encoding: str, how: str, more: list[Header]
) -> None:
    one, body = hooks(), json.dumps(event).encode(encoding)
    right = signature(body)
    made = {
        "right": right, "flipped": right[:-1] + ("0" if right[-1] != "0" else "1"),
        "cut": right[:-2], "other body": signature(body + b" "), "none": "",
    }  # fmt: skip
    told = made[how] if how in made else signature(body, how)
    headers = [*FORM, (b"x-hub-signature", told.encode()), *more]
    status = knock(one, "/hooks/jira", headers, [body])
    assert status in REFUSED | {204}
    if how in ("sha1", "md5", "flipped", "cut", "other body", "none"):
        assert status in REFUSED
        assert not one.inbox()
    assert (one.woken == 1) == bool(one.inbox())
    assert {(side, place) for side, place, _ in one.inbox()} <= {("jira", "OPS")}
    assert all(key.isascii() and key.isdigit() for *_, key in one.inbox())


@RUNS
@given(EVENTS | st.lists(spoilt(), max_size=5), HEADERS)
@example([row_of("incident", KEY)] * 201, [])
@example({"table": ["incident"], "sys_id": KEY}, [])
@example({"table": {}, "sys_id": KEY}, [])
@example([], [])
def test_a_token_names_mapped_records_and_nothing_else(event: Any, more: list[Header]) -> None:
    one, body = hooks(), json.dumps(event).encode()
    headers = [*FORM, (b"authorization", b"Bearer " + TOKEN.encode()), *more]
    status = knock(one, "/hooks/servicenow", headers, [body])
    assert status in REFUSED | {204}
    assert (one.woken == 1) == bool(one.inbox())
    for side, table, key in one.inbox():
        assert status == 204
        assert side == "servicenow"
        assert table in {"incident", "problem"}
        assert len(key) == 32


@settings(max_examples=20)
@given(st.lists(st.sampled_from(range(6)), min_size=1, max_size=40))
def test_events_that_come_again_in_any_order_are_taken_once(order: list[int]) -> None:
    one = hooks()
    for number in order:
        event = {**about(str(10_000 + number)), "timestamp": number}
        assert one.jira(event, f"event-{number}") in (200, 204)
    assert one.woken == len(set(order)) == len(one.inbox())


def test_a_deep_or_endless_body_ends() -> None:
    one = hooks()
    for body in (b"[" * LARGEST, b'{"a":' * (LARGEST // 5), b"1" * LARGEST, b'"' + b"\\" * 999_999):
        headers = [*FORM, (b"x-hub-signature", signature(body).encode())]
        assert knock(one, "/hooks/jira", headers, [body]) == 400
    assert knock(one, "/hooks/jira", headers, [b"x" * 1000] * 1001) == 413
    assert not one.inbox()
