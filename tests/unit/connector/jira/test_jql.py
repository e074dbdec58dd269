"""JQL is built with everything quoted, bounded and inclusive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import Rejected
from connector.jira import jql


def test_quoting_keeps_text_inside_its_string() -> None:
    assert jql.quoted('a"b\\c\nd') == '"a\\"b\\\\c\\nd"'


def test_a_moment_becomes_an_unquoted_number_rounded_down() -> None:
    moment = datetime(2024, 11, 29, 10, 44, 51, 887_999, tzinfo=UTC)
    assert jql.since("updated", moment) == "updated >= 1732877091887"


def test_milliseconds_are_exact_over_the_whole_range() -> None:
    start = datetime(2000, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(milliseconds=7_777_777_777 * n) for n in range(200)]
    assert [jql.milliseconds(m) for m in moments] == [
        946_684_800_000 + 7_777_777_777 * n for n in range(200)
    ]


def test_a_whole_query() -> None:
    condition = jql.every(jql.project("OPS"), jql.wrapped("labels = x OR labels = y"), "")
    assert (
        jql.ordered(condition, "updated")
        == 'project = "OPS" AND (labels = x OR labels = y) ORDER BY updated ASC, id ASC'
    )


def test_ids_stay_bare_and_keys_are_quoted() -> None:
    assert jql.any_id(["10001", "OPS-1"]) == 'id in (10001, "OPS-1")'


def test_labels_are_quoted() -> None:
    assert jql.any_label(["tandem-a", "b"]) == 'labels in ("tandem-a", "b")'


@pytest.mark.parametrize("scope", ["a = 1) OR (b = 2", "(a = 1", "a = 'x", 'summary ~ "x'])
def test_a_scope_cannot_leave_its_parentheses(scope: str) -> None:
    with pytest.raises(Rejected, match="unbalanced"):
        jql.wrapped(scope)


@pytest.mark.parametrize("scope", ['summary ~ "a) or (b"', "(a = 1) AND (b = 2)", 'x = "a\\"b"'])
def test_balanced_scopes_pass(scope: str) -> None:
    assert jql.wrapped(scope) == f"({scope})"


def test_an_empty_scope_adds_nothing() -> None:
    assert jql.wrapped("  ") == ""
