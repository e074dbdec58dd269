"""Comments, properties, remote links, issue links."""

from __future__ import annotations

import pytest

from tests.support.jira_site import Site, story

INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]


@pytest.fixture
def site() -> Site:
    site = Site()
    site.ok("POST", "issue", story())
    site.ok("POST", "issue", story())
    site.hands().create("DESK", "Task", "A request")
    return site


def test_comments_are_public_unless_told_otherwise(site: Site) -> None:
    path = "issue/DESK-1/comment"
    assert site.ok("POST", path, {"body": "hi"})["jsdPublic"] is True
    made = site.ok("POST", path, {"body": "hush", "properties": INTERNAL})
    assert made["jsdPublic"] is False
    kept = site.ok("PUT", f"{path}/{made['id']}", {"body": "still hush"})
    assert kept["jsdPublic"] is False
    read = site.ok("GET", f"{path}/{made['id']}?expand=properties")
    assert read["properties"] == INTERNAL


@pytest.mark.parametrize(
    "body",
    [
        {"body": ""},
        {"body": "   "},
        {},
        {"body": {"type": "doc", "version": 1, "content": []}},
        {"body": "x" * 32_768},
        {"body": "x", "visibility": {"type": "planet", "value": "mars"}},
        {"body": "x", "nonsense": 1},
    ],
)
def test_what_a_comment_refuses(site: Site, body: object) -> None:
    assert site.call("POST", "issue/OPS-1/comment", body)[0] == 400
    assert site.ok("GET", "issue/OPS-1/comment")["total"] == 0


def test_version_three_wants_documents() -> None:
    site = Site(version="3")
    site.ok("POST", "issue", story())
    status, body = site.call("POST", "issue/OPS-1/comment", {"body": "text"})
    assert (status, body["errors"]) == (400, {"comment": "Comment body is not valid!"})
    bad = {"fields": {"description": "text"}}
    assert "description" in site.call("PUT", "issue/OPS-1", bad)[1]["errors"]
    site.version = "2"
    site.ok("PUT", "issue/OPS-1", {"fields": {"description": "one\ntwo\n\nthree"}})
    site.version = "3"
    shown = site.ok("GET", "issue/OPS-1")["fields"]["description"]
    site.ok("PUT", "issue/OPS-1", {"fields": {"description": shown}})
    site.version = "2"
    assert site.ok("GET", "issue/OPS-1")["fields"]["description"] == "one\ntwo\n\nthree"


def test_comment_pages_are_clamped_and_restricted_ones_left_out(site: Site) -> None:
    site.sandbox.limits.per_issue = False
    for n in range(103):
        site.hands().comment("OPS-1", f"c{n}")
    site.hands().comment("OPS-1", "for us", group="developers")
    page = site.ok("GET", "issue/OPS-1/comment?maxResults=500")
    assert (page["maxResults"], len(page["comments"]), page["total"]) == (100, 100, 103)
    rest = site.ok("GET", "issue/OPS-1/comment?startAt=100")
    assert [row["body"] for row in rest["comments"]] == ["c100", "c101", "c102"]
    inside = site.ok("GET", "issue/OPS-1?fields=comment")["fields"]["comment"]
    assert len(inside["comments"]) < inside["total"] == 103


def test_a_remote_link_is_replaced_by_its_global_id(site: Site) -> None:
    path = "issue/OPS-1/remotelink"
    thing = {"url": "http://x.example", "title": "t"}
    full = {"globalId": "g", "relationship": "r", "object": thing}
    first = site.send("POST", path, full)
    second = site.send("POST", path, {"globalId": "g", "object": thing})
    assert (first.status, second.status) == (201, 200)
    [row] = site.ok("GET", path)
    assert "relationship" not in row
    assert isinstance(row["id"], int)
    assert site.send("POST", path, {"object": thing}).status == 201
    assert site.send("POST", path, {"object": thing}).status == 201
    assert len(site.ok("GET", path)) == 3
    assert site.call("POST", path, {"globalId": "x" * 256, "object": thing})[0] == 400
    assert site.send("DELETE", f"{path}?globalId=g").status == 415
    kind = {"Content-Type": "application/json"}
    assert site.send("DELETE", f"{path}?globalId=g", headers=kind).status == 204
    assert len(site.ok("GET", path)) == 2


def test_properties_are_replaced_whole(site: Site) -> None:
    path = "issue/OPS-1/properties/tandem"
    assert site.send("PUT", path, {"a": 1}).status == 201
    assert site.send("PUT", path, {"b": 2}).status == 200
    assert site.ok("GET", path)["value"] == {"b": 2}
    assert site.call("PUT", path, "x" * 32_768)[0] == 400
    assert site.send("DELETE", path).status == 204
    assert site.call("GET", path)[0] == 404
