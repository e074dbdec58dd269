"""Attachments of the fake Jira, on both flavours, and Cloud's against its description."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.sandbox.http import Request
from connector.sandbox.jira.model import Flavour
from tests.support import openapi
from tests.support.jira_site import Site, basic, story

TOKEN = {"X-Atlassian-Token": "no-check"}


@pytest.fixture(params=["cloud", "dc"])
def site(request: pytest.FixtureRequest) -> Site:
    """A site of either flavour with one story."""
    return made(request.param)


@pytest.fixture
def cloud() -> Site:
    """A Cloud site with one story."""
    return made("cloud")


def made(flavour: Flavour) -> Site:
    """A site with one story."""
    site = Site(flavour)
    site.ok("POST", "issue", story())
    return site


def form(*files: tuple[str, bytes], field: str = "file") -> bytes:
    """A form with files, as a browser sends it."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        f"Content-Type: text/x-log\r\n\r\n".encode()
        + data
        + b"\r\n"
        for name, data in files
    ]
    return b"".join(parts) + b"--b--\r\n"


def upload(site: Site, body: bytes, issue: str = "OPS-1", **headers: str) -> tuple[int, Any]:
    """An upload; status and parsed answer."""
    given = {**TOKEN, "Content-Type": "multipart/form-data; boundary=b", **headers}
    answer = site.send("POST", f"issue/{issue}/attachments", raw=body, headers=given)
    told = answer.headers.get("Content-Type", "").startswith("application/")
    return answer.status, json.loads(answer.body) if told else answer.body


def get(site: Site, path: str, login: str = "", **headers: str) -> Any:
    """A GET of any path of the site."""
    access = {"Authorization": basic(login or site.login), **headers}
    return site.sandbox.handle(Request.of("GET", path, access, b""))


def test_an_upload_answers_with_every_file(site: Site) -> None:
    site.clock.advance(60)
    status, rows = upload(site, form(("a.log", b"one"), ("größe.log", b"two\r\n--c\r\n")))
    assert status == 200
    shown = [(row["filename"], row["size"], row["mimeType"]) for row in rows]
    assert shown == [("a.log", 3, "text/x-log"), ("größe.log", 10, "text/x-log")]
    assert all(isinstance(row["id"], str) for row in rows)
    issue = site.ok("GET", "issue/OPS-1")
    assert [row["id"] for row in issue["fields"]["attachment"]] == [row["id"] for row in rows]
    assert site.sandbox.world.issue("OPS-1").updated >= site.clock.now()  # type: ignore[union-attr]


def test_an_upload_is_a_line_of_history(cloud: Site) -> None:
    _, [row] = upload(cloud, form(("a.log", b"one")))
    cloud.ok("DELETE", f"attachment/{row['id']}")
    items = [entry["items"][0] for entry in cloud.ok("GET", "issue/OPS-1/changelog")["values"]]
    put, taken = items
    assert (put["field"], put["from"], put["to"], put["toString"]) == (
        *("Attachment", None, row["id"], "a.log"),
    )
    assert (taken["field"], taken["from"], taken["to"], taken["fromString"]) == (
        *("Attachment", row["id"], None, "a.log"),
    )
    assert [line["kind"] for line in cloud.sandbox.world.write_log] == [
        "create",
        "attach",
        "detach",
    ]


def test_a_search_shows_files_as_its_index_has_them(site: Site) -> None:
    site.sandbox.index.lag = 30
    upload(site, form(("a.log", b"one")))
    path = "search/jql" if site.flavour == "cloud" else "search"
    body = {"jql": "project = OPS", "fields": ["attachment"]}
    assert site.ok("POST", path, body)["issues"][0]["fields"]["attachment"] == []
    site.clock.advance(31)
    [row] = site.ok("POST", path, body)["issues"][0]["fields"]["attachment"]
    assert row["filename"] == "a.log"


def test_an_upload_without_the_token_is_blocked(site: Site) -> None:
    body = form(("a.log", b"one"))
    status, said = upload(site, body, **{"X-Atlassian-Token": ""})
    assert (status, said) == (403, b"XSRF check failed")
    assert site.ok("GET", "issue/OPS-1")["fields"]["attachment"] == []


def test_what_an_upload_is_refused_for(site: Site) -> None:
    good = form(("a.log", b"one"))
    assert upload(site, good, "OPS-9")[0] == 404
    assert upload(site, b"{}", **{"Content-Type": "application/json"})[0] == 415
    assert upload(site, form())[0] == 400
    assert upload(site, form(("a.log", b"one"), field="other"))[0] == 400
    assert upload(site, form(("", b"one")))[0] == 400
    assert upload(site, form(("a.log", b"")))[0] == 400
    assert upload(site, good[:-10])[0] == 400
    assert upload(site, b"nonsense")[0] == 400
    assert upload(site, good, **{"Content-Type": "multipart/form-data"})[0] == 400
    assert upload(site, form(*[(f"{n}.log", b"x") for n in range(61)]))[0] == 413
    site.sandbox.settings.upload_limit = 2
    assert upload(site, good)[0] == 413
    assert site.ok("GET", "issue/OPS-1")["fields"]["attachment"] == []
    site.sandbox.settings.upload_limit = 3
    assert upload(site, form(*[(f"{n}.log", b"xyz") for n in range(60)]))[0] == 200


def test_an_issue_has_room_for_so_many(site: Site) -> None:
    for _round in range(33):
        site.clock.advance(40)
        assert upload(site, form(*[(f"{n}.log", b"x") for n in range(60)]))[0] == 200
    site.clock.advance(40)
    assert upload(site, form(*[(f"{n}.log", b"x") for n in range(21)]))[0] == 413


def test_settings_are_told(site: Site) -> None:
    site.sandbox.settings.upload_limit = 77
    assert site.ok("GET", "attachment/meta") == {"enabled": True, "uploadLimit": 77}
    site.sandbox.settings.attachments = False
    assert site.ok("GET", "attachment/meta") == {"enabled": False}
    assert upload(site, form(("a.log", b"one")))[0] == 404


def test_cloud_leads_elsewhere_unless_it_is_told_not_to(cloud: Site) -> None:
    _, [row] = upload(cloud, form(("a.log", b"one")))
    path = f"/rest/api/2/attachment/content/{row['id']}"
    away = get(cloud, path)
    location = away.headers["Location"]
    assert (away.status, away.body) == (303, b"")
    assert get(cloud, f"{path}?redirect=false").content.whole() == b"one"
    store = location.removeprefix(cloud.sandbox.base)
    found = cloud.sandbox.handle(Request.of("GET", store, {}, b""))
    assert (found.status, found.content.whole()) == (200, b"one")
    assert found.headers["Content-Type"] == "text/x-log"


def test_the_store_wants_a_good_address_and_nothing_of_jiras(cloud: Site) -> None:
    _, [row] = upload(cloud, form(("a.log", b"one")))
    location = get(cloud, f"/rest/api/2/attachment/content/{row['id']}").headers["Location"]
    store = location.removeprefix(cloud.sandbox.base)

    def asked(path: str, **headers: str) -> int:
        return cloud.sandbox.handle(Request.of("GET", path, headers, b"")).status

    assert asked(store[:-1]) == 403
    assert asked(store, Authorization="Basic x") == 400
    assert asked(store, Cookie="a=b") == 400
    assert len(cloud.sandbox.media.leaks) == 2
    assert asked(store) == 200
    cloud.clock.advance(61)
    assert asked(store) == 403


def test_data_center_gives_contents_by_its_web_addresses() -> None:
    site = made("dc")
    _, [row] = upload(site, form(("größe 1.log", b"one")))
    address = row["content"]
    assert address.endswith(f"/secure/attachment/{row['id']}/gr%C3%B6%C3%9Fe%201.log")
    path = address.removeprefix(site.sandbox.base)
    assert get(site, path).content.whole() == b"one"
    assert get(site, path + "x").status == 404
    assert get(site, f"/rest/api/2/attachment/content/{row['id']}").status == 404
    site.hands().hide("OPS-1")
    assert get(site, path).status == 403
    assert get(site, path, "mei.chen:sandbox").status == 200


def test_a_files_data_has_a_number_for_id_on_cloud_only(site: Site) -> None:
    _, [row] = upload(site, form(("a.log", b"one")))
    data = site.ok("GET", f"attachment/{row['id']}")
    assert data.get("id") == (int(row["id"]) if site.flavour == "cloud" else None)
    assert (data["filename"], data["size"]) == ("a.log", 3)
    site.hands().hide("OPS-1")
    assert site.call("GET", f"attachment/{row['id']}")[0] == 404


def test_only_own_files_are_deleted(site: Site) -> None:
    theirs = site.hands().attach("OPS-1", "b.log", b"x")
    _, [row] = upload(site, form(("a.log", b"one")))
    assert site.call("DELETE", f"attachment/{theirs}")[0] == 403
    assert site.call("DELETE", f"attachment/{row['id']}") == (204, None)
    assert site.call("DELETE", f"attachment/{row['id']}")[0] == 404
    [left] = site.ok("GET", "issue/OPS-1")["fields"]["attachment"]
    assert left["id"] == theirs


def test_nobody_sets_files_as_a_field(site: Site) -> None:
    for body in ({"fields": {"attachment": []}}, {"update": {"attachment": [{"add": {}}]}}):
        status, said = site.call("PUT", "issue/OPS-1", body)
        assert (status, list(said["errors"])) == (400, ["attachment"])


def test_the_truth_tells_files_without_their_bytes(site: Site) -> None:
    number = site.hands().attach("OPS-1", "a.log", b"one", "text/x-log")
    [issue] = site.sandbox.world.truth()["issues"]
    [row] = json.loads(json.dumps(issue["attachments"]))
    assert (row["id"], row["name"], row["size"]) == (number, "a.log", 3)
    assert len(row["digest"]) == 64


@pytest.mark.skipif(not openapi.available(), reason=openapi.MISSING)
def test_clouds_answers_are_as_described() -> None:
    site = made("cloud")
    site.version = "3"
    status, rows = upload(site, form(("a.log", b"one")))
    openapi.check_response("POST", "/rest/api/3/issue/OPS-1/attachments", status, rows)
    number = rows[0]["id"]
    for path in ("meta", number):
        status, body = site.call("GET", f"attachment/{path}")
        openapi.check_response("GET", f"/rest/api/3/attachment/{path}", status, body)
    content = f"/rest/api/3/attachment/content/{number}"
    for query, expected in (("", 303), ("?redirect=false", 200)):
        answer = get(site, content + query)
        assert answer.status == expected
        openapi.check_response("GET", content, answer.status, None)
    status, body = site.call("DELETE", f"attachment/{number}")
    openapi.check_response("DELETE", f"/rest/api/3/attachment/{number}", status, body)
    for method, path in (("GET", "attachment/9"), ("DELETE", "attachment/9")):
        status, body = site.call(method, path)
        openapi.check_response(method, f"/rest/api/3/{path}", status, body)
