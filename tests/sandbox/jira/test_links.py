"""Issue links of the fake Jira: made, read, removed, refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.jira_site import Site, story


@pytest.fixture(params=["cloud", "dc"])
def site(request: pytest.FixtureRequest) -> Site:
    """A site of either flavour with three stories."""
    found = Site(request.param, login="" if request.param == "cloud" else "tandem:sandbox")
    for number in range(3):
        found.ok("POST", "issue", story(f"Story {number + 1}"))
    return found


ENDS = {"inwardIssue": {"key": "OPS-1"}, "outwardIssue": {"key": "OPS-2"}}
BLOCKS = {"type": {"name": "Blocks"}, **ENDS}
JSON = {"Content-Type": "application/json"}


def links(site: Site, key: str) -> list[Any]:
    return list(site.ok("GET", f"issue/{key}")["fields"]["issuelinks"])


def linked(site: Site) -> str:
    """OPS-1 blocks OPS-2; the link's id."""
    assert site.send("POST", "issueLink", BLOCKS).status == 201
    return str(links(site, "OPS-1")[0]["id"])


def test_issue_links_show_at_both_ends_and_once(site: Site) -> None:
    ends = {"inwardIssue": {"key": "OPS-1"}, "outwardIssue": {"key": "OPS-2"}}
    body = {"type": {"name": "Blocks"}, **ends}
    for _ in range(2):
        response = site.send("POST", "issueLink", body)
        assert (response.status, response.body) == (201, b"")
    [one] = site.ok("GET", "issue/OPS-1")["fields"]["issuelinks"]
    [two] = site.ok("GET", "issue/OPS-2")["fields"]["issuelinks"]
    assert one["outwardIssue"]["key"] == "OPS-2"
    assert two["inwardIssue"]["key"] == "OPS-1"
    assert site.call("POST", "issueLink", {"type": {"name": "Eats"}, **ends})[0] == 404


def test_issues_are_found_by_how_their_links_read(site: Site) -> None:
    linked(site)
    one, two = "OPS-1", "OPS-2"
    site.clock.advance(60)
    assert site.search('project = OPS AND issueLinkType in ("is blocked by")') == [two]
    both = sorted(site.search("project = OPS AND issueLinkType = blocks"))
    assert both == [one, two], "a type's name stands for both of its ends"
    assert sorted(site.search("project = OPS AND issueLinkType is not EMPTY")) == [one, two]
    assert site.search('project = OPS AND issueLinkType in ("relates to")') == []
    path = "search/jql" if site.flavour == "cloud" else "search"
    status, _ = site.call("POST", path, {"jql": "issueLinkType = nonsense", "fields": ["key"]})
    assert status == (200 if site.flavour == "cloud" else 400)


def test_a_type_may_be_named_by_its_id(site: Site) -> None:
    types = site.ok("GET", "issueLinkType")["issueLinkTypes"]
    relates = next(row for row in types if row["name"] == "Relates")
    assert (relates["inward"], relates["outward"]) == ("relates to", "relates to")
    site.ok("POST", "issueLink", {"type": {"id": relates["id"]}, **ENDS})
    assert links(site, "OPS-2")[0]["type"]["name"] == "Relates"


def test_a_link_moves_both_ends_and_stands_in_both_histories(site: Site) -> None:
    keys = ("OPS-1", "OPS-2")
    before = {key: site.ok("GET", f"issue/{key}")["fields"]["updated"] for key in keys}
    site.clock.advance(5)
    number = linked(site)
    made = {key: site.ok("GET", f"issue/{key}?expand=changelog") for key in keys}
    assert all(made[key]["fields"]["updated"] > before[key] for key in before)
    texts = [made[key]["changelog"]["histories"][0]["items"][0]["toString"] for key in made]
    assert texts == ["This issue blocks OPS-2", "This issue is blocked by OPS-1"]

    site.clock.advance(5)
    assert site.send("DELETE", f"issueLink/{number}", headers=JSON).status == 204
    gone = {key: site.ok("GET", f"issue/{key}?expand=changelog") for key in keys}
    assert all(gone[key]["fields"]["updated"] > made[key]["fields"]["updated"] for key in made)
    item = gone["OPS-2"]["changelog"]["histories"][0]["items"][0]
    assert (item["from"], item["fromString"]) == ("OPS-1", "This issue is blocked by OPS-1")
    assert (item["to"], item["toString"]) == (None, None)
    assert links(site, "OPS-1") == links(site, "OPS-2") == []


def test_a_link_is_read_with_both_its_ends(site: Site) -> None:
    found = site.ok("GET", f"issueLink/{linked(site)}")
    ends = found["inwardIssue"]["key"], found["outwardIssue"]["key"]
    assert (found["type"]["outward"], *ends) == ("blocks", "OPS-1", "OPS-2")


def test_a_link_to_a_hidden_issue_is_not_shown_and_not_made(site: Site) -> None:
    number = linked(site)
    site.hands().hide("OPS-2")
    assert links(site, "OPS-1") == []
    assert site.call("GET", f"issueLink/{number}")[0] == 404
    assert site.send("DELETE", f"issueLink/{number}", headers=JSON).status == 404
    assert site.call("POST", "issueLink", {**BLOCKS, "type": {"name": "Relates"}})[0] == 404
    assert len(site.sandbox.world.issue("OPS-1").links) == 1  # type: ignore[union-attr]


def test_the_end_of_an_issue_is_the_end_of_its_links_without_a_trace(site: Site) -> None:
    number = linked(site)
    before = site.ok("GET", "issue/OPS-1")["fields"]["updated"]
    site.clock.advance(5)
    site.hands().delete("OPS-2")
    assert links(site, "OPS-1") == []
    assert site.ok("GET", "issue/OPS-1")["fields"]["updated"] == before
    assert site.call("GET", f"issueLink/{number}")[0] == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**BLOCKS, "type": {"name": "Eats"}}, 404),
        ({**BLOCKS, "type": {"id": "99"}}, 404),
        ({**BLOCKS, "outwardIssue": {"key": "OPS-9"}}, 404),
        ({**BLOCKS, "outwardIssue": {"key": "OPS-1"}}, 400),
        ({**BLOCKS, "comment": {"body": "see"}}, 501),
        ({**BLOCKS, "why": "so"}, 400),
        ({"type": {"name": "Blocks"}, "inwardIssue": {"key": "OPS-1"}}, 400),
    ],
)
def test_what_is_unknown_or_absurd_is_refused(site: Site, body: Any, status: int) -> None:
    assert site.call("POST", "issueLink", body)[0] == status
    assert links(site, "OPS-1") == []


def test_a_link_that_is_not_there_cannot_be_removed(site: Site) -> None:
    number = linked(site)
    assert site.send("DELETE", f"issueLink/{number}").status == 415
    assert site.send("DELETE", "issueLink/one", headers=JSON).status == 400
    assert site.send("DELETE", f"issueLink/{number}", headers=JSON).status == 204
    assert site.send("DELETE", f"issueLink/{number}", headers=JSON).status == 404


def test_hands_link_and_unlink_in_the_words_that_people_read(site: Site) -> None:
    hands = site.hands()
    hands.link("OPS-1", "is blocked by", "OPS-2")
    hands.link("OPS-1", "relates to", "OPS-3")
    assert hands.see("OPS-1", "link:is blocked by") == (hands.issue("OPS-2").id,)
    assert hands.see("OPS-2", "link:blocks") == (hands.issue("OPS-1").id,)
    assert hands.see("OPS-3", "link:relates to") == (hands.issue("OPS-1").id,)
    hands.unlink("OPS-3", "relates to", "OPS-1")
    hands.unlink("OPS-2", "blocks", "OPS-1")
    assert hands.see("OPS-1", "link:is blocked by") == hands.see("OPS-1", "link:relates to") == ()
