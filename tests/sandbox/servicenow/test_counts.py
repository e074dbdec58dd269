"""The Aggregate API: counts as strings, groups in their shape, and what it refuses."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from connector.sandbox.servicenow import World
from connector.sandbox.servicenow.instance import put
from connector.sandbox.servicenow.knobs import SYSTEM
from tests.sandbox.servicenow.conftest import Api

STATS = "/api/now/stats/incident"


@pytest.fixture
def mei(world: World) -> str:
    """Three incidents of hers, one of nobody; one of each state 1, 2, and two of state 3."""
    mei = world.user_id("mei.chen")
    for number, (state, owner) in enumerate((("1", mei), ("2", mei), ("3", mei), ("3", ""))):
        put(world, "incident", {"number": f"INC{number}", "state": state, "assigned_to": owner})
    return mei


def stats(api: Api, path: str = STATS, **params: str) -> Any:
    """The result of a count that works."""
    asked = {"sysparm_count": "true", **{f"sysparm_{name}": one for name, one in params.items()}}
    answer = api.call("GET", path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def groups(result: Any) -> list[tuple[dict[str, str], str]]:
    """The only field of each group with its count, in the order of counts."""
    assert all(set(row) == {"stats", "groupby_fields"} for row in result)
    rows = [(row["groupby_fields"][0], row["stats"]["count"]) for row in result]
    return sorted(rows, key=lambda row: (row[1], row[0]["value"]))


@pytest.mark.parametrize("version", ["", "v1/", "v2/"])
def test_a_total_is_a_string(api: Api, mei: str, version: str) -> None:
    path = f"/api/now/{version}stats/incident"
    assert stats(api, path) == {"stats": {"count": "4"}}
    assert stats(api, path, query="state=3") == {"stats": {"count": "2"}}
    assert stats(api, path, query="state=9") == {"stats": {"count": "0"}}
    assert stats(api, path, query=f"assigned_to={mei}^state=3") == {"stats": {"count": "1"}}


def test_groups_hold_raw_values_and_the_empty_one(api: Api, mei: str) -> None:
    found = groups(stats(api, group_by="assigned_to"))
    assert found == [
        ({"field": "assigned_to", "value": ""}, "1"),
        ({"field": "assigned_to", "value": mei}, "3"),
    ]
    assert stats(api, group_by="assigned_to", query="state=9") == []


def test_references_and_choices_can_be_shown_as_people_see_them(api: Api, mei: str) -> None:
    names = [row[0]["value"] for row in groups(stats(api, group_by="state", display_value="true"))]
    assert names == ["In Progress", "New", "On Hold"]
    both = groups(stats(api, group_by="assigned_to", display_value="all"))
    assert both == [
        ({"field": "assigned_to", "value": "", "display_value": ""}, "1"),
        ({"field": "assigned_to", "value": mei, "display_value": "Mei Chen"}, "3"),
    ]


def test_several_columns_make_one_group_of_each_combination(api: Api, mei: str) -> None:
    result = stats(api, group_by="state,assigned_to", query="state=3")
    fields = sorted([one["value"] for one in row["groupby_fields"]] for row in result)
    assert fields == [["3", ""], ["3", mei]]


@pytest.mark.usefixtures("mei")
def test_rights_of_single_rows_are_not_looked_at(api: Api, world: World) -> None:
    world.knobs.hidden_rows |= {row["sys_id"] for row in world.rows("incident")}
    assert stats(api) == {"stats": {"count": "4"}}
    assert api.rows("incident") == []


@pytest.mark.usefixtures("mei")
@pytest.mark.parametrize(("knob", "count"), [("ignored", "4"), ("no_rows", "0")])
def test_a_condition_on_nothing_is_passed_over(
    api: Api, world: World, knob: str, count: str
) -> None:
    world.knobs.invalid_query = knob
    assert stats(api, query="active=true^urgnecy=1") == {"stats": {"count": count}}
    world.knobs.invalid_query = "forbidden"
    asked = {"sysparm_count": "true", "sysparm_query": "urgnecy=1"}
    assert api.call("GET", STATS, params=asked).status_code == 403


def test_knowledge_and_tables_that_are_kept_from_us_refuse(api: Api, world: World) -> None:
    world.knobs.denied_tables.add("incident")
    for path in ("kb_knowledge", "kb_knowledge_base", "incident", "sys_audit_delete"):
        answer = api.call("GET", f"/api/now/stats/{path}", params={"sysparm_count": "true"})
        assert answer.status_code == 403
        assert answer.json()["error"]["message"] == "Insufficient rights to query records"
    assert api.get("kb_knowledge").status_code == 200, "its rows can be read all the same"
    answer = api.call("GET", "/api/now/stats/nope", params={"sysparm_count": "true"})
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "Invalid table nope")


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"sysparm_count": "false"},
        {"sysparm_count": "true", "sysparm_limit": "10"},
        {"sysparm_count": "true", "sysparm_avg_fields": "priority"},
        {"sysparm_count": "true", "sysparm_having": "count^state^>^1"},
        {"sysparm_count": "true", "sysparm_order_by": "COUNT^DESC"},
        {"sysparm_count": "true", "active": "true"},
        {"sysparm_count": "true", "sysparm_display_value": "maybe"},
        {"sysparm_count": "true", "sysparm_query": "active=true^ORDERBYnumber"},
    ],
)
def test_what_is_not_modelled_is_refused_loudly(api: Api, params: dict[str, str]) -> None:
    answer = api.call("GET", STATS, params=params)
    assert answer.status_code == 501
    assert answer.json()["error"]["message"] == "sandbox: not modelled"


def test_a_column_that_is_not_there_makes_no_groups(api: Api) -> None:
    asked = {"sysparm_count": "true", "sysparm_group_by": "urgnecy"}
    assert api.call("GET", STATS, params=asked).status_code == 403


def test_nothing_is_written_with_it(api: Api) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert api.call(method, STATS, params={"sysparm_count": "true"}).status_code == 405


@pytest.mark.usefixtures("mei")
def test_counts_ride_in_a_batch_each_with_its_own_fate(api: Api, world: World) -> None:
    urls = [
        f"{STATS}?sysparm_count=true&sysparm_query={quote('state=3')}",
        f"{STATS}?sysparm_count=true&sysparm_group_by=urgnecy",
        f"{STATS}?sysparm_count=true&sysparm_limit=1",
        f"{STATS}?sysparm_count=true&sysparm_group_by=state",
    ]
    items = [{"id": str(n), "method": "GET", "url": url} for n, url in enumerate(urls)]
    world.knobs.batch_serves = 4
    body = {"batch_request_id": "b", "rest_requests": [*items, {**items[0], "id": "4"}]}
    answer = api.call("POST", "/api/now/v1/batch", json=body).json()
    served = {row["id"]: row for row in answer["serviced_requests"]}
    assert [served[str(n)]["status_code"] for n in range(4)] == [200, 403, 501, 200]
    assert answer["unserviced_requests"] == ["4"]
    first, last = (json.loads(base64.b64decode(served[n]["body"]))["result"] for n in "03")
    assert first == {"stats": {"count": "2"}}
    assert sorted(row["stats"]["count"] for row in last) == ["1", "1", "2"]


def test_late_rows_are_not_counted_before_they_show(api: Api, world: World) -> None:
    world.knobs.late_visibility = 30
    with world.lock:
        world.insert("incident", {"short_description": "late"}, SYSTEM)
    assert stats(api) == {"stats": {"count": "0"}}
