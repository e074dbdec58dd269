"""Availability: merged outages, edges of windows, and what is no outage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.insight.facts import OutageFact
from sync.insight.figures.readings import Reading
from sync.insight.figures.uptime import merged, up, uptime, without
from sync.insight.figures.windows import Calendar, Slot, Window

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = 30 * 24


def outage(ago: float, hours: float | None, item: str = "db", type_: str = "outage") -> OutageFact:
    """So many hours long (or without an end), begun so many hours ago."""
    begin = NOW - HOUR * ago
    end = None if hours is None else begin + HOUR * hours
    return OutageFact("o", "OUT1", begin, end, item, item.upper(), type_)


def read(*facts: OutageFact, now: datetime = NOW) -> dict[Slot, Reading]:
    return {one.slot: one for one in uptime(facts, {"mail"}, Calendar.of(now))}


def down(reading: Reading, hours: int = MONTH) -> float:
    """Hours, as a person would ask."""
    assert reading.value is not None
    return round((1 - reading.value) * hours, 6)


DB, MAIL, ALL = Slot("30d", "item", "db"), Slot("30d", "service", "mail"), Slot("30d")


def test_overlaps_count_once() -> None:
    """10..6 and 8..4 hours ago are six hours; 2 hours ago one more."""
    found = read(outage(8, 4), outage(10, 4), outage(2, 1), outage(9, 1))
    assert down(found[DB]) == 7
    assert found[DB].n == 4


def test_an_open_outage_lasts_up_to_now_and_says_so() -> None:
    found = read(outage(5, None), outage(20, 1))
    assert down(found[DB]) == 6
    assert found[DB].quality == "1 of 2 outages have no end and last up to now"


def test_only_the_part_inside_a_window_counts() -> None:
    found = read(outage(MONTH + 3, 5))
    assert down(found[DB]) == 2
    assert down(found[Slot("90d", "item", "db")], 3 * MONTH) == 5


def test_a_week_counts_its_own_part() -> None:
    """From Sunday 22:00 to Monday 03:00; the running week is 60 hours old."""
    found = read(outage(62, 5))
    assert down(found[Slot("2026-W11")], 7 * 24) == 2
    assert down(found[Slot("2026-W12")], 60) == 3
    assert found[Slot("2026-W10")].value == 1.0


@pytest.mark.parametrize("type_", ["planned", "degradation", "Planned"])
def test_planned_and_slow_is_not_down(type_: str) -> None:
    found = read(outage(9, 3, type_=type_), outage(5, 1))
    assert down(found[DB]) == 1


def test_services_and_items_stand_apart_and_all_is_their_mean() -> None:
    found = read(outage(9, 6, "mail"), outage(9, 2, "db"))
    assert (down(found[MAIL]), down(found[DB]), down(found[ALL])) == (6, 2, 4)
    assert Slot("30d", "item", "mail") not in found


def test_silence_is_no_proof() -> None:
    found = read()
    assert (found[ALL].value, found[ALL].quality) == (None, "no outages are recorded")
    assert set(found) == {Slot(one.name) for one in Calendar.of(NOW).windows}


def test_an_outage_that_is_long_over_leaves_a_full_month() -> None:
    found = read(outage(MONTH * 2, 5))
    assert (found[DB].value, found[DB].n) == (1.0, 0)


def test_an_end_before_the_beginning_does_not_count() -> None:
    found = read(outage(9, -3), outage(9, 1))
    assert down(found[DB]) == 1
    assert found[DB].quality == "1 of 2 outages end before they begin and do not count"


def test_what_is_yet_to_come_is_not_down() -> None:
    assert read(outage(-5, 2))[ALL].quality == "no outages are recorded"
    assert down(read(outage(-5, 2), outage(9, 1))[DB]) == 1
    assert down(read(outage(2, 10))[DB]) == 2


def test_a_week_that_begins_now_has_nothing_to_say() -> None:
    monday = datetime(2026, 3, 16, tzinfo=UTC)
    found = read(outage(100, 1), now=monday)
    assert found[Slot("2026-W12")].value is None


@given(st.lists(st.tuples(st.integers(-20, 120), st.integers(0, 40)), max_size=8))
def test_it_is_what_counting_the_minutes_gives(spans: list[tuple[int, int]]) -> None:
    minute, begin = timedelta(minutes=1), NOW - HOUR
    window = Window("hour", begin, begin + minute * 100)
    downs = {at for first, length in spans for at in range(first, first + length)}
    times = sorted((begin + minute * first, begin + minute * (first + n)) for first, n in spans)
    assert up(merged(times), window) == pytest.approx(1 - len(downs & set(range(100))) / 100)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=6),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=6),
)
def test_what_is_left_outside_of_planned_time_is_counted_hour_by_hour(
    outages: list[tuple[int, int]], plans: list[tuple[int, int]]
) -> None:
    def spans(given: list[tuple[int, int]]) -> list[tuple[datetime, datetime]]:
        return merged(sorted((NOW + HOUR * at, NOW + HOUR * (at + long)) for at, long in given))

    def hours(given: list[tuple[int, int]]) -> set[int]:
        return {hour for at, long in given for hour in range(at, at + long)}

    left = without(spans(outages), spans(plans))
    assert sum((end - begin for begin, end in left), timedelta()) == HOUR * len(
        hours(outages) - hours(plans)
    )


def test_a_plan_that_ends_before_it_begins_excuses_nothing() -> None:
    assert down(read(outage(8, 4), outage(6, -1, type_="planned"))[DB]) == 4
    assert down(read(outage(8, 4), outage(6, None, type_="planned"))[DB]) == 2


def test_types_are_known_as_values_and_as_labels() -> None:
    found = read(outage(8, 4), outage(20, 3, type_="Degradation"), outage(30, 3, type_="Planned"))
    assert down(found[DB]) == 4
