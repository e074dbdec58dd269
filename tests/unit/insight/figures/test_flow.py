"""Flow: the course of an issue, and how old work was at the end of each window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.insight.facts import IssueFact, Step
from sync.insight.figures.flow import Course, course, flow
from sync.insight.figures.windows import Calendar, Slot

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CATEGORIES = {"T": "new", "P": "indeterminate", "R": "indeterminate", "D": "done", "C": "done"}


def issue(way: str, *ago: float, team: str = "", kind: str = "Story") -> IssueFact:
    """``way`` is a letter a status (To do, Progress, Review, Done, Closed), entered so many days
    ago."""
    steps = tuple(
        Step(NOW - DAY * days, status, CATEGORIES[status])
        for status, days in zip(way, ago, strict=True)
    )
    return IssueFact("1", "OPS-1", kind, steps[0].at, steps, team=team)


def readings(*facts: IssueFact, now: datetime = NOW) -> dict[tuple[str, Slot], float | None]:
    return {(one.figure.name, one.slot): one.value for one in flow(facts, Calendar.of(now))}


@pytest.mark.parametrize(
    ("fact", "began", "done"),
    [
        (issue("T", 9), None, None),
        (issue("TP", 9, 7), 7, None),
        (issue("TPD", 9, 7, 4), 7, 4),
        (issue("TPRDC", 9, 7, 6, 4, 1), 7, 4),  # closing is no second end
        (issue("TPDPD", 9, 7, 5, 3, 2), 7, 2),  # its last end counts
        (issue("TPDP", 9, 7, 5, 3), 7, None),  # open again: not done
        (issue("TPTPD", 9, 7, 5, 3, 2), 7, 2),  # its first beginning counts
        (issue("PD", 9, 4), 9, 4),
        (issue("TD", 9, 4), None, 4),
        (issue("D", 9), None, 9),
    ],
)
def test_the_course_of_an_issue(fact: IssueFact, began: int | None, done: int | None) -> None:
    def ago(days: int | None) -> datetime | None:
        return None if days is None else NOW - DAY * days

    assert course(fact) == Course(NOW - DAY * 9, ago(began), ago(done))


def test_three_issues_by_hand() -> None:
    """Done after 5, 6 and 20 days, begun 2, 5 and 10 days before: the middle ones are told."""
    found = readings(issue("TPD", 8, 5, 3), issue("TPD", 8, 7, 2), issue("TPD", 25, 15, 5))
    assert found["throughput", Slot("30d")] == 3
    assert found["lead_time_p50", Slot("30d")] == 6
    assert found["cycle_time_p50", Slot("30d")] == 5
    assert found["lead_time_p85", Slot("30d")] is None


def test_throughput_is_told_by_team_and_type_and_week() -> None:
    found = readings(
        issue("TPD", 50, 45, 40, team="Web"),
        issue("TPD", 20, 10, 1, team="Web", kind="Epic"),
        issue("TPD", 20, 10, 1, team="Net"),
    )
    told = {slot: value for (name, slot), value in found.items() if name == "throughput" and value}
    assert told == {
        Slot("30d"): 2,
        Slot("90d"): 3,
        Slot("30d", "team", "Web"): 1,
        Slot("90d", "team", "Web"): 2,
        Slot("30d", "team", "Net"): 1,
        Slot("90d", "team", "Net"): 1,
        Slot("30d", "issue_type", "Story"): 1,
        Slot("90d", "issue_type", "Story"): 2,
        Slot("30d", "issue_type", "Epic"): 1,
        Slot("90d", "issue_type", "Epic"): 1,
        Slot("2026-W06"): 1,
        Slot("2026-W12"): 2,
    }


def test_age_is_that_of_work_that_was_in_progress_at_the_end_of_the_window() -> None:
    """Now it is Wednesday noon; week 11 ended 2.5 days ago."""
    here = [issue("TP", 30, days) for days in (4, 9, 20)]
    gone = [
        issue("TPD", 30, 21, 1),
        issue("TPD", 30, 12, 5),
        issue("TPT", 30, 22, 3),
        issue("TD", 30, 20),
        issue("T", 30),
    ]
    found = readings(*here, *gone)
    assert found["work_item_age_p50", Slot("30d")] == 9
    assert found["work_item_age_p50", Slot("90d")] == 9
    assert found["work_item_age_p50", Slot("2026-W12")] == 9
    # Then the one that is done now was under way, too: 1.5, 6.5, 17.5 and 18.5 days.
    assert found["work_item_age_p50", Slot("2026-W11")] == 6.5
    # A week before other four were: 2.5, 10.5, 11.5 and 12.5 days.
    assert found["work_item_age_p50", Slot("2026-W10")] == 10.5


def test_age_at_the_end_of_a_week_leaves_monday_to_the_next() -> None:
    monday = (NOW - datetime(2026, 3, 16, tzinfo=UTC)) / DAY
    facts = [issue("TPD", 30, days, monday) for days in (10, 11, 12)]
    found = readings(*facts)
    assert found["work_item_age_p50", Slot("2026-W11")] == 11 - monday
    assert found["work_item_age_p50", Slot("2026-W12")] is None


def test_an_issue_without_history_is_done_when_it_was_resolved() -> None:
    fact = IssueFact("1", "OPS-1", "Story", NOW - DAY * 9, resolved=NOW - DAY * 2)
    month = [one for one in flow([fact], Calendar.of(NOW)) if one.slot == Slot("30d")]
    found = {one.figure.name: one for one in month}
    told = "1 of 1 done issues show no history"
    assert found["throughput"].value == 1
    assert found["throughput"].quality == f"{told}: their resolution counts"
    assert found["cycle_time_p50"].n == 0
    assert found["cycle_time_p50"].quality.endswith(f"3 needed; {told}")


def test_cycle_time_says_how_many_were_never_in_progress() -> None:
    facts = [issue("TPD", 9, 7, 4)] * 3 + [issue("TD", 9, 4)]
    found = {
        one.figure.name: one for one in flow(facts, Calendar.of(NOW)) if one.slot == Slot("30d")
    }
    assert (found["cycle_time_p50"].n, found["lead_time_p50"].n) == (3, 4)
    assert found["cycle_time_p50"].quality == "1 of 4 done issues were never in progress"


def test_an_end_before_the_creation_is_no_time() -> None:
    odd = IssueFact("1", "OPS-1", "Story", NOW, (Step(NOW - DAY, "D", "done"),))
    found = {
        one.figure.name: one for one in flow([odd], Calendar.of(NOW)) if one.slot == Slot("30d")
    }
    assert found["lead_time_p50"].n == 0
    assert "1 of 1 done issues were done before they were created" in found["lead_time_p50"].quality
