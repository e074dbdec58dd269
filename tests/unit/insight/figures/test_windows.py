"""What is counted in which window: edges, weeks and their names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.insight.figures.windows import Calendar, Slot, rolling, weeks

NOW = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
"""A Wednesday, in ISO week 12."""
SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)
TIMES = st.integers(0, 10 * 366 * 86400).map(lambda n: NOW + timedelta(days=-1830, seconds=n))


def slots(at: datetime, now: datetime = NOW) -> set[str]:
    return {slot.window for slot in Calendar.of(now).slots(at, ())}


def test_a_rolling_window_holds_its_first_second_and_this_one() -> None:
    month = rolling("30d", NOW)
    begin = NOW - timedelta(days=30)
    assert [month.holds(at) for at in (begin - SECOND, begin, NOW, NOW + SECOND)] == [
        *(False, True),
        *(True, False),
    ]


def test_a_week_begins_on_monday_and_leaves_the_next_monday_to_the_next() -> None:
    monday = datetime(2026, 3, 9, tzinfo=UTC)
    assert slots(monday) == {"30d", "90d", "2026-W11"}
    assert slots(monday - SECOND) == {"30d", "90d", "2026-W10"}
    assert slots(monday + WEEK - SECOND) == {"30d", "90d", "2026-W11"}
    assert slots(monday + WEEK) == {"30d", "90d", "2026-W12"}


def test_the_last_week_is_still_running() -> None:
    found = weeks(12, NOW)
    assert [one.name for one in found][::11] == ["2026-W01", "2026-W12"]
    assert (found[-1].begin, found[-1].end, found[-1].running) == (
        datetime(2026, 3, 16, tzinfo=UTC),
        NOW,
        True,
    )


def test_what_is_older_or_yet_to_come_counts_nowhere() -> None:
    assert slots(NOW - timedelta(days=90) - SECOND) == set()
    assert slots(NOW + SECOND) == set()
    assert slots(NOW) == {"30d", "90d", "2026-W12"}


def test_a_year_may_have_53_weeks() -> None:
    names = [one.name for one in weeks(3, datetime(2021, 1, 5, tzinfo=UTC))]
    assert names == ["2020-W52", "2020-W53", "2021-W01"]


def test_weeks_are_those_of_utc_wherever_now_was_read() -> None:
    tokyo = timezone(timedelta(hours=9))
    monday_morning = datetime(2026, 3, 16, 8, 0, tzinfo=tokyo)
    assert weeks(1, monday_morning)[0].name == "2026-W11"


def test_parts_are_counted_in_rolling_windows_only() -> None:
    groups = (("service", "s1"), ("team", ""))
    assert set(Calendar.of(NOW).slots(NOW - WEEK * 5, groups)) == {
        Slot("90d"),
        Slot("90d", "service", "s1"),
        Slot("2026-W07"),
    }


@given(TIMES, st.integers(0, 7 * 86400 * 11))
def test_whatever_happened_in_the_last_weeks_belongs_to_the_week_of_its_day(
    now: datetime, back: int
) -> None:
    at = now - timedelta(seconds=back)
    found = {name for name in slots(at, now) if "W" in name}
    assert found == {at.strftime("%G-W%V")}


@pytest.mark.parametrize("days", [0, 1, 29, 30, 31, 89, 90, 91])
def test_rolling_windows_are_days_of_24_hours(days: int) -> None:
    found = {name for name in slots(NOW - timedelta(days=days)) if name.endswith("d")}
    assert found == {name for name, length in (("30d", 30), ("90d", 90)) if days <= length}
