"""What remains of a body: ids, and where Jira tells it a project."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync.web.notices import MOST, Malformed, from_jira, from_servicenow
from tests.support.webhooks import about, between, row_of

KEY = "1c741bd70b2322007518478d83673af3"


def heard(event: Any) -> Any:
    return from_jira(json.dumps(event).encode())


def named(rows: Any) -> dict[str, list[str]]:
    return from_servicenow(json.dumps(rows).encode())


@pytest.mark.parametrize(
    "event",
    [
        *("jira:issue_created", "jira:issue_updated", "jira:issue_deleted"),
        *("comment_created", "comment_updated", "comment_deleted"),
        *("attachment_created", "attachment_deleted"),
        *("issue_property_set", "issue_property_deleted"),
    ],
)
def test_an_event_of_an_issue_names_it_and_its_project(event: str) -> None:
    found = heard(about("10007", event=event))
    assert (found.keys, found.project, found.dated) == (("10007",), "OPS", True)


def test_a_link_names_both_ends_and_no_project() -> None:
    found = heard(between(10001, 10002))
    assert (found.keys, found.project) == (("10001", "10002"), "")


def test_a_short_form_of_an_issue_tells_its_project_by_its_key() -> None:
    event = {"webhookEvent": "comment_created", "issue": {"id": 10007, "key": "MY-OPS-7"}}
    assert (heard(event).keys, heard(event).project) == (("10007",), "MY-OPS")


def test_the_project_that_is_told_counts_more_than_the_key() -> None:
    event = about("10007")
    event["issue"]["key"] = "OLD-1"
    assert heard(event).project == "OPS"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"webhookEvent": None},
        {"webhookEvent": ["jira:issue_updated"]},
        {"webhookEvent": "project_deleted", "issue": {"id": "10007"}},
        {"webhookEvent": "jira:issue_updated_soon", "issue": {"id": "10007"}},
        {"webhookEvent": "attachment_created", "attachment": {"id": "1"}},
        {"webhookEvent": "issue_property_set", "property": {"key": "tandem"}},
    ],
)
def test_other_events_say_nothing(event: Any) -> None:
    assert heard(event) is None


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "0",
        "-1",
        "01",
        "1.5",
        1.5,
        True,
        [],
        {},
        "OPS-7",
        "\uff11\uff12",
        "9" * 16,
        10**15,
    ],
)
def test_an_id_that_is_none_is_malformed(key: Any) -> None:
    event = {"webhookEvent": "jira:issue_updated", "issue": {"id": key, "key": "OPS-7"}}
    with pytest.raises(Malformed):
        heard(event)


@pytest.mark.parametrize(
    "event",
    [
        {"webhookEvent": "jira:issue_updated"},
        {"webhookEvent": "comment_created", "comment": {"id": "1"}},
        {"webhookEvent": "comment_created", "issue": "10007"},
        {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 10001}},
        {"webhookEvent": "attachment_created", "issue": None},
        [],
        "text",
        7,
        None,
    ],
)
def test_a_known_event_without_its_issue_is_malformed(event: Any) -> None:
    with pytest.raises(Malformed):
        heard(event)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"a=b", b"[" * 200_000, b"1" * 5000, b'{"a": 1}{"a": 1}']
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    for heard_by in (from_jira, from_servicenow):
        with pytest.raises(Malformed):
            heard_by(body)


def test_one_record_or_many_by_table() -> None:
    assert named(row_of("incident", KEY)) == {"incident": [KEY]}
    rows = [row_of("incident", KEY), row_of("problem", KEY[::-1]), row_of("incident", KEY)]
    assert named(rows) == {"incident": [KEY, KEY], "problem": [KEY[::-1]]}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        {},
        "incident",
        [[]],
        {"table": "incident"},
        {"sys_id": KEY},
        row_of("incident", KEY[:-1]),
        row_of("incident", KEY + "0"),
        row_of("incident", KEY.upper()),
        row_of("incident", "x" * 32),
        {"table": ["incident"], "sys_id": KEY},
        {"table": "incident", "sys_id": [KEY]},
        [row_of("incident", KEY), None],
        [row_of("incident", KEY)] * (MOST + 1),
    ],
)
def test_a_record_that_is_not_named_is_malformed(rows: Any) -> None:
    with pytest.raises(Malformed):
        named(rows)
