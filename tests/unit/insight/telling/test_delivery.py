"""What the desk is told of an issue: as it reads, and when it is said again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.values import Record
from sync.insight.telling.delivery import (
    COLUMNS,
    LONGEST,
    columns,
    delivery,
    digest,
    note,
    shortened,
    status_line,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ISSUE = Record(
    "OPS", "10001", "OPS-1", "Story", "1", NOON, NOON, "https://jira.example/browse/OPS-1",
    fields={
        "status": "In Progress", "assignee": "mei",
        "duedate": "2026-04-01", "fixVersions": ("2.1", "2.2"), "Sprint": ("Sprint 1", "Sprint 2"),
    },
)  # fmt: skip


def name(key: str) -> str:
    return {"mei": "Mei Chen"}[key]


TOLD = delivery(ISSUE, name, (3, 7), "Mei Chen: it is\nthe cache")


def test_a_note_has_all_that_there_is_to_tell() -> None:
    assert note(TOLD).splitlines() == [
        "Status: In Progress (3 of 7 stories done)",
        "Assignee: Mei Chen",
        "Sprint: Sprint 2",
        "Fix version: 2.1, 2.2",
        "Due: 2026-04-01",
        "Last note: Mei Chen: it is the cache",
        "Issue: https://jira.example/browse/OPS-1",
    ]


def test_what_is_empty_is_not_mentioned_and_empties_its_column() -> None:
    bare = replace(ISSUE, fields={"status": "To Do", "assignee": None})
    told = delivery(bare, name)
    assert note(told).splitlines() == ["Status: To Do", f"Issue: {ISSUE.url}"]
    assert columns(told) == {
        "u_jira_key": "OPS-1",
        "u_jira_url": ISSUE.url,
        "u_delivery_status": "To Do",
        "u_delivery_assignee": None,
        "u_delivery_due": None,
        "u_delivery_plan": None,
        "u_delivery_note": None,
    }


def test_the_columns_tell_the_plan_and_the_last_words() -> None:
    found = columns(TOLD)
    assert found["u_delivery_plan"] == "Sprint 2; fix version 2.1, 2.2"
    assert found["u_delivery_note"] == "Mei Chen: it is the cache"
    assert columns(replace(TOLD, sprint=""))["u_delivery_plan"] == "fix version 2.1, 2.2"
    assert columns(replace(TOLD, version=""))["u_delivery_plan"] == "Sprint 2"


def test_a_long_text_is_cut_at_a_word() -> None:
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two three four", 14) == "one two..."
    assert shortened("one two three four", 16) == "one two three..."
    assert shortened("o" * 20, 10) == "ooooooo..."


@given(st.text(), st.text())
def test_no_value_is_longer_than_its_column(name: str, words: str) -> None:
    told = replace(TOLD, assignee=name, sprint=words, status=words, version=name * 90)
    for column, value in columns(told).items():
        assert len(str(value or "")) <= COLUMNS[column]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "Done"}, {"assignee": ""}, {"due": ""}, {"blocked": True}, {"done": 4},
        {"note": "Mei Chen: found"}, {"sprint": "Sprint 3"}, {"version": "2.1"},
    ],
)  # fmt: skip
def test_every_difference_that_a_reader_sees_is_news(change: dict[str, str]) -> None:
    assert digest(replace(TOLD, **change)) != digest(TOLD)


def test_another_address_of_the_same_issue_is_none() -> None:
    assert digest(replace(TOLD, url="https://other.example")) == digest(TOLD)


def test_who_is_blocked_is_said_to_be() -> None:
    assert status_line(replace(TOLD, blocked=True, stories=0)) == "In Progress, blocked"


@given(st.text())
def test_words_of_any_length_fit_one_line(words: str) -> None:
    told = delivery(ISSUE, name, note=words)
    assert len(told.note) <= LONGEST
    assert len(f"x{told.note}x".splitlines()) == 1
