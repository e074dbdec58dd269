"""Who may go the standard path, who can be sent there, and what checks count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mappings.acting import Acting
from mappings.policy import ChangeClass
from sync.insight.changing.checks import Check, Result, by_change, passed
from sync.insight.changing.standard import can_be_scheduled, standard
from sync.insight.facts import ChangeFact
from sync.insight.model import Judged, Judgement, Standard

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHANGE = ChangeFact("c", "CHG1", NOW, type="normal", state="-5")
CALM = Judgement(ChangeClass.STANDARD, rule="routine")
UNIT = Check("CHG1", "Unit", Result.PASSED, NOW, run="1")


def found(change: ChangeFact = CHANGE, told: Judgement = CALM) -> tuple[Standard, ...]:
    return standard([Judged(change, told)], Acting(templates={"routine": "Renew"}))


def test_a_new_change_that_is_standard_and_lacks_nothing_may() -> None:
    assert found() == (Standard(CHANGE, "routine", "Renew"),)
    raised = replace(CHANGE, type="Standard")
    assert found(raised) == (Standard(raised, "routine", "Renew", raised=True),)
    assert found(told=replace(CALM, rule="other")) == (Standard(CHANGE, "other"),)


@pytest.mark.parametrize(
    "told",
    [
        replace(CALM, class_=ChangeClass.NORMAL),
        replace(CALM, demands=("backout plan",)),
        replace(CALM, escalates="high"),
    ],
)
def test_one_of_another_class_or_that_lacks_anything_may_not(told: Judgement) -> None:
    assert found(told=told) == ()


@pytest.mark.parametrize("changed", [{"state": "-4"}, {"state": ""}, {"type": "emergency"}])
def test_nor_may_one_that_is_on_its_way_or_of_another_type(changed: dict[str, str]) -> None:
    assert found(replace(CHANGE, **changed)) == ()  # type: ignore[arg-type]


def test_only_what_came_from_a_template_and_has_its_window_can_be_scheduled() -> None:
    there = replace(
        CHANGE, type="standard", template="t", planned=NOW, planned_end=NOW + timedelta(hours=1)
    )
    one = Standard(there, "routine", raised=True)
    assert can_be_scheduled(one)
    for lacks in ({"template": ""}, {"planned": None}, {"planned_end": None}):
        assert not can_be_scheduled(replace(one, change=replace(there, **lacks)))  # type: ignore[arg-type]
    assert not can_be_scheduled(replace(one, raised=False))


def test_of_a_name_the_latest_counts_in_any_case_and_for_its_change_only() -> None:
    later = replace(UNIT, name="UNIT", result=Result.FAILED, at=NOW + timedelta(hours=1), run="2")
    scan = replace(UNIT, name="Scan", change="OPS-2")
    names = {"CHG1": "c", "OPS-2": "c", "CHG2": "d"}
    for order in ([UNIT, later, scan], [scan, later, UNIT]):
        told = by_change([*order, replace(UNIT, change="CHG9")], names)
        assert told == {"c": (scan, later)}
        assert passed(told["c"]) == ("Scan",)
    assert by_change([later, replace(UNIT, change="CHG2")], names)["d"][0].result is Result.PASSED
