"""Our flow figures agree with those that ``jira-agile-metrics`` gave for the same issues.

What was recorded, and where the two differ on purpose, is told in ``agile_metrics/README.md``.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import quantiles

import pytest

from sync.insight.facts import IssueFact, Step
from sync.insight.figures.flow import course
from sync.insight.figures.readings import nearest_rank
from sync.insight.figures.scorecard import AllFacts, scorecard

HERE = Path(__file__).parent / "agile_metrics"
GIVEN = json.loads((HERE / "issues.json").read_text(encoding="utf-8"))
THEIRS = json.loads((HERE / "figures.json").read_text(encoding="utf-8"))
CATEGORIES = {
    "To Do": "new",
    "Selected": "new",
    "In Progress": "indeterminate",
    "In Review": "indeterminate",
    "Done": "done",
    "Closed": "done",
}


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def fact(issue: dict[str, object]) -> IssueFact:
    """An issue as it is collected."""
    moves = [(issue["created"], issue["first"])]
    moves += [(change["at"], change["to"]) for change in issue["changes"]]
    steps = tuple(Step(moment(at), status, CATEGORIES[status]) for at, status in moves)
    return IssueFact(issue["key"], issue["key"], "Story", steps[0].at, steps)


FACTS = [fact(one) for one in GIVEN["issues"]]
NOW = moment(GIVEN["now"])


def days(begin: datetime | None, end: datetime | None) -> int | None:
    """Calendar days, as the package counts them."""
    return (end.date() - begin.date()).days if begin and end else None


def restarted(one: IssueFact) -> datetime | None:
    """When it came into progress for the first time since it was last in the backlog."""
    began = None
    for step in one.steps:
        if step.category == "new":
            began = None
        elif step.category == "indeterminate":
            began = began or step.at
    return began


def again(one: IssueFact) -> bool:
    """Whether it left done for something else."""
    return any(a.category == "done" != b.category for a, b in pairwise(one.steps))


RETURNED = {one.key for one in FACTS if course(one).done and restarted(one) != course(one).began}
STRAIGHT = {one.key for one in FACTS if course(one).done and not course(one).began}


def test_the_record_holds_what_is_worth_comparing() -> None:
    assert len(FACTS) == 150
    assert len(THEIRS["lead"]["issues"]) > 80
    assert len(RETURNED) > 10
    assert len(STRAIGHT) > 5
    assert len([one for one in FACTS if course(one).done and again(one)]) > 10
    ends = {
        date.fromisoformat(one["done"]).isoweekday() for one in THEIRS["lead"]["issues"].values()
    }
    assert {1, 7} <= ends, "nothing is done at the edges of weeks"


def test_lead_time_is_the_same_for_every_issue() -> None:
    ours = {one.key: course(one) for one in FACTS}
    assert {
        key: {"days": days(way.created, way.done), "done": way.done.date().isoformat()}
        for key, way in ours.items()
        if way.done
    } == THEIRS["lead"]["issues"]


def test_cycle_time_is_the_same_for_every_issue_that_never_went_back() -> None:
    ours = {one.key: course(one) for one in FACTS}
    theirs = {key: one for key, one in THEIRS["cycle"]["issues"].items() if key not in RETURNED}
    assert {
        key: {"days": days(way.began, way.done), "done": way.done.date().isoformat()}
        for key, way in ours.items()
        if way.done and way.began and key not in RETURNED
    } == theirs


def test_what_went_back_to_the_backlog_is_counted_from_its_return_by_the_package() -> None:
    for one in FACTS:
        if one.key in RETURNED:
            way, theirs = course(one), THEIRS["cycle"]["issues"][one.key]["days"]
            assert theirs == days(restarted(one), way.done)
            assert days(way.began, way.done) >= theirs


def test_what_was_never_in_progress_is_missing_in_the_package_only() -> None:
    done = {one.key for one in FACTS if course(one).done}
    assert done - set(THEIRS["cycle"]["issues"]) == STRAIGHT


def test_throughput_is_the_same_in_every_week() -> None:
    measures = scorecard(AllFacts(issues=FACTS), NOW)
    ours = {
        one.window: one.value
        for one in measures
        if one.name == "throughput" and "-W" in one.window and not one.by
    }
    assert len(ours) == 12
    assert ours == {week: float(THEIRS["lead"]["weeks"].get(week, 0)) for week in ours}
    straight = {}
    for one in FACTS:
        if one.key in STRAIGHT:
            week = course(one).done.strftime("%G-W%V")
            straight[week] = straight.get(week, 0) + 1
    theirs = THEIRS["cycle"]["weeks"]
    assert ours == {week: float(theirs.get(week, 0) + straight.get(week, 0)) for week in ours}


@pytest.mark.parametrize("percent", [50, 85, 95])
def test_percentiles_differ_by_their_rule_only(percent: int) -> None:
    ways = [course(one) for one in FACTS]
    ours = sorted(days(way.created, way.done) for way in ways if way.done)
    theirs = THEIRS["lead"]["percentiles"][str(percent)]
    assert quantiles(ours, n=100, method="inclusive")[percent - 1] == pytest.approx(theirs)
    ranked = nearest_rank(ours, percent)
    place = ours.index(ranked)
    last = len(ours) - ours[::-1].index(ranked) - 1
    assert ours[max(0, place - 1)] <= theirs <= ours[min(len(ours) - 1, last + 1)]
