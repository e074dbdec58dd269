"""The encoded query language: precedence, alternatives, operators, and what is not understood."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.servicenow import World
from connector.sandbox.servicenow.query import NotModelled, parse


@pytest.fixture
def four(api: Any, world: World) -> dict[str, str]:
    hiro = world.user_id("hiro.tanaka")
    rows = {
        "alpha": {"impact": "1", "urgency": "1", "assigned_to": hiro},
        "Beta": {"impact": "2", "urgency": "2"},
        "gamma": {"impact": "3", "urgency": "3", "state": "2"},
        "delta": {"impact": "3", "urgency": "2", "close_notes": "gamma rays"},
    }
    return {
        name: api.post("incident", short_description=name, **row)["sys_id"]
        for name, row in rows.items()
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("priority=1", {"alpha"}),
        ("priorityIN1,3", {"alpha", "Beta"}),
        ("priorityNOT IN1,3", {"gamma", "delta"}),
        ("state=1^priority=1^ORpriority=3", {"alpha", "Beta"}),
        ("priority=3^ORpriority=5^state=2", {"gamma"}),
        ("state=2^NQpriority=1", {"gamma", "alpha"}),
        ("short_descriptionLIKEETA", {"Beta"}),
        ("short_descriptionNOT LIKEeta", {"alpha", "gamma", "delta"}),
        ("short_descriptionSTARTSWITHal", {"alpha"}),
        ("short_descriptionENDSWITHMA", {"gamma"}),
        ("short_description*eta", {"Beta"}),
        ("assigned_toISEMPTY", {"Beta", "gamma", "delta"}),
        ("assigned_toISNOTEMPTY", {"alpha"}),
        ("assigned_toLIKEtanaka", {"alpha"}),
        ("assigned_to.email=hiro.tanaka@northwind.example", {"alpha"}),
        ("priorityBETWEEN3@4", {"Beta", "delta"}),
        ("priority<3", {"alpha"}),
        ("close_notes!=other", {"delta"}),
        ("active!=true", set()),
        ("sys_class_nameINSTANCEOFtask", {"alpha", "Beta", "gamma", "delta"}),
        ("sys_created_on>2026-03-02 09:30:00", set()),
        ("sys_created_on>=2026-03-02 09:30:00", {"alpha", "Beta", "gamma", "delta"}),
        ("sys_created_by=javascript:gs.getUserName()^priority=1", {"alpha"}),
        ("priority=1^EQ", {"alpha"}),
    ],
)
def test_a_query_selects(api: Any, four: dict[str, str], query: str, expected: set[str]) -> None:
    assert set(api.names("incident", query)) == expected


def test_rows_come_in_the_order_asked_for(api: Any, four: dict[str, str]) -> None:
    assert api.names("incident", "ORDERBYDESCpriority") == ["gamma", "delta", "Beta", "alpha"]
    assert api.names("incident", "ORDERBYstate^ORDERBYpriority")[-1] == "gamma"


def test_ties_have_no_fixed_order(api: Any, four: dict[str, str]) -> None:
    seen = {tuple(api.names("incident", "ORDERBYactive")) for _try in range(40)}
    assert len(seen) > 1


def test_an_unknown_column_is_ignored_by_default(api: Any, four: dict[str, str]) -> None:
    assert len(api.names("incident", "no_such_column=1")) == 4
    assert api.names("incident", "no_such_column=1^priority=1") == ["alpha"]
    assert len(api.names("incident", "what is this")) == 4


def test_an_unknown_column_can_give_no_rows_or_403(
    api: Any, world: World, four: dict[str, str]
) -> None:
    world.knobs.invalid_query = "no_rows"
    assert api.names("incident", "no_such_column=1") == []
    world.knobs.invalid_query = "forbidden"
    answer = api.get("incident", "no_such_column=1")
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "Insufficient rights to query records"


def test_a_range_can_be_forbidden_where_reading_is_not(
    api: Any, world: World, four: dict[str, str]
) -> None:
    world.knobs.no_range.add("incident.sys_updated_on")
    assert api.get("incident", "sys_updated_on>=2026-01-01 00:00:00").status_code == 403
    assert api.get("incident", "ORDERBYsys_updated_on").status_code == 403
    assert len(api.rows("incident", "sys_updated_onISNOTEMPTY")) == 4


@pytest.mark.parametrize(
    "query",
    [
        "assigned_toDYNAMICme",
        "short_description=a^^b",
        "123TEXTQUERY321=vpn",
        "RLQUERYtask_sla.task,>=1^ENDRLQUERY",
        "opened_at>=javascript:gs.daysAgoStart(7)",
        "opened_at>=2026-01-01T00:00:00Z",
        "stateIN",
    ],
)
def test_what_is_not_modelled_is_refused_loudly(api: Any, four: dict[str, str], query: str) -> None:
    answer = api.get("incident", query)
    assert answer.status_code == 501
    assert answer.json()["error"]["message"] == "sandbox: not modelled"


def test_name_value_parameters_are_filters_and_take_labels(api: Any, four: dict[str, str]) -> None:
    assert [row["short_description"] for row in api.rows("incident", state="In Progress")] == [
        "gamma"
    ]
    assert len(api.rows("incident", assigned_to="Hiro Tanaka")) == 1
    assert len(api.rows("incident", nonsense="x")) == 4


def test_or_without_a_first_condition_stands_alone() -> None:
    assert len(parse("ORstate=1").alternatives[0]) == 1


def test_an_operator_that_exists_elsewhere_is_not_guessed() -> None:
    with pytest.raises(NotModelled):
        parse("stateVALCHANGES")
