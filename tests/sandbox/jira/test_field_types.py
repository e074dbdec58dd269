"""Fields of every common type: the shapes that are taken, shown and refused; boards and sprints."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.jira.layout import SPRINT
from tests.support.jira_site import Site, story

SELECT, SEVERAL, CASCADE = "customfield_10057", "customfield_10058", "customfield_10059"
PERSON, WORDS, MOMENT = "customfield_10060", "customfield_10061", "customfield_10062"


@pytest.fixture(params=["cloud", "dc"])
def site(request: pytest.FixtureRequest) -> Site:
    return Site(request.param)


WRONG: tuple[tuple[str, Any], ...] = (
    (SELECT, "A team"),
    (SELECT, {"value": "Somebody"}),
    (SELECT, [{"value": "A team"}]),
    (SEVERAL, "Asia"),
    (SEVERAL, {"value": "Asia"}),
    (SEVERAL, ["Asia"]),
    (SEVERAL, [{"value": "Atlantis"}]),
    (CASCADE, "Mail / Slow"),
    (CASCADE, {"value": "Mail / Slow"}),
    (CASCADE, {"value": "Mail", "child": "Slow"}),
    (CASCADE, {"value": "Mail", "child": {"value": "Down"}}),
    (PERSON, "mei.chen"),
    (PERSON, {"name": "nobody", "accountId": "nobody"}),
    (WORDS, "disk"),
    (WORDS, ["two words"]),
    (MOMENT, "2026-04-01"),
    (MOMENT, "2026-04-01 08:00:00"),
    (MOMENT, "2026-04-31T08:00:00.000+0200"),
    ("versions", [{"name": "1999"}]),
    ("sprint", "Sprint 2"),
    ("sprint", [{"id": 32}]),
    ("sprint", "32"),
    ("sprint", 31),
    ("sprint", 99),
)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_shape_is_refused_by_field(site: Site, name: str, value: Any) -> None:
    field = SPRINT[site.flavour] if name == "sprint" else name
    key = site.ok("POST", "issue", story())["id"]
    for method, path, body in (
        ("POST", "issue", story(**{field: value})),
        ("PUT", f"issue/{key}", {"fields": {field: value}}),
    ):
        status, answer = site.call(method, path, body)
        assert (status, set(answer["errors"])) == (400, {field})


def test_right_shapes_are_taken_and_shown(site: Site) -> None:
    given = {
        SELECT: {"value": "A team"},
        SEVERAL: [{"value": "Asia"}, {"value": "Europe"}],
        CASCADE: {"value": "Mail", "child": {"value": "Slow"}},
        WORDS: ["disk", "full"],
        MOMENT: "2026-04-01T08:00:00.000+0200",
        SPRINT[site.flavour]: 32,
    }
    made = site.ok("POST", "issue", story(**given))
    shown = site.ok("GET", f"issue/{made['id']}")["fields"]
    assert shown[SELECT]["value"] == "A team"
    assert [row["value"] for row in shown[SEVERAL]] == ["Asia", "Europe"]
    assert (shown[CASCADE]["value"], shown[CASCADE]["child"]["value"]) == ("Mail", "Slow")
    assert shown[WORDS] == ["disk", "full"]
    assert shown[MOMENT].startswith("2026-04-01T08:00:00.000")
    [sprint] = shown[SPRINT[site.flavour]]
    told = f"{sprint['state']} {sprint['name']}" if site.flavour == "cloud" else sprint
    assert ("active Sprint 2" in told) or ("state=ACTIVE,name=Sprint 2" in told)


def test_screens_list_both_levels_of_a_cascade(site: Site) -> None:
    key = site.ok("POST", "issue", story())["id"]
    meta = site.ok("GET", f"issue/{key}/editmeta")["fields"][CASCADE]
    assert meta["schema"]["type"] == "option-with-child"
    below = {row["value"]: [one["value"] for one in row["children"]] for row in
             meta["allowedValues"]}  # fmt: skip
    assert below == {"Mail": ["Slow", "Lost"], "Network": ["Slow", "Down"]}
