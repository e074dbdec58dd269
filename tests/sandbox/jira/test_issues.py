"""Creating, editing, reading and losing issues."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.jira.layout import EPIC_LINK, EPIC_NAME
from tests.support.jira_site import Site, story


@pytest.fixture(params=["cloud", "dc"])
def site(request: pytest.FixtureRequest) -> Site:
    return Site(request.param)


@pytest.fixture
def cloud() -> Site:
    return Site("cloud")


def test_a_create_answers_with_names_only_and_carries_riders(site: Site) -> None:
    body = {
        **story(labels=["mine"]),
        "properties": [{"key": "tandem", "value": {"a": 1}}],
        "transition": {"id": "11"},
        "update": {"comment": [{"add": {"body": "first"}}, {"add": {"body": "second"}}]},
    }
    made = site.ok("POST", "issue", body)
    assert sorted(made) == ["id", "key", "self"]
    read = site.ok("GET", f"issue/{made['id']}?properties=tandem")
    assert read["properties"] == {"tandem": {"a": 1}}
    assert read["fields"]["status"]["name"] == "Selected for Development"
    assert [row["body"] for row in read["fields"]["comment"]["comments"]] == ["first", "second"]
    assert read["fields"]["priority"]["name"] == "Medium"


BAD = (
    ({"summary": ""}, "summary"),
    ({"summary": "two\nlines"}, "summary"),
    ({"summary": "x" * 256}, "summary"),
    ({"nope": 1}, "nope"),
    ({"status": {"name": "Done"}}, "status"),
    ({"resolution": {"name": "Done"}}, "resolution"),
    ({"labels": ["a b"]}, "labels"),
    ({"labels": "a"}, "labels"),
    ({"labels": ["x" * 256]}, "labels"),
    ({"description": "x" * 32_768}, "description"),
    ({"description": {"type": "doc", "version": 1, "content": []}}, "description"),
    ({"priority": {"name": "Urgent"}}, "priority"),
    ({"priority": "High"}, "priority"),
    ({"duedate": "tomorrow"}, "duedate"),
    ({"duedate": "2026-02-30"}, "duedate"),
    ({"assignee": {"accountId": "nobody", "name": "nobody"}}, "assignee"),
    ({"assignee": "mei.chen"}, "assignee"),
    ({"components": [{"name": "Nowhere"}]}, "components"),
    ({"customfield_10052": "many"}, "customfield_10052"),
    ({"customfield_10055": {"value": "Sideways"}}, "customfield_10055"),
    ({"issuetype": {"name": "Saga"}}, "issuetype"),
    ({"project": {"key": "NOPE"}}, "project"),
)


@pytest.mark.parametrize(("fields", "named"), BAD)
def test_what_a_create_refuses_names_the_field(
    site: Site, fields: dict[str, Any], named: str
) -> None:
    status, body = site.call("POST", "issue", story(**{"summary": "s", **fields}))
    assert status == 400
    assert list(body["errors"]) == [named]
    assert not site.sandbox.world.issues


def test_all_problems_come_at_once(site: Site) -> None:
    body = story(summary="", nope=1, labels=["a b"])
    assert sorted(site.call("POST", "issue", body)[1]["errors"]) == ["labels", "nope", "summary"]


def test_the_screen_of_a_project_decides(cloud: Site) -> None:
    body = story(project="TEAM", priority={"name": "High"})
    assert "priority" in cloud.call("POST", "issue", body)[1]["errors"]
    fields = {"project": {"key": "DESK"}, "issuetype": {"name": "Task"}, "summary": "s"}
    riding = {"fields": fields, "update": {"comment": [{"add": {"body": "x"}}]}}
    assert "comment" in cloud.call("POST", "issue", riding)[1]["errors"]


def test_users_of_the_other_flavour_or_gone_are_refused(site: Site) -> None:
    wrong = {"name": "mei.chen"} if site.flavour == "cloud" else {"accountId": "x"}
    status, body = site.call("POST", "issue", story(assignee=wrong))
    if site.flavour == "cloud":
        assert (status, list(body["errors"])) == (400, ["assignee"])
    gone = next(user for user in site.sandbox.world.users.values() if not user.active)
    name = "accountId" if site.flavour == "cloud" else "name"
    assert site.call("POST", "issue", story(assignee={name: gone.key}))[0] == 400


def test_bulk_create_maps_failures_by_place(site: Site) -> None:
    rows = [story(), story(summary=""), story(), {"nonsense": 1}]
    status, body = site.call("POST", "issue/bulk", {"issueUpdates": rows})
    assert status == 201
    assert [row["key"] for row in body["issues"]] == ["OPS-1", "OPS-2"]
    assert [row["failedElementNumber"] for row in body["errors"]] == [1, 3]
    assert body["errors"][0]["elementErrors"]["errors"]["summary"]
    status, body = site.call("POST", "issue/bulk", {"issueUpdates": [story(summary="")]})
    assert (status, body["issues"]) == (400, [])
    assert site.call("POST", "issue/bulk", {"issueUpdates": [story()] * 51})[0] == 400


def test_epics_and_their_children(site: Site) -> None:
    link, name = EPIC_LINK[site.flavour], EPIC_NAME[site.flavour]
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Epic"}, "summary": "E"}
    if site.flavour == "dc":
        assert list(site.call("POST", "issue", {"fields": fields})[1]["errors"]) == [name]
        fields[name] = "E"
    epic = site.ok("POST", "issue", {"fields": fields})
    below: dict[str, Any] = {"parent": {"key": "OPS-1"}}
    above: dict[str, Any] = {link: "OPS-1"}
    right, wrong = (below, above) if site.flavour == "cloud" else (above, below)
    child = site.ok("POST", "issue", story(**right))
    assert site.call("POST", "issue", story(**wrong))[0] == 400
    read = site.ok("GET", f"issue/{child['id']}")["fields"]
    if site.flavour == "cloud":
        assert read["parent"]["id"] == epic["id"]
    else:
        assert read[link] == "OPS-1"
    level = {**right, next(iter(right)): {"key": child["key"]}}
    if site.flavour == "cloud":
        assert list(site.call("POST", "issue", story(**level))[1]["errors"]) == ["parent"]
        site.ok("PUT", f"issue/{child['id']}", {"update": {"parent": [{"set": {"none": True}}]}})
    else:
        site.ok("PUT", f"issue/{child['id']}", {"fields": {link: None}})
    assert site.hands().see(child["key"], "parent") is None


def test_subtasks_need_a_parent_in_their_project(site: Site) -> None:
    site.ok("POST", "issue", story())
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Sub-task"}, "summary": "s"}
    assert list(site.call("POST", "issue", {"fields": fields})[1]["errors"]) == ["parent"]
    made = site.ok("POST", "issue", {"fields": {**fields, "parent": {"key": "OPS-1"}}})
    assert site.call("DELETE", "issue/OPS-1")[0] == 403
    site.sandbox.settings.may_delete = True
    assert site.call("DELETE", "issue/OPS-1")[0] == 400
    site.ok("DELETE", "issue/OPS-1?deleteSubtasks=true")
    assert site.call("GET", f"issue/{made['id']}")[0] == 404


def test_edits_are_all_or_nothing(site: Site) -> None:
    site.ok("POST", "issue", story(labels=["a"]))
    bad = {"fields": {"summary": "new", "labels": ["a b"]}}
    assert site.call("PUT", "issue/OPS-1", bad)[0] == 400
    assert site.hands().see("OPS-1", "summary") == "A story"
    twice = {"fields": {"labels": ["x"]}, "update": {"labels": [{"add": "y"}]}}
    assert site.call("PUT", "issue/OPS-1", twice)[0] == 400
    verbs = {"update": {"labels": [{"add": "b"}, {"remove": "a"}, {"add": "c"}]}}
    site.ok("PUT", "issue/OPS-1", verbs)
    assert site.hands().see("OPS-1", "labels") == ("b", "c")
    assert site.call("PUT", "issue/OPS-1", {"fields": {"summary": None}})[0] == 400
    ignored = {"fields": {"status": {"name": "Done"}, "summary": "z"}}
    site.ok("PUT", "issue/OPS-1", ignored)
    assert site.hands().see("OPS-1", "status") == "Backlog"


def test_only_cloud_returns_the_edited_issue(site: Site) -> None:
    site.ok("POST", "issue", story())
    path = "issue/OPS-1?returnIssue=true&fields=summary"
    status, body = site.call("PUT", path, {"fields": {"summary": "new"}})
    if site.flavour == "cloud":
        assert (status, body["fields"]) == (200, {"summary": "new"})
    else:
        assert (status, body) == (204, None)


def test_what_moves_the_stamp_and_what_leaves_a_trace(site: Site) -> None:
    site.ok("POST", "issue", story())
    world = site.sandbox.world

    def stamp() -> Any:
        return world.issue("OPS-1").updated  # type: ignore[union-attr]

    before, rows = stamp(), len(world.write_log)
    site.clock.advance(5)
    site.ok("PUT", "issue/OPS-1", {"fields": {"summary": "A story"}})
    assert (stamp(), len(world.write_log)) == (before, rows)
    site.send("PUT", "issue/OPS-1/properties/p", {"a": 1})
    assert (stamp(), len(world.write_log)) == (before, rows + 1)
    link = {"globalId": "g", "object": {"url": "http://x.example", "title": "t"}}
    for method, path, body in (
        ("POST", "issue/OPS-1/comment", {"body": "x"}),
        ("POST", "issue/OPS-1/remotelink", link),
        ("POST", "issue/OPS-1/transitions", {"transition": {"id": "11"}}),
        ("PUT", "issue/OPS-1", {"fields": {"description": "x"}}),
    ):
        site.ok(method, path, body)
        assert stamp() > before
        before = stamp()
    assert [row["seq"] for row in world.write_log] == list(range(1, len(world.write_log) + 1))
    assert {row["by"] for row in world.write_log} == {world.site.me}


def test_a_move_changes_the_key_and_a_clone_copies_the_marks(site: Site) -> None:
    made = site.ok("POST", "issue", story(labels=["tandem-x"]))
    site.send("PUT", "issue/OPS-1/properties/tandem", {"a": 1})
    copy = site.hands().clone("OPS-1")
    assert copy.fields["labels"] == ("tandem-x",)
    assert copy.properties == {}
    site.hands().move_project("OPS-1", "TEAM")
    read = site.ok("GET", "issue/ops-1?fields=project,issuetype,status")
    assert (read["id"], read["key"]) == (made["id"], "TEAM-1")
    names = [item.name for item in site.hands().issue(made["id"]).history[-1].items]
    assert {"project", "Key", "status"} <= set(names)
    assert site.search("project = TEAM") == ["TEAM-1"]
    site.hands().delete("TEAM-1")
    assert site.call("GET", "issue/OPS-1")[0] == 404


def test_the_changelog_tells_who_changed_what(cloud: Site) -> None:
    cloud.ok("POST", "issue", story())
    cloud.hands("olga.petrova").edit("OPS-1", priority="High", labels=("b", "a"))
    cloud.hands("olga.petrova").move_to("OPS-1", "Selected for Development")
    first, second = cloud.ok("GET", "issue/OPS-1/changelog")["values"]
    told = {row["field"]: (row["fromString"], row["toString"]) for row in first["items"]}
    assert told == {"labels": ("", "a b"), "priority": ("Medium", "High")}
    assert first["author"]["displayName"] == "Olga Petrova"
    assert second["items"][0]["field"] == "status"
    newest = cloud.ok("GET", "issue/OPS-1?expand=changelog")["changelog"]["histories"]
    assert [row["id"] for row in newest] == [second["id"], first["id"]]


def test_deleting_an_epic_frees_its_children(site: Site) -> None:
    hands = site.hands()
    epic = hands.create("OPS", "Epic", "E")
    child = hands.create("OPS", "Story", "S", parent=epic.id)
    hands.delete(epic.id)
    assert hands.see(child.id, "parent") is None
