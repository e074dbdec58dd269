"""Incidents: where each counts, and what is said of those without a stamp."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync.insight.facts import IncidentFact
from sync.insight.figures.readings import Reading
from sync.insight.figures.stability import stability
from sync.insight.figures.windows import Calendar, Slot

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = Slot("30d")


def incident(ago: float, hours: float | None = None, **more: object) -> IncidentFact:
    """Opened so many days ago, resolved so many hours later."""
    opened = NOW - DAY * ago
    resolved = None if hours is None else opened + HOUR * hours
    return replace(IncidentFact("k", "INC1", opened, resolved), **more)


def read(*facts: IncidentFact, slot: Slot = MONTH) -> dict[str, Reading]:
    return {one.figure.name: one for one in stability(facts, Calendar.of(NOW)) if one.slot == slot}


def test_a_month_by_hand() -> None:
    """Six opened, five of them resolved within 1, 2, 4, 8 and 85 hours."""
    found = read(
        incident(20, 1),
        incident(19, 2, moved=1),
        incident(18, 4, reopened=2),
        incident(17, 8),
        incident(16, 85, moved=3, reopened=1),
        incident(1),
    )
    assert {name: (one.value, one.n) for name, one in found.items()} == {
        "incident_volume": (6, 6),
        "time_to_restore_median": (4, 5),
        "time_to_restore_p85": (None, 5),
        "reopen_rate": (0.4, 5),
        "first_contact_resolution": (0.4, 5),
    }


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two() -> None:
    found = read(*(incident(9, hours) for hours in (1, 2, 4, 90)))
    assert found["time_to_restore_median"].value == 3


def test_volume_counts_the_opening_and_restoring_the_resolution() -> None:
    long = [incident(45, 24 * 20)] * 5
    assert read(*long)["incident_volume"].value == 0
    assert read(*long)["time_to_restore_median"].value == 480
    assert read(*long, slot=Slot("90d"))["incident_volume"].value == 5
    opened, resolved = Slot("2026-W05"), Slot("2026-W08")
    assert read(*long, slot=opened)["incident_volume"].value == 5
    assert read(*long, slot=opened)["reopen_rate"].n == 0
    assert read(*long, slot=resolved)["incident_volume"].value == 0
    assert read(*long, slot=resolved)["reopen_rate"].n == 5


def test_a_service_and_a_team_have_their_own() -> None:
    facts = [incident(9, 1, service="s", group="g", group_name="Desk")] * 5 + [incident(9, 3)] * 4
    assert read(*facts, slot=Slot("30d", "service", "s"))["time_to_restore_median"].value == 1
    assert read(*facts, slot=Slot("30d", "team", "Desk"))["incident_volume"].value == 5
    assert read(*facts)["incident_volume"].value == 9


@pytest.mark.parametrize(
    "odd",
    [
        {"active": False, "closed": NOW - DAY},  # closed past its resolution
        {"active": False},  # cancelled, no stamp at all
    ],
)
def test_an_end_without_a_resolution_is_told(odd: dict[str, object]) -> None:
    found = read(*[incident(9, 1)] * 5, incident(5, None, **odd))
    assert found["time_to_restore_median"].n == 5
    for name in ("time_to_restore_median", "reopen_rate", "first_contact_resolution"):
        assert found[name].quality == (
            "1 of 6 ended incidents have no time of resolution (cancelled, or closed past it)"
        )


def test_an_end_without_a_resolution_counts_when_it_was_closed() -> None:
    old = incident(60, None, active=False, closed=NOW - DAY)
    assert "1 of 1 ended incidents" in read(old)["reopen_rate"].quality


def test_a_resolution_before_the_opening_is_no_time_but_a_resolution() -> None:
    found = read(*[incident(9, 1)] * 5, incident(5, -2))
    assert (found["time_to_restore_median"].n, found["reopen_rate"].n) == (5, 6)
    assert found["time_to_restore_median"].quality == "1 of 6 were resolved before they were opened"


def test_what_is_open_again_counts_in_the_volume_only() -> None:
    found = read(incident(5, None, reopened=1))
    assert (found["incident_volume"].n, found["reopen_rate"].n) == (1, 0)
    assert found["reopen_rate"].quality.startswith("too few")


def test_a_team_without_a_name_that_is_shown_goes_by_its_key() -> None:
    found = read(incident(3, group="g1"), slot=Slot("30d", "team", "g1"))
    assert found["incident_volume"].value == 1
