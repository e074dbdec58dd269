"""Marks: the same for every attempt, told from people's own words, parsed from the right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mappings.sides import Side
from sync.core import marks
from sync.core.model import End

SN, JIRA = Side.SERVICENOW, Side.JIRA


def test_a_marker_is_the_same_for_every_attempt_and_another_for_anything_else() -> None:
    same = [marks.marker("sn|jira", "p", SN, "k") for _ in range(3)]
    others = [
        marks.marker("sn2|jira", "p", SN, "k"),
        marks.marker("sn|jira", "q", SN, "k"),
        marks.marker("sn|jira", "p", JIRA, "k"),
        marks.marker("sn|jira", "p", SN, "l"),
    ]
    assert len(set(same)) == 1
    assert len({*same, *others}) == 5
    assert len(same[0]) == marks.MARKER_LENGTH


def test_a_marker_never_changes_between_versions() -> None:
    """A changed seed would make every installed twin a stranger."""
    assert marks.marker("sn|jira", "p", SN, "k") == "6p2hzgmlbomhg43lbck3"
    assert marks.reference("sn|jira", "p", SN, "c") == "(ref j3wi5uqtq2yt)"


def test_our_labels_are_told_from_peoples_own() -> None:
    mine = marks.label(marks.marker("i", "p", SN, "k"))
    theirs = ("tandem-bike", "to-incident", "xtandem-" + "a" * 20, mine + "x", mine.upper())
    assert marks.own_labels((*theirs, mine)) == (mine,)


def test_a_reference_is_recognised_where_it_stands() -> None:
    reference = marks.reference("i", "p", JIRA, "10100")
    found = marks.REFERENCE.search(f"Ann, comment on OPS-1, 2026-03-02 12:00:00 UTC {reference}")
    assert found is not None
    assert found.group(0) == reference


@pytest.mark.parametrize("text", ["UTC (ref short)", "see your mail (ref confirmation)"])
def test_a_bracket_that_people_write_is_no_reference(text: str) -> None:
    assert marks.REFERENCE.search(text) is None


@pytest.mark.parametrize("host", ["a.atlassian.net", "jira.example:8443", "[::1]:8080"])
def test_a_correlation_comes_back_whatever_the_host_looks_like(host: str) -> None:
    assert marks.issue_of(marks.correlation(host, "10001"), host) == "10001"


@pytest.mark.parametrize(
    "held",
    [
        None, "", "10001", "jira:10001", "jira:other.example:10001", "jira:a.example:OPS-1",
        "jira:a.example:", "snow:a.example:10001", "jira:a.example:8080:10001",
    ],
)  # fmt: skip
def test_a_foreign_correlation_is_no_issue_of_ours(held: str | None) -> None:
    assert marks.issue_of(held, "a.example") is None


def test_the_issue_property_says_where_the_record_is_and_counts_only_what_was_counted() -> None:
    end = End("problem", "abc", "PRB0000001", url="https://sn/abc")
    at = datetime(2026, 3, 2, 9, 0, 1, 999, tzinfo=UTC)
    bare = {
        "servicenow": {
            "table": "problem", "sys_id": "abc", "number": "PRB0000001", "url": "https://sn/abc",
        },
        "agreed_at": "2026-03-02T09:00:01Z",
    }  # fmt: skip
    assert marks.jira_property(end, at) == bare
    assert marks.jira_property(end, at, {"7d": 0}) == {**bare, "incidents": {"7d": 0}}
