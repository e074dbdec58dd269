"""The way in: who calls, wrong paths, wrong bodies, too many calls."""

from __future__ import annotations

import json

import pytest

from connector.sandbox.clock import RealClock
from connector.sandbox.http import Request
from connector.sandbox.jira import JiraSandbox
from tests.support.jira_site import Site, basic, story


@pytest.fixture
def cloud() -> Site:
    site = Site()
    site.ok("POST", "issue", story())
    return site


@pytest.mark.parametrize("how", ["wrong", "revoked"])
def test_a_dead_cloud_token_is_anonymous_not_refused(cloud: Site, how: str) -> None:
    if how == "wrong":
        cloud.login = "tandem@example.com:wrong"
    else:
        cloud.sandbox.access.revoked = True
    search = cloud.send("POST", "search/jql", {"jql": "project = OPS"})
    assert (search.status, json.loads(search.body)) == (200, {"issues": [], "isLast": True})
    assert search.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    assert cloud.send("GET", "issue/OPS-1").status == 404
    myself = cloud.send("GET", "myself")
    assert myself.status == 401
    assert myself.headers["Content-Type"].startswith("text/plain")
    assert cloud.send("POST", "issue", story()).status == 401
    assert cloud.send("GET", "serverInfo").status == 200
    assert len(cloud.sandbox.world.issues) == 1


def test_a_bearer_at_the_site_host_is_refused(cloud: Site) -> None:
    response = cloud.send("GET", "myself", headers={"Authorization": "Bearer sandbox"})
    assert response.status == 403
    assert "error" in json.loads(response.body)


def test_data_center_takes_tokens_and_passwords() -> None:
    site = Site("dc")
    by_token = site.send("GET", "myself", headers={"Authorization": "Bearer sandbox"})
    assert json.loads(by_token.body)["name"] == "tandem"
    assert by_token.headers["X-AUSERNAME"] == "tandem"
    assert "X-RateLimit-Remaining" in by_token.headers
    site.login = "mei.chen:sandbox"
    assert site.ok("GET", "myself")["name"] == "mei.chen"
    bad = site.send("GET", "serverInfo", headers={"Authorization": "Bearer wrong"})
    assert (bad.status, json.loads(bad.body)["status-code"]) == (401, 401)
    page = site.send("GET", "myself", headers={"Authorization": basic("tandem:wrong")})
    assert (page.status, page.headers["Content-Type"]) == (401, "text/html")


def test_paths_methods_types_and_bodies_are_checked_in_turn(cloud: Site) -> None:
    assert cloud.send("GET", "nowhere").status == 404
    wrong = cloud.send("DELETE", "myself")
    assert wrong.status == 405
    assert wrong.headers["Content-Type"] == "application/problem+json"
    assert cloud.send("POST", "issue", story(), headers={"Content-Type": "text/xml"}).status == 415
    for raw in (b"", b"{", b"[]"):
        response = cloud.send("POST", "search/jql", raw=raw)
        assert response.status == 400
        assert json.loads(response.body)["errorMessages"]
    number = cloud.send("GET", "issue/OPS-1/comment?startAt=abc")
    assert (number.status, number.headers["Content-Type"]) == (400, "application/problem+json")
    assert Site("dc", version="3").send("GET", "myself").status == 404
    assert Site("dc", version="latest").send("GET", "myself").status == 200


def test_one_issue_takes_twenty_writes_in_two_seconds(cloud: Site) -> None:
    cloud.ok("POST", "issue", story())
    for n in range(20):
        cloud.ok("POST", "issue/OPS-1/comment", {"body": f"c{n}"})
    response = cloud.send("POST", "issue/OPS-1/comment", {"body": "one more"})
    assert response.status == 429
    assert response.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert int(response.headers["Retry-After"]) >= 1
    cloud.ok("POST", "issue/OPS-2/comment", {"body": "another issue"})
    cloud.clock.advance(int(response.headers["Retry-After"]) + 0.1)
    cloud.ok("POST", "issue/OPS-1/comment", {"body": "one more"})
    assert cloud.ok("GET", "issue/OPS-1/comment")["total"] == 21


def test_bursts_and_buckets_are_switched_on_by_hand(cloud: Site) -> None:
    cloud.sandbox.limits.burst = 2
    assert [cloud.send("GET", "myself").status for _ in range(3)] == [200, 200, 429]
    assert cloud.send("GET", "serverInfo").status == 200
    site = Site("dc")
    site.sandbox.limits.bucket = 2
    site.sandbox.limits.fill = 1
    answers = [site.send("GET", "myself") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "1"
    site.clock.advance(1)
    assert site.send("GET", "myself").status == 200


def test_people_are_found_and_hide_their_addresses(cloud: Site) -> None:
    [row] = cloud.ok("GET", "user/search?query=mei.chen%40northwind.example")
    assert row["displayName"] == "Mei Chen"
    world = cloud.sandbox.world
    shy = world.users[row["accountId"]]
    world.configure(user=type(shy)(shy.key, shy.name, shy.email, shy.login, email_shown=False))
    [row] = cloud.ok("GET", "user/search?query=mei.chen%40northwind.example")
    assert "emailAddress" not in row
    assert cloud.call("GET", "user/search")[0] == 400
    assert cloud.call("GET", "user?accountId=nobody")[0] == 404
    names = [
        r["displayName"] for r in cloud.ok("GET", "user/assignable/search?project=OPS&query=x")
    ]
    assert "Xenia Georgiou" not in names


def test_a_context_path_is_part_of_every_address() -> None:
    app = JiraSandbox("dc", RealClock(), base="http://jira.example/jira")
    inside = app.handle(Request.of("GET", "/jira/rest/api/2/serverInfo", {}, b""))
    assert json.loads(inside.body)["baseUrl"] == "http://jira.example/jira"
    assert app.handle(Request.of("GET", "/rest/api/2/serverInfo", {}, b"")).status == 404
