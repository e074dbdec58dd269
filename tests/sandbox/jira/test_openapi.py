"""The fake Cloud site answers as the vendor's description of the API says, route by route."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support import openapi
from tests.support.jira_site import Site

pytestmark = pytest.mark.skipif(not openapi.available(), reason=openapi.MISSING)


def document(text: str) -> dict[str, Any]:
    """A rich text with one paragraph."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


@pytest.fixture
def site() -> Site:
    """A site spoken to in version 3, with an epic, a story in it, a comment and links."""
    site = Site(version="3")
    hands = site.hands()
    epic = hands.create("OPS", "Epic", "An epic", description="h1. Why\n\n* because")
    story = hands.create(
        "OPS",
        "Story",
        "A story",
        parent=epic.id,
        labels=("a", "b"),
        components=("Checkout",),
        fixVersions=("2026.1",),
        duedate="2026-04-01",
        assignee="jonas.weber",
        **{"Incident trend": "Rising", "Incidents 7 days": 4},
    )
    hands.comment(story.id, "hello", internal=True)
    hands.move_to(story.id, "Done")
    hands.create("TEAM", "Task", "Own types")
    body = {"globalId": "g:1", "object": {"url": "http://x.example", "title": "INC1"}}
    site.ok("POST", f"issue/{story.id}/remotelink", body)
    site.ok("PUT", f"issue/{story.id}/properties/tandem", {"number": "INC1"})
    ends = {"inwardIssue": {"key": epic.key}, "outwardIssue": {"key": story.key}}
    site.send("POST", "issueLink", {"type": {"name": "Blocks"}, **ends})
    return site


def checked(site: Site, method: str, path: str, body: Any = None) -> Any:
    """One request whose body and answer are as described; the answer."""
    root = "/rest/api/3/" + path.partition("?")[0]
    if body is not None:
        openapi.check_request(method, root, body)
    response = site.send(method, path, body)
    answer = json.loads(response.body) if response.body else None
    openapi.check_response(method, root, response.status, answer)
    return answer


READS = (
    "serverInfo",
    "myself",
    "search/jql?jql=project%3DOPS&fields=*all&expand=changelog,names&properties=tandem",
    "issue/OPS-2",
    "issue/OPS-2?expand=changelog,names&properties=tandem",
    "issue/TEAM-1",
    "issue/OPS-2/transitions?expand=transitions.fields",
    "issue/OPS-2/comment?expand=properties",
    "issue/OPS-2/changelog",
    "issue/OPS-2/properties",
    "issue/OPS-2/properties/tandem",
    "issue/OPS-2/remotelink?globalId=g%3A1",
    "issue/OPS-2/editmeta",
    "issue/createmeta/OPS/issuetypes",
    "issue/createmeta/TEAM/issuetypes",
    "issue/createmeta/OPS/issuetypes/10001",
    "project/OPS",
    "project/TEAM/statuses",
    "priority",
    "resolution",
    "status",
    "field",
    "user/search?query=mei",
    "user/assignable/search?project=OPS&query=mei",
    "label",
    "mypermissions?permissions=BROWSE_PROJECTS,ADMINISTER",
    "issueLinkType",
)


@pytest.mark.parametrize("path", READS)
def test_reads_are_as_described(site: Site, path: str) -> None:
    assert checked(site, "GET", path)


def test_creating_is_as_described(site: Site) -> None:
    fields = {
        "project": {"key": "OPS"},
        "issuetype": {"id": "10001"},
        "summary": "Another",
        "description": document("text"),
    }
    row = {
        "fields": fields,
        "update": {"comment": [{"add": {"body": document("first")}}]},
        "properties": [{"key": "tandem", "value": {"a": 1}}],
        "transition": {"id": "11"},
    }
    made = checked(site, "POST", "issue", row)
    read = checked(site, "GET", f"issue/{made['id']}")
    assert read["fields"]["description"]["content"][0]["content"][0]["text"] == "text"
    bad = {"fields": {**fields, "summary": ""}}
    mixed = checked(site, "POST", "issue/bulk", {"issueUpdates": [row, bad]})
    assert [error["failedElementNumber"] for error in mixed["errors"]] == [1]
    checked(site, "POST", "issue", bad)
    checked(site, "POST", "issue/bulk", {"issueUpdates": [bad]})


def test_writes_are_as_described(site: Site) -> None:
    edit = {"update": {"labels": [{"add": "c"}, {"remove": "a"}]}}
    assert checked(site, "PUT", "issue/OPS-2?returnIssue=true", edit)["key"] == "OPS-2"
    assert checked(site, "PUT", "issue/OPS-2", {"fields": {"summary": "New"}}) is None
    checked(site, "POST", "issue/OPS-2/transitions", {"transition": {"id": "51"}})
    comment = checked(site, "POST", "issue/OPS-2/comment", {"body": document("x")})
    path = f"issue/OPS-2/comment/{comment['id']}"
    checked(site, "GET", path)
    checked(site, "PUT", path, {"body": document("y")})
    checked(site, "POST", "comment/list", {"ids": [int(comment["id"])]})
    checked(site, "DELETE", path)
    checked(site, "PUT", "issue/OPS-2/properties/tandem", {"number": "INC2"})
    link = {"globalId": "g:1", "object": {"url": "http://x.example", "title": "INC1"}}
    checked(site, "POST", "issue/OPS-2/remotelink?globalId=g%3A1", link)
    checked(site, "DELETE", "issue/OPS-2/properties/tandem")
    [held] = checked(site, "GET", "issue/OPS-2?fields=issuelinks")["fields"]["issuelinks"]
    ends = {"inwardIssue": {"key": "OPS-2"}, "outwardIssue": {"key": "OPS-1"}}
    checked(site, "POST", "issueLink", {"type": {"name": "Relates"}, **ends})
    checked(site, "GET", f"issueLink/{held['id']}")
    path = f"issueLink/{held['id']}"
    gone = site.send("DELETE", path, headers={"Content-Type": "application/json"})
    openapi.check_response("DELETE", f"/rest/api/3/{path}", gone.status, None)


def test_bulk_reads_are_as_described(site: Site) -> None:
    body = {"issueIdsOrKeys": ["OPS-1", "OPS-2", "OPS-99"], "fields": ["*all"]}
    rows = checked(site, "POST", "issue/bulkfetch", body)["issues"]
    assert [row["key"] for row in rows] == ["OPS-1", "OPS-2"]
    fetched(site, {"issueIdsOrKeys": ["OPS-2", "OPS-99"], "maxResults": 1})
    fetched(site, {"issueIdsOrKeys": ["OPS-1", "OPS-2"], "fieldIds": ["status"]})
    search = {"jql": "project = OPS", "fields": ["summary"], "maxResults": 1}
    assert checked(site, "POST", "search/jql", search)["nextPageToken"]
    assert checked(site, "POST", "search/approximate-count", {"jql": "project = OPS"})


def fetched(site: Site, body: dict[str, Any]) -> None:
    """A page of changelogs. Their stamps are text in the schema, numbers in its example and on live
    sites."""
    path = "/rest/api/3/changelog/bulkfetch"
    openapi.check_request("POST", path, body)
    response = site.send("POST", "changelog/bulkfetch", body)
    answer = json.loads(response.body)
    assert answer["issueChangeLogs"]
    for row in answer["issueChangeLogs"]:
        for entry in row["changeHistories"]:
            assert isinstance(entry.pop("created"), int)
    openapi.check_response("POST", path, response.status, answer)


def test_parsing_is_as_described(site: Site) -> None:
    queries = ["project = OPS", "project = NOPE", "universe = 42", "summary = x", "not a query"]
    rows = checked(site, "POST", "jql/parse?validation=strict", {"queries": queries})["queries"]
    assert [row["query"] for row in rows] == queries
    assert [sorted(row) for row in rows[:2]] == [["query"], ["query", "warnings"]]
    assert all(row["errors"] for row in rows[2:])
    assert checked(site, "POST", "jql/parse?validation=none", {"queries": queries[2:3]})


def test_bulk_transitions_are_as_described(site: Site) -> None:
    offered = checked(site, "GET", "bulk/issues/transition?issueIdsOrKeys=OPS-2,TEAM-1")
    assert [row["issues"] for row in offered["availableTransitions"]] == [["OPS-2"], ["TEAM-1"]]
    inputs = [{"selectedIssueIdsOrKeys": ["OPS-2", "OPS-99"], "transitionId": "51"}]
    body = {"bulkTransitionInputs": inputs, "sendBulkNotification": False}
    task = checked(site, "POST", "bulk/issues/transition", body)["taskId"]
    progress(site, task)
    site.clock.advance(1)
    assert progress(site, task)["status"] == "COMPLETE"
    site.sandbox.bulk.knobs.allowed = False
    checked(site, "POST", "bulk/issues/transition", body)
    checked(site, "GET", "bulk/queue/999")


def progress(site: Site, task: str) -> Any:
    """A task's progress. Its stamps are strings in the schema and numbers in every example."""
    response = site.send("GET", f"bulk/queue/{task}")
    answer = json.loads(response.body)
    shown = {n: v for n, v in answer.items() if n not in ("created", "started", "updated")}
    openapi.check_response("GET", f"/rest/api/3/bulk/queue/{task}", response.status, shown)
    return answer


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "bulk/issues/transition", {"bulkTransitionInputs": []}),
        ("GET", "bulk/issues/transition?issueIdsOrKeys=OPS-999", None),
        ("GET", "issue/OPS-999", None),
        ("GET", "project/NOPE", None),
        ("POST", "issue/OPS-2/comment", {"body": "a string"}),
        ("POST", "issue/OPS-2/transitions", {"transition": {"id": "999"}}),
        ("PUT", "issue/OPS-2", {"fields": {"nope": 1}}),
        ("POST", "search/jql", {"jql": "order by key"}),
        ("POST", "search/approximate-count", {"jql": "order by key"}),
        ("POST", "changelog/bulkfetch", {"issueIdsOrKeys": ["OPS-2"], "nextPageToken": "x"}),
        ("POST", "jql/parse", {"queries": ["project = OPS"]}),
        ("POST", "jql/parse?validation=strict", {"queries": []}),
    ],
)
def test_refusals_are_as_described(site: Site, method: str, path: str, body: Any) -> None:
    assert checked(site, method, path, body)


def test_the_check_itself_fails_on_wrong_bodies() -> None:
    with pytest.raises(AssertionError, match="maxResults"):
        openapi.check_request("POST", "/rest/api/3/search/jql", {"maxResults": "many"})
    with pytest.raises(AssertionError, match="not documented"):
        openapi.check_response("GET", "/rest/api/3/nowhere", 200, {})
    with pytest.raises(AssertionError, match="startAt"):
        openapi.check_response("POST", "/rest/api/3/search/jql", 200, {"startAt": 0})
