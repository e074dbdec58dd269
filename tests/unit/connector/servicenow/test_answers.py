"""Every shape of refusal becomes the error that says what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.errors import (
    AccessLost,
    BrokenAnswer,
    ConnectorError,
    Gone,
    NotThere,
    Rejected,
    RetryLater,
)
from connector.servicenow.answers import Answer, error_of, partial

JSON = {"content-type": "application/json;charset=UTF-8"}
HTML = {"content-type": "text/html;charset=utf-8"}
POLICY = "Data Policy Exception: The following fields are mandatory: Resolution code"
RULE = "Operation against file 'incident' was aborted by Business Rule 'Check^1f'"


def an_answer(status: int, message: str = "", detail: str | None = None) -> Answer:
    error = {"error": {"message": message, "detail": detail}, "status": "failure"}
    return Answer(status, JSON, json.dumps(error).encode(), "GET /api/now/table/x")


@pytest.mark.parametrize(
    ("status", "message", "detail", "kind"),
    [
        (400, "Invalid table x", None, NotThere),
        (400, "Requested URI does not represent any resource", None, NotThere),
        (404, "Requested URI does not represent any resource", None, NotThere),
        (400, "Exception while reading request", "too large", Rejected),
        (401, "User Not Authenticated", "Required to provide Auth information", AccessLost),
        (403, "User Not Authorized", "Access to unscoped api is not allowed", AccessLost),
        (403, "Insufficient rights to query records", None, AccessLost),
        (403, "Operation Failed", "ACL Exception Insert Failed", Rejected),
        (403, "Operation Failed", POLICY, Rejected),
        (403, "Operation Failed", RULE, Rejected),
        (404, "No Record found", "Record doesn't exist or ACL restricts", Gone),
        (405, "Method not supported", None, Rejected),
        (415, "Unsupported Media Type", None, Rejected),
        (429, "Rate limit exceeded", "Rate limit of 5 requests per hour", RetryLater),
        (500, "", None, RetryLater),
        (503, "", None, RetryLater),
        (301, "", None, BrokenAnswer),
        (307, "", None, BrokenAnswer),
    ],
)
def test_statuses_and_words(
    status: int, message: str, detail: str | None, kind: type[ConnectorError]
) -> None:
    error = error_of(an_answer(status, message, detail), None)
    assert type(error) is kind
    assert error.side == "servicenow"
    assert "GET /api/now/table/x" in str(error)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"error": "x"}', b'{"error'])
def test_a_refusal_without_words_is_one_all_the_same(status: int, body: bytes) -> None:
    assert isinstance(error_of(Answer(status, HTML, body, "GET /x"), None), ConnectorError)


def test_the_fields_that_a_policy_demands_are_named() -> None:
    error = error_of(an_answer(403, "Operation Failed", POLICY), None)
    assert isinstance(error, Rejected)
    assert error.field == "Resolution code"
    assert POLICY in str(error)


def test_the_name_of_the_rule_that_said_no_is_told() -> None:
    assert "Check^1f" in str(error_of(an_answer(403, "Operation Failed", RULE), None))


def test_words_are_cut_to_a_bearable_length() -> None:
    error = error_of(an_answer(400, "x\n" * 5000), None)
    assert len(error.what) <= 300
    assert "\n" not in error.what


def test_patience_is_told() -> None:
    error = error_of(an_answer(429, "Rate limit exceeded"), 7.0)
    assert isinstance(error, RetryLater)
    assert error.after == 7.0


def test_pages_and_cut_bodies_are_no_json() -> None:
    with pytest.raises(BrokenAnswer, match="hibernates"):
        Answer(200, HTML, b"<html>", "GET /x").json()
    with pytest.raises(BrokenAnswer, match="cut off"):
        Answer(200, JSON, b'{"result": [', "GET /x").json()
    with pytest.raises(BrokenAnswer):
        Answer(200, {}, b"{}", "GET /x").json()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"result": [], "error": {"message": "Transaction cancelled"}}, "Transaction cancelled"),
        ({"result": [], "error": {"message": None}}, "error"),
        ({"result": []}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_an_error_beside_a_result_is_seen(value: Any, said: str) -> None:
    assert partial(value) == said


def linked(link: str) -> Answer:
    return Answer(200, {**JSON, "link": link}, b"", "GET /x")


@pytest.mark.parametrize(
    ("link", "more", "offset"),
    [
        ('<http://x?a=1>;rel="first",<http://x?sysparm_offset=20>;rel="next"', True, 20),
        ('<http://x?sysparm_offset=7&a=%3E>; rel="next",<http://x?a=9>;rel="last"', True, 7),
        ('<http://x?a=1>;rel="next",<http://x?sysparm_offset=9>;rel="last"', True, None),
        ('<http://x?a=1>;rel="first",<http://x?sysparm_offset=9>;rel="last"', False, None),
        ("", False, None),
    ],
)
def test_the_next_page_stands_in_the_link_header(link: str, more: bool, offset: int | None) -> None:
    assert linked(link).has_next is more
    assert linked(link).next_offset == offset
