"""Steps out of the audit: their order is that of the writing, whatever ids the lines have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.errors import BrokenAnswer, NotThere, RetryLater
from connector.histories import Step
from connector.sandbox.servicenow.instance import put
from tests.support.servicenow import ServiceNowStage

FIRST, LATER = "2026-03-02 09:30:00", "2026-03-02 09:31:00"


def line(stage: ServiceNowStage, key: str, at: str, count: int, before: str, after: str) -> None:
    """A line of the audit about an incident's state, whose id sorts against its time."""
    row = {
        "sys_id": f"{999 - count:032d}",
        "tablename": "incident",
        "documentkey": key,
        "fieldname": "state",
        "oldvalue": before,
        "newvalue": after,
        "user": "amira.haddad",
        "record_checkpoint": str(count),
    }
    put(stage.world, "sys_audit", row, at=at)


def test_steps_are_told_by_time_and_within_a_second_by_the_count_of_writes() -> None:
    stage = ServiceNowStage()
    key = stage.opened()
    line(stage, key, FIRST, 1, "1", "2")
    line(stage, key, FIRST, 2, "2", "3")
    line(stage, key, LATER, 3, "3", "")
    found = stage.adapter.histories("incident", [key], ["state"])
    first, later = (datetime(2026, 3, 2, 9, minute, tzinfo=UTC) for minute in (30, 31))
    assert found == {
        key: (
            Step(first, "state", "New", "In Progress", "1", "2"),
            Step(first, "state", "In Progress", "On Hold", "2", "3"),
            Step(later, "state", "On Hold", None, "3", None),
        )
    }


def test_a_choice_that_no_longer_has_a_label_is_told_as_it_is() -> None:
    stage = ServiceNowStage()
    key = stage.opened()
    line(stage, key, FIRST, 1, "-5", "2")
    [step] = stage.adapter.histories("incident", [key], ["state"])[key]
    assert (step.before, step.before_id) == ("-5", "-5")


def test_many_records_are_asked_about_fifty_at_a_time() -> None:
    stage = ServiceNowStage()
    keys = stage.filled(120)
    for number, key in enumerate(keys):
        line(stage, key, FIRST, number, "1", "2")
    assert set(stage.adapter.histories("incident", keys, ["state"])) == set(keys)
    assert len(stage.asked("GET", "/table/sys_audit")) == 3


def test_lines_of_others_are_not_ours() -> None:
    stage = ServiceNowStage()
    mine, other = stage.opened(), stage.opened()
    line(stage, other, FIRST, 1, "1", "2")
    assert stage.adapter.histories("incident", [mine], ["state"]) == {}


def test_a_damaged_stamp_is_no_step() -> None:
    stage = ServiceNowStage()
    key = stage.opened()
    line(stage, key, "yesterday", 1, "1", "2")
    with pytest.raises(BrokenAnswer):
        stage.adapter.histories("incident", [key], ["state"])


def test_trouble_that_passes_is_no_reason_to_say_that_there_is_no_history() -> None:
    stage = ServiceNowStage()
    key = stage.opened()
    line(stage, key, FIRST, 1, "1", "2")
    stage.adapter.kinds("incident")
    stage.weather("status", status=503, path="sys_audit", times=None)
    with pytest.raises(RetryLater):
        stage.adapter.histories("incident", [key], ["state"])


def test_a_table_that_is_not_there_has_no_history() -> None:
    with pytest.raises(NotThere):
        ServiceNowStage().adapter.histories("nonsense", ["1"], ["state"])
