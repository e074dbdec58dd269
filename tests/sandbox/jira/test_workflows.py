"""Statuses are reached by transitions, with what their screens demand."""

from __future__ import annotations

import pytest

from tests.support.jira_site import Site, story


@pytest.fixture(params=["cloud", "dc"])
def site(request: pytest.FixtureRequest) -> Site:
    site = Site(request.param)
    site.ok("POST", "issue", story())
    return site


def offered(site: Site, key: str) -> dict[str, str]:
    """Transition id to the status it leads to."""
    rows = site.ok("GET", f"issue/{key}/transitions")["transitions"]
    return {row["id"]: row["to"]["name"] for row in rows}


def go(site: Site, key: str, number: str, **fields: object) -> tuple[int, object]:
    """Take a transition."""
    body = {"transition": {"id": number}, "fields": fields}
    return site.call("POST", f"issue/{key}/transitions", body)


def test_delivery_takes_several_hops_and_ends_on_a_screen(site: Site) -> None:
    assert offered(site, "OPS-1") == {"11": "Selected for Development"}
    assert go(site, "OPS-1", "41")[0] == 400
    for number in ("11", "21", "31"):
        assert go(site, "OPS-1", number) == (204, None)
    done = {"name": "Done"}
    rows = site.ok("GET", "issue/OPS-1/transitions?expand=transitions.fields")["transitions"]
    screen = next(row for row in rows if row["id"] == "41")
    assert screen["hasScreen"]
    assert screen["fields"]["resolution"]["required"]
    assert "Duplicate" in [row["name"] for row in screen["fields"]["resolution"]["allowedValues"]]
    assert go(site, "OPS-1", "41")[1] == {
        "errorMessages": [],
        "errors": {"resolution": "Resolution is required."},
    }
    assert go(site, "OPS-1", "41", resolution={"name": "Nonsense"})[0] == 400
    assert go(site, "OPS-1", "32", resolution=done)[0] == 400
    assert go(site, "OPS-1", "41", resolution=done) == (204, None)
    hands = site.hands()
    assert (hands.see("OPS-1", "status_category"), hands.see("OPS-1", "resolution")) == (
        "done",
        "Done",
    )
    assert offered(site, "OPS-1") == {"51": "In Progress", "52": "Backlog"}
    assert go(site, "OPS-1", "51") == (204, None)
    assert hands.see("OPS-1", "resolution") is None


def test_a_team_managed_board_moves_freely_and_keeps_its_own_resolution(site: Site) -> None:
    site.ok("POST", "issue", story(project="TEAM"))
    assert sorted(offered(site, "TEAM-1").values()) == ["Done", "In Progress", "To Do"]
    number = next(n for n, name in offered(site, "TEAM-1").items() if name == "Done")
    assert go(site, "TEAM-1", number, resolution={"name": "Done"})[0] == 400
    assert go(site, "TEAM-1", number) == (204, None)
    assert site.hands().see("TEAM-1", "resolution") == "Done"
    number = next(n for n, name in offered(site, "TEAM-1").items() if name == "To Do")
    go(site, "TEAM-1", number)
    assert site.hands().see("TEAM-1", "resolution") is None


def test_a_closed_request_stays_closed(site: Site) -> None:
    hands = site.hands()
    hands.create("DESK", "[System] Incident", "Broken")
    hands.move_to("DESK-1", "Closed")
    assert offered(site, "DESK-1") == {}
    assert hands.see("DESK-1", "resolution") == "Done"


def test_ids_and_statuses_belong_to_their_project() -> None:
    site = Site("cloud")
    [team] = site.ok("GET", "project/TEAM/statuses")[:1]
    ops = {row["id"] for row in site.ok("GET", "project/OPS/statuses")[0]["statuses"]}
    own = {row["id"] for row in team["statuses"]}
    assert not ops & own
    assert team["statuses"][0]["scope"]["type"] == "PROJECT"
    assert {row["statusCategory"]["key"] for row in team["statuses"]} == {
        "new",
        "indeterminate",
        "done",
    }


def test_a_riding_transition_must_fit(site: Site) -> None:
    status, body = site.call("POST", "issue", {**story(), "transition": {"id": "41"}})
    assert status == 400
    assert "41" in body["errorMessages"][0]
    assert len(site.sandbox.world.issues) == 1


def test_createmeta_is_named_by_flavour_and_pages(site: Site) -> None:
    types = site.ok("GET", "issue/createmeta/OPS/issuetypes?maxResults=2&startAt=1")
    member = "issueTypes" if site.flavour == "cloud" else "values"
    assert (len(types[member]), types["total"]) == (2, 5)
    fields = site.ok("GET", f"issue/createmeta/OPS/issuetypes/{types[member][0]['id']}")
    names = {row["fieldId"] for row in fields["fields" if site.flavour == "cloud" else "values"]}
    assert {"summary", "priority", "labels", "comment"} <= names
    assert site.call("GET", "issue/createmeta/NOPE/issuetypes")[0] == 404
    assert site.call("GET", "issue/createmeta/OPS/issuetypes/999")[0] == 404
