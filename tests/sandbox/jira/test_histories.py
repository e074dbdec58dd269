"""Changelogs: one issue's, those of many with the vendor's limits, and how much an issue brings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.jira_site import Site

BULK = "changelog/bulkfetch"


def edited(site: Site, times: int, issues: int = 1) -> list[str]:
    """Issues whose summaries change by turns, a second each; their ids."""
    hands = site.hands()
    ids = [hands.create("OPS", "Story", f"issue {n}").id for n in range(issues)]
    for number in range(times):
        for key in ids:
            site.clock.advance(1)
            hands.edit(key, summary=f"words {number}")
    return ids


def fetched(site: Site, **body: Any) -> list[tuple[str, list[str]]]:
    """All pages: ids of issues, with the words after each change, page by page."""
    found, token = [], None
    while True:
        extra = {"nextPageToken": token} if token else {}
        answer = site.ok("POST", BULK, {**body, **extra})
        found += [
            (row["issueId"], [entry["items"][0]["toString"] for entry in row["changeHistories"]])
            for row in answer["issueChangeLogs"]
        ]
        token = answer["nextPageToken"]
        if token is None:
            return found


def test_many_issues_are_told_oldest_first_by_issue() -> None:
    site = Site()
    first, second = edited(site, 3, 2)
    words = ["words 0", "words 1", "words 2"]
    asked = [second, first, "OPS-1", "OPS-99"]
    assert fetched(site, issueIdsOrKeys=asked) == [(first, words), (second, words)]


def test_pages_are_cut_by_time_and_may_split_an_issue() -> None:
    site = Site()
    first, second = edited(site, 3, 2)
    assert fetched(site, issueIdsOrKeys=[first, second], maxResults=3) == [
        (first, ["words 0", "words 1"]),
        (second, ["words 0"]),
        (first, ["words 2"]),
        (second, ["words 1", "words 2"]),
    ]


def test_entries_are_chosen_by_the_ids_of_fields() -> None:
    site = Site()
    [key] = edited(site, 2)
    site.hands().move_to(key, "Done")
    found = fetched(site, issueIdsOrKeys=[key], fieldIds=["status"])
    assert found[-1][1][-1] == "Done"
    assert not any("words" in one for _key, words in found for one in words)
    assert fetched(site, issueIdsOrKeys=[key], fieldIds=["labels"]) == []


def test_stamps_are_milliseconds_in_bulk_and_text_for_one_issue() -> None:
    site = Site()
    [key] = edited(site, 1)
    at = site.clock.now()
    [row] = site.ok("POST", BULK, {"issueIdsOrKeys": [key]})["issueChangeLogs"]
    told = row["changeHistories"][0]["created"]
    assert abs(told - at.timestamp() * 1000) < 1000
    [entry] = site.ok("GET", f"issue/{key}/changelog")["values"]
    shown = datetime.fromisoformat(entry["created"]).astimezone(UTC)
    assert round(shown.timestamp() * 1000) == told


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"issueIdsOrKeys": []},
        {"issueIdsOrKeys": "OPS-1"},
        {"issueIdsOrKeys": [10001]},
        {"issueIdsOrKeys": ["OPS-1"] * 1001},
        {"issueIdsOrKeys": ["OPS-1"], "fieldIds": [f"field{n}" for n in range(11)]},
        {"issueIdsOrKeys": ["OPS-1"], "fieldIds": ["status", "status"]},
        {"issueIdsOrKeys": ["OPS-1"], "maxResults": 0},
        {"issueIdsOrKeys": ["OPS-1"], "maxResults": 10_001},
        {"issueIdsOrKeys": ["OPS-1"], "maxResults": "10"},
        {"issueIdsOrKeys": ["OPS-1"], "nextPageToken": "x"},
        {"issueIdsOrKeys": ["OPS-1"], "startAt": 0},
    ],
)
def test_the_vendors_limits_hold(body: dict[str, Any]) -> None:
    site = Site()
    edited(site, 2)
    assert site.call("POST", BULK, body)[0] == 400
    assert site.call("POST", BULK, {"issueIdsOrKeys": ["OPS-1"] * 1000})[0] == 200


def test_a_token_is_good_for_its_own_question_only() -> None:
    site = Site()
    [key] = edited(site, 3)
    body = {"issueIdsOrKeys": [key], "maxResults": 1}
    token = site.ok("POST", BULK, body)["nextPageToken"]
    assert site.call("POST", BULK, {**body, "nextPageToken": token})[0] == 200
    other = {**body, "fieldIds": ["summary"], "nextPageToken": token}
    assert site.call("POST", BULK, other)[0] == 400


def test_hidden_issues_are_left_out() -> None:
    site = Site()
    first, second = edited(site, 1, 2)
    site.hands().hide(first)
    assert [key for key, _words in fetched(site, issueIdsOrKeys=[first, second])] == [second]


def test_data_center_has_neither_resource() -> None:
    site = Site("dc")
    [key] = edited(site, 1)
    assert site.call("POST", BULK, {"issueIdsOrKeys": [key]})[0] == 404
    assert site.call("GET", f"issue/{key}/changelog")[0] == 404


@pytest.mark.parametrize(("flavour", "alone"), [("cloud", 40), ("dc", 45)])
def test_how_much_of_its_history_an_issue_brings(flavour: Any, alone: int) -> None:
    site = Site(flavour)
    [key] = edited(site, 45)
    path = "search/jql" if flavour == "cloud" else "search"
    expand: Any = "changelog" if flavour == "cloud" else ["changelog"]
    body = {"jql": f"id = {key}", "fields": ["id"], "expand": expand}
    [found] = site.ok("POST", path, body)["issues"]
    single = site.ok("GET", f"issue/{key}?expand=changelog")
    for issue, number in ((found, 40), (single, alone)):
        log = issue["changelog"]
        assert (len(log["histories"]), log["total"]) == (number, 45)
        assert log["histories"][0]["items"][0]["toString"] == "words 44", "the newest first"


def test_counts_follow_the_index_and_need_a_restriction() -> None:
    site = Site()
    site.sandbox.index.lag = 30
    edited(site, 0, 3)
    body = {"jql": "project = OPS"}
    assert site.ok("POST", "search/approximate-count", body) == {"count": 0}
    site.clock.advance(31)
    assert site.ok("POST", "search/approximate-count", body) == {"count": 3}
    for bad in ({"jql": "order by key"}, {}, {"jql": "project = OPS", "maxResults": 0}):
        assert site.call("POST", "search/approximate-count", bad)[0] == 400


def test_data_center_tells_the_total_of_a_search_that_asks_for_nothing() -> None:
    site = Site("dc")
    edited(site, 0, 3)
    answer = site.ok("POST", "search", {"jql": "project = OPS", "maxResults": 0})
    assert (answer["total"], answer["issues"]) == (3, [])
    assert site.call("POST", "search/approximate-count", {"jql": "project = OPS"})[0] == 404
