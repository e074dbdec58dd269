"""The query language: what is found, what is refused, and in whose time zone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.jira_site import START, Site


@pytest.fixture(params=["cloud", "dc"])
def site(request: pytest.FixtureRequest) -> Site:
    """An epic, three stories and a task, made a minute apart from 09:00:30 UTC on."""
    site = Site(request.param)
    hands = site.hands()
    epic = hands.create("OPS", "Epic", "Faster checkout", labels=("Goal", "shop"))
    for n, word in enumerate(("Cache", "Measure", "Retire"), 1):
        site.clock.advance(60)
        hands.create("OPS", "Story", f"{word} something", labels=(f"s{n}",), parent=epic.id)
    site.clock.advance(60)
    hands.create(
        "OPS", "Task", "Alone", priority="High", assignee="jonas.weber", duedate="2026-03-09"
    )
    hands.move_to("OPS-2", "Done")
    hands.move_to("OPS-3", "In Progress")
    return site


FOUND = (
    ("project = OPS", "1 2 3 4 5"),
    ("project = ops AND type = Epic", "1"),
    ("project in (OPS, DESK) AND issuetype != Epic", "2 3 4 5"),
    ("status = Done OR status = 'In Progress'", "2 3"),
    ("statusCategory = done", "2"),
    ("project = OPS AND NOT statusCategory in (Done, 'In Progress')", "1 4 5"),
    ("labels = goal", "1"),
    ("labels in (S1, s2, nothing)", "2 3"),
    ("project = OPS AND labels != s1", "1 3 4"),
    ("project = OPS AND NOT labels = s1", "1 3 4"),
    ("labels is EMPTY AND project = OPS", "5"),
    ("labels is not empty", "1 2 3 4"),
    ("key = ops-3", "3"),
    ("id in (OPS-1, OPS-2) and type = Story", "2"),
    ("key >= OPS-3 AND project = OPS", "3 4 5"),
    ("assignee is not EMPTY", "5"),
    ("assignee = 'Jonas Weber'", "5"),
    ("priority = High", "5"),
    ("priority in (Highest, Medium) AND type = Epic", "1"),
    ("resolution = Unresolved AND type = Story", "3 4"),
    ("resolution is EMPTY AND type = Story", "3 4"),
    ("resolution = Done", "2"),
    ("summary ~ checkout", "1"),
    ("text ~ 'something measure'", "3"),
    ("summary !~ something AND project = OPS", "1 5"),
    ("duedate <= 2026-03-09", "5"),
    ("duedate < '2026/03/09' AND project = OPS", ""),
    ("(type = Epic OR type = Task) AND (status = Backlog)", "1 5"),
    ("type = Epic or type = Story and status = Done", "1 2"),
    ('summary ~ "che\\"ckout" AND project = OPS', ""),
    ("project = OPS ORDER BY created DESC, id ASC", "5 4 3 2 1"),
    ("project = OPS ORDER BY priority DESC, key", "5 1 2 3 4"),
)


@pytest.mark.parametrize(("jql", "numbers"), FOUND)
def test_what_is_found(site: Site, jql: str, numbers: str) -> None:
    found = [key.removeprefix("OPS-") for key in site.search(jql)]
    if "ORDER BY" not in jql:
        found.sort()
    assert found == numbers.split()


def test_children_of_an_epic(site: Site) -> None:
    clause = "parent" if site.flavour == "cloud" else '"Epic Link"'
    assert sorted(site.search(f"{clause} = OPS-1")) == ["OPS-2", "OPS-3", "OPS-4"]


def created(site: Site, bound: str) -> list[str]:
    """The numbers found by a bound on ``created``, oldest first."""
    keys = site.search(f"project = OPS AND created {bound} ORDER BY created")
    return [key.removeprefix("OPS-") for key in keys]


def test_written_minutes_are_in_the_callers_zone_and_whole(site: Site) -> None:
    assert created(site, ">= '2026-03-02 10:02'") == ["3", "4", "5"]
    assert created(site, "> '2026/03/02 10:02'") == ["4", "5"]
    assert created(site, "<= '2026-03-02 10:02'") == ["1", "2", "3"]
    assert created(site, "< '2026-03-02 10:02'") == ["1", "2"]
    assert created(site, "= '2026-03-02 10:02'") == []
    assert created(site, ">= 2026-03-03") == []


def test_numbers_are_milliseconds_and_periods_count_from_now(site: Site) -> None:
    third = int((START + timedelta(seconds=120)).timestamp() * 1000)
    assert created(site, f">= {third}") == ["3", "4", "5"]
    assert created(site, f">= {third + 1}") == ["4", "5"]
    assert created(site, ">= -1m") == ["4", "5"]
    assert created(site, ">= '-2'") == ["3", "4", "5"]
    assert created(site, "<= now()") == ["1", "2", "3", "4", "5"]
    assert created(site, "< '-4w 2d'") == []


@pytest.mark.parametrize(
    "jql",
    [
        "project =",
        "project = OPS AND",
        "(project = OPS",
        "project = OPS)",
        "project OPS",
        "updated >= soon",
        "summary = x",
        "project > OPS",
        "labels is red",
        "project = OPS ORDER BY",
        "project = @x",
        "project = OPS ORDER BY " + ", ".join(["created"] * 8),
    ],
)
def test_what_does_not_parse_is_refused(site: Site, jql: str) -> None:
    path = "search/jql" if site.flavour == "cloud" else "search"
    status, body = site.call("POST", path, {"jql": jql})
    assert status == 400
    assert body["errorMessages"]


@pytest.mark.parametrize(
    "jql",
    [
        "status was Done",
        "status changed",
        "sprint = 4",
        "created >= startOfDay()",
        "issue in linkedIssues(OPS-1)",
        "assignee in membersOf('x')",
        "issue.property[tandem].x = 1",
    ],
)
def test_what_the_sandbox_cannot_do_it_says(site: Site, jql: str) -> None:
    path = "search/jql" if site.flavour == "cloud" else "search"
    status, body = site.call("POST", path, {"jql": jql})
    assert status == 400
    assert "does not model" in body["errorMessages"][0]


@pytest.mark.parametrize(
    "jql",
    [
        "project = NOPE",
        "nofield = 1",
        "project = OPS AND status = Nowhere",
        "assignee = nobody",
        "created > noSuchFunction()",
        "project = OPS ORDER BY nofield",
    ],
)
def test_unknown_names_part_the_flavours(site: Site, jql: str) -> None:
    if site.flavour == "cloud":
        assert site.search(jql) == []
        return
    status, body = site.call("POST", "search", {"jql": jql})
    assert status == 400
    assert "exist" in body["errorMessages"][0] or "find" in body["errorMessages"][0]


def test_one_unknown_id_spoils_a_query_on_data_center_only(site: Site) -> None:
    jql = "id in (OPS-1, 999999)"
    if site.flavour == "cloud":
        assert site.search(jql) == ["OPS-1"]
        return
    assert site.call("POST", "search", {"jql": jql})[0] == 400
    assert site.search(jql, validateQuery="none") == ["OPS-1"]


def test_who_asks_matters(site: Site) -> None:
    site.hands("jonas.weber").edit("OPS-4", assignee="mei.chen")
    assert site.search("assignee = currentUser()") == []
    email = "@northwind.example" if site.flavour == "cloud" else ""
    site.login = f"mei.chen{email}:sandbox"
    assert site.search("assignee = currentUser()") == ["OPS-4"]
