"""Search pages and the lagging index, on both flavours."""

from __future__ import annotations

import pytest

from tests.support.jira_site import Site, story


@pytest.fixture
def cloud() -> Site:
    return Site("cloud")


def fill(site: Site, count: int) -> None:
    """Issues a second apart."""
    for n in range(count):
        site.clock.advance(1)
        site.hands().create("OPS", "Story", f"Story {n}", labels=("x",))


def test_nothing_but_ids_unless_asked(cloud: Site) -> None:
    fill(cloud, 1)
    [row] = cloud.ok("POST", "search/jql", {"jql": "project = OPS"})["issues"]
    assert list(row) == ["id"]
    [row] = cloud.ok("GET", "search/jql?jql=project%3DOPS&fields=summary")["issues"]
    assert row["key"] == "OPS-1"
    assert row["fields"] == {"summary": "Story 0"}


def test_any_real_field_makes_pages_short(cloud: Site) -> None:
    fill(cloud, 105)
    heavy = {"jql": "project = OPS", "fields": ["summary"], "maxResults": 5000}
    first = cloud.ok("POST", "search/jql", heavy)
    assert (len(first["issues"]), first["isLast"]) == (100, False)
    rest = cloud.ok("POST", "search/jql", {**heavy, "nextPageToken": first["nextPageToken"]})
    assert (len(rest["issues"]), rest["isLast"]) == (5, True)
    assert "nextPageToken" not in rest
    light = cloud.ok("POST", "search/jql", {**heavy, "fields": ["id", "key"]})
    assert (len(light["issues"]), light["isLast"]) == (105, True)


@pytest.mark.parametrize(
    "body",
    [
        {"jql": "order by key"},
        {"fields": ["id"]},
        {"jql": None},
        {"jql": "project = OPS", "startAt": 0},
        {"jql": "project = OPS", "maxResults": 0},
        {"jql": "project = OPS", "maxResults": None},
        {"jql": "project = OPS", "maxResults": 5001},
        {"jql": "project = OPS", "fields": "summary"},
        {"jql": "project = OPS", "expand": ["changelog"]},
        {"jql": "project = OPS", "nextPageToken": "nonsense"},
        {"jql": "project = OPS", "reconcileIssues": list(range(51))},
        [],
    ],
)
def test_what_cloud_search_refuses(cloud: Site, body: object) -> None:
    status, answer = cloud.call("POST", "search/jql", body)
    assert status == 400
    assert answer["errorMessages"]
    assert "errors" not in answer


def test_a_token_belongs_to_its_query_and_grows_stale(cloud: Site) -> None:
    fill(cloud, 3)
    body = {"jql": "project = OPS", "maxResults": 1}
    token = cloud.ok("POST", "search/jql", body)["nextPageToken"]
    other = {"jql": "project = OPS AND type = Story", "nextPageToken": token}
    assert cloud.call("POST", "search/jql", other)[0] == 400
    cloud.clock.advance(8 * 86_400)
    assert cloud.call("POST", "search/jql", {**body, "nextPageToken": token})[0] == 400


def test_rows_move_under_a_reader(cloud: Site) -> None:
    fill(cloud, 4)
    body = {"jql": "project = OPS ORDER BY updated ASC", "fields": ["key"], "maxResults": 2}
    first = cloud.ok("POST", "search/jql", body)
    cloud.clock.advance(5)
    cloud.hands().edit("OPS-1", summary="Moved to the end")
    second = cloud.ok("POST", "search/jql", {**body, "nextPageToken": first["nextPageToken"]})
    seen = [row["key"] for row in first["issues"] + second["issues"]]
    assert seen == ["OPS-1", "OPS-2", "OPS-4", "OPS-1"]


def test_short_and_empty_pages_still_lead_to_the_end(cloud: Site) -> None:
    fill(cloud, 12)
    cloud.sandbox.settings.short_pages = 0.8
    body: dict[str, object] = {"jql": "project = OPS", "maxResults": 4}
    sizes, token = [], None
    while True:
        page = cloud.ok(
            "POST", "search/jql", {**body, **({"nextPageToken": token} if token else {})}
        )
        sizes.append(len(page["issues"]))
        token = page.get("nextPageToken")
        if not token:
            break
    assert sum(sizes) == 12
    assert len(sizes) > 3


def test_the_old_search_is_gone_from_cloud_and_the_new_one_absent_elsewhere(cloud: Site) -> None:
    assert cloud.call("GET", "search?jql=project%3DOPS")[0] == 410
    assert cloud.call("POST", "search", {"jql": "project = OPS"})[0] == 410
    assert Site("dc").call("POST", "search/jql", {"jql": "project = OPS"})[0] == 404
    assert Site("dc").call("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["1"]})[0] == 404


def test_data_center_pages_by_offset_up_to_its_cap() -> None:
    site = Site("dc")
    fill(site, 7)
    site.sandbox.settings.dc_page_cap = 3
    body = {"jql": "project = OPS ORDER BY id", "startAt": 2, "maxResults": 100, "fields": ["key"]}
    page = site.ok("POST", "search", body)
    assert (page["total"], page["startAt"], page["maxResults"]) == (7, 2, 3)
    assert [row["key"] for row in page["issues"]] == ["OPS-3", "OPS-4", "OPS-5"]
    assert len(site.ok("GET", "search?maxResults=2")["issues"]) == 2
    assert site.call("POST", "search", {"jql": "", "nextPageToken": "x"})[0] == 400


def test_the_index_lags_and_reads_do_not(cloud: Site) -> None:
    cloud.sandbox.index.lag = 30
    key = cloud.ok("POST", "issue", story(labels=["m"]))["key"]
    assert cloud.search("labels = m") == []
    assert cloud.ok("GET", f"issue/{key}")["key"] == key
    cloud.clock.advance(31)
    assert cloud.search("labels = m") == [key]
    cloud.ok("PUT", f"issue/{key}", {"fields": {"labels": ["n"]}})
    assert cloud.search("labels = m") == [key]
    cloud.sandbox.settings.may_delete = True
    cloud.ok("DELETE", f"issue/{key}")
    assert cloud.search("labels = m") == [key]
    assert cloud.call("GET", f"issue/{key}")[0] == 404
    cloud.clock.advance(31)
    assert cloud.search("labels in (m, n)") == []


def test_a_search_can_be_made_exact_for_known_ids(cloud: Site) -> None:
    cloud.sandbox.index.lag = 30
    made = cloud.ok("POST", "issue", story(labels=["m"]))
    exact = [int(made["id"])]
    assert cloud.search("labels = m", reconcileIssues=exact) == [made["key"]]
    assert cloud.search("labels = other", reconcileIssues=exact) == []


def test_an_older_state_never_replaces_a_newer_one(cloud: Site) -> None:
    cloud.sandbox.index.spread = 60
    keys = [cloud.ok("POST", "issue", story(labels=["old"]))["key"] for _ in range(10)]
    for key in keys:
        cloud.ok("PUT", f"issue/{key}", {"fields": {"labels": ["new"]}})
    shown = set()
    for _ in range(70):
        cloud.clock.advance(1)
        now = set(cloud.search("labels = new"))
        assert shown <= now
        shown = now
    assert shown == set(keys)
    assert cloud.search("labels = old") == []


def test_an_issue_may_flicker(cloud: Site) -> None:
    cloud.sandbox.index.flicker = 1.0
    cloud.ok("POST", "issue", story(labels=["m"]))
    found = []
    for _ in range(60):
        found.append(bool(cloud.search("labels = m")))
        cloud.clock.advance(1)
    assert found[0]
    assert not all(found)
    assert found[-1]


def test_hidden_issues_are_found_by_people_only(cloud: Site) -> None:
    fill(cloud, 2)
    cloud.hands().hide("OPS-1")
    assert cloud.search("project = OPS") == ["OPS-2"]
    assert cloud.call("GET", "issue/OPS-1")[0] == 404
    body = {"issueIdsOrKeys": ["OPS-1", "OPS-2"]}
    assert [row["key"] for row in cloud.ok("POST", "issue/bulkfetch", body)["issues"]] == ["OPS-2"]
    cloud.login = "mei.chen@northwind.example:sandbox"
    assert len(cloud.search("project = OPS")) == 2
