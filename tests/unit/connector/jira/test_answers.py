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
    ReadAgain,
    Rejected,
    RetryLater,
)
from connector.jira.answers import Answer, Forbidden, anonymous, error_of

JSON = {"content-type": "application/json;charset=UTF-8"}
HTML = {"content-type": "text/html"}


def an_answer(status: int, body: Any = None, **headers: str) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {**JSON, **named}, text, "GET issue/1")


COLLECTION = {"errorMessages": ["no"], "errors": {"labels": "bad label", "summary": "empty"}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, COLLECTION, Rejected),
        (401, b"Client must be authenticated", AccessLost),
        (403, {"error": "Failed to parse Connect Session Auth Token"}, AccessLost),
        (403, COLLECTION, Forbidden),
        (403, {"errors": [{"message": "no bulk changes"}]}, Forbidden),
        (404, COLLECTION, Gone),
        (409, COLLECTION, ReadAgain),
        (410, COLLECTION, BrokenAnswer),
        (413, COLLECTION, Rejected),
        (415, {"type": "x", "title": "Unsupported", "status": 415}, BrokenAnswer),
        (302, b"", BrokenAnswer),
        (429, {"message": "slow down"}, RetryLater),
        (500, {}, RetryLater),
        (503, b"<html>", RetryLater),
    ],
)
def test_statuses(status: int, body: Any, kind: type[ConnectorError]) -> None:
    assert type(error_of(an_answer(status, body), Gone, None)) is kind


def test_a_404_means_what_the_caller_asked_for() -> None:
    assert type(error_of(an_answer(404, COLLECTION), NotThere, None)) is NotThere


def test_a_404_page_is_not_jira() -> None:
    page = Answer(404, HTML, b"<html>nothing here</html>", "GET issue/1")
    assert type(error_of(page, Gone, None)) is BrokenAnswer


def test_the_first_field_leads_and_every_word_is_kept() -> None:
    error = error_of(an_answer(400, COLLECTION), Gone, None)
    assert isinstance(error, Rejected)
    assert error.field == "labels"
    assert "labels: bad label" in str(error)
    assert "summary: empty" in str(error)
    assert "no" in str(error)


def test_patience_is_told() -> None:
    error = error_of(an_answer(429, {}, ratelimit_reason="jira-burst-based"), Gone, 7.0)
    assert isinstance(error, RetryLater)
    assert error.after == 7.0
    assert "jira-burst-based" in str(error)


@pytest.mark.parametrize("status", [200, 404])
def test_a_dead_token_is_seen_on_any_answer(status: int) -> None:
    dead = an_answer(status, {"issues": []}, x_seraph_loginreason="AUTHENTICATED_FAILED")
    assert isinstance(anonymous(dead), AccessLost)


def test_an_anonymous_name_betrays_a_bad_token_on_data_center() -> None:
    assert isinstance(anonymous(an_answer(200, {}, x_ausername="anonymous")), AccessLost)


def test_a_good_answer_is_not_suspected() -> None:
    assert anonymous(an_answer(200, {})) is None
    assert anonymous(an_answer(200, {}, x_seraph_loginreason="OK", x_ausername="bot")) is None


def test_pages_and_cut_bodies_are_no_json() -> None:
    with pytest.raises(BrokenAnswer, match="page"):
        Answer(200, HTML, b"<html>", "GET x").json()
    with pytest.raises(BrokenAnswer, match="cut off"):
        Answer(200, JSON, b'{"issues": [', "GET x").json()
    assert Answer(204, {}, b"", "PUT x").json() is None
