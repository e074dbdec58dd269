"""The flap breaker: a value that comes back again and again is not written once more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mappings.sides import Side
from sync.core.flap import TIMES, WINDOW, flapping, frozen
from sync.core.merge import Write
from sync.core.model import HistoryRow

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROW = HistoryRow(
    "p", 1, Side.JIRA, "OPS-1", "update", "priority", "High", "Low", "", "", "done", NOON
)  # fmt: skip
WRITE = Write(Side.JIRA, "Low", "High", "changed in servicenow")


def rows(number: int, **changes: object) -> list[HistoryRow]:
    return [replace(ROW, **changes) for _ in range(number)]  # type: ignore[arg-type]


def test_the_last_write_allowed_and_the_first_refused() -> None:
    assert not flapping(WRITE, "priority", rows(TIMES - 1), NOON)
    assert flapping(WRITE, "priority", rows(TIMES), NOON)


def test_a_new_value_is_progress() -> None:
    assert not flapping(replace(WRITE, wanted="Medium"), "priority", rows(9), NOON)


def test_other_fields_sides_and_old_times_do_not_count() -> None:
    assert not flapping(WRITE, "priority", rows(9, field="summary"), NOON)
    assert not flapping(WRITE, "priority", rows(9, side=Side.SERVICENOW), NOON)
    assert not flapping(WRITE, "priority", rows(9, at=NOON - WINDOW), NOON)
    assert flapping(WRITE, "priority", rows(9, at=NOON - WINDOW + timedelta(seconds=1)), NOON)
    assert not flapping(WRITE, "priority", rows(9, at=None), NOON)


def test_a_frozen_field_says_what_to_do() -> None:
    found = frozen(WRITE, "priority")
    assert found.frozen
    assert found.side is Side.SERVICENOW
    assert "retry" in found.remedy
