"""Bulk transitions: taken at once, done later, issue by issue, and only where they fit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.jira_site import Site, story

PATH = "bulk/issues/transition"


@pytest.fixture
def site() -> Site:
    """A Cloud site in version 3 with five stories in the backlog of OPS."""
    site = Site(version="3")
    for number in range(5):
        site.hands().create("OPS", "Story", f"Story {number}")
    return site


def payload(number: str, *keys: str, **more: Any) -> dict[str, Any]:
    """One input: these issues through this transition."""
    inputs = [{"selectedIssueIdsOrKeys": list(keys), "transitionId": number}]
    return {"bulkTransitionInputs": inputs, **more}


def submitted(site: Site, number: str, *keys: str) -> str:
    """A task that was accepted."""
    return str(site.ok("POST", PATH, payload(number, *keys))["taskId"])


def status(site: Site, key: str) -> object:
    """Where an issue stands in truth."""
    return site.hands().see(key, "status")


def test_a_task_works_a_while_after_it_was_accepted(site: Site) -> None:
    site.sandbox.bulk.knobs.seconds = 4
    task = submitted(site, "11", "OPS-1", "OPS-2")
    states = []
    for _ in range(3):
        states.append((site.ok("GET", f"bulk/queue/{task}")["status"], status(site, "OPS-1")))
        site.clock.advance(2)
    assert states == [
        ("ENQUEUED", "Backlog"),
        ("RUNNING", "Backlog"),
        ("COMPLETE", "Selected for Development"),
    ]


def test_each_issue_is_judged_by_itself(site: Site) -> None:
    hands = site.hands()
    hands.move_to("OPS-2", "In Progress")
    site.hands().hide("OPS-3")
    task = submitted(site, "11", "OPS-1", "OPS-2", "OPS-3", "OPS-999")
    site.clock.advance(1)
    told = site.ok("GET", f"bulk/queue/{task}")
    ids = {key: site.sandbox.world.issue(key).id for key in ("OPS-1", "OPS-2")}  # type: ignore[union-attr]
    assert told["processedAccessibleIssues"] == [int(ids["OPS-1"])]
    assert list(told["failedAccessibleIssues"]) == [ids["OPS-2"]]
    assert (told["invalidOrInaccessibleIssueCount"], told["totalIssueCount"]) == (2, 4)
    assert status(site, "OPS-2") == "In Progress"


def test_a_screen_that_demands_a_field_is_not_passed(site: Site) -> None:
    site.hands().move_to("OPS-1", "In Review")
    task = submitted(site, "41", "OPS-1")
    site.clock.advance(1)
    assert "required" in str(site.ok("GET", f"bulk/queue/{task}")["failedAccessibleIssues"])
    assert status(site, "OPS-1") == "In Review"
    common = site.ok("GET", f"{PATH}?issueIdsOrKeys=OPS-1")["availableTransitions"]
    assert [row["transitionName"] for row in common[0]["transitions"]] == ["Rework"]
    assert common[0]["isTransitionsFiltered"]


def test_a_task_may_die_half_way(site: Site) -> None:
    site.sandbox.bulk.knobs.serves = 1
    task = submitted(site, "11", "OPS-1", "OPS-2")
    site.clock.advance(1)
    assert site.ok("GET", f"bulk/queue/{task}")["status"] == "DEAD"
    assert [status(site, key) for key in ("OPS-1", "OPS-2")] == [
        "Selected for Development",
        "Backlog",
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"bulkTransitionInputs": []},
        {},
        payload("11", "OPS-1", notify=True),
        payload("11", "OPS-1", sendBulkNotification="no"),
        payload("11"),
        payload("999", "OPS-1"),
        payload("11", "OPS-998"),
        payload("11", "OPS-1", "TEAM-1"),
        payload("11", *["OPS-1"] * 1001),
        {"bulkTransitionInputs": [{"selectedIssueIdsOrKeys": ["OPS-1"], "transitionId": 11}]},
        {"bulkTransitionInputs": payload("11", "OPS-1")["bulkTransitionInputs"] * 2},
    ],
)
def test_what_is_not_right_is_refused_as_a_whole(site: Site, body: dict[str, Any]) -> None:
    site.hands().create("TEAM", "Story", "Other workflow")
    code, answer = site.call("POST", PATH, body)
    assert (code, list(answer)) == (400, ["errors"])
    site.clock.advance(1)
    assert status(site, "OPS-1") == "Backlog"


def test_rights_are_asked_for_bulk_changes_and_for_silence(site: Site) -> None:
    site.sandbox.bulk.knobs.quiet = False
    assert site.call("POST", PATH, payload("11", "OPS-1", sendBulkNotification=False))[0] == 403
    assert site.call("POST", PATH, payload("11", "OPS-1", sendBulkNotification=True))[0] == 201
    site.sandbox.bulk.knobs.allowed = False
    assert site.call("POST", PATH, payload("11", "OPS-2"))[0] == 403
    assert site.call("GET", f"{PATH}?issueIdsOrKeys=OPS-1")[0] == 403


def test_only_version_three_of_cloud_has_it() -> None:
    for flavour, version in (("cloud", "2"), ("dc", "2"), ("dc", "3")):
        site = Site(flavour, version)  # type: ignore[arg-type]
        assert site.call("POST", PATH, payload("11", "OPS-1"))[0] == 404
        assert site.call("GET", "bulk/queue/1")[0] == 404


def test_nobody_in_particular_gets_nothing() -> None:
    site = Site(version="3", login="anonymous")
    assert site.send("POST", PATH, payload("11", "OPS-1")).status == 401


def test_stories_keep_their_own_routes(site: Site) -> None:
    assert site.ok("POST", "issue", story("Another"))["key"] == "OPS-6"
