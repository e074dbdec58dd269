"""A problem's score follows from its facts, never falls when they grow worse, and holds still."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.insight import Backlog
from sync.insight.model import Counts, Subject, Trend
from sync.insight.ranking.score import Class, Priority, Situation, prioritised


def rising(now: int, window: str = "") -> Trend:
    counts = {"7d": Counts(), "30d": Counts(now=now), "90d": Counts(now=now)}
    return Trend(Subject.PROBLEM, "p", "PRB1", counts, (0,) * 26, rising=window)


def test_a_score_that_can_be_followed_by_hand() -> None:
    # value 3/4 x 30 = 22.5; impact (10/20 + 5/10)/2 x 35 = 17.5; risk 1/2 of 1/2 for a major, 1/2
    # of 1/4 for the changes, 1/4 for the rise, x 20 = 12.5; effort 5/(5+15) x 15 = 3.75: 56.25
    problem = Situation(rising(10, "30d"), "2 - High", 5, 1, 2, effort=15, usual=5)
    told = prioritised(problem)
    assert (told.class_, told.score) == (Class.PLANNED, 56)
    assert told.why == (
        "Business value: 75 of 100, weight 30 of 100. Priority 2.",
        "Customer impact: 50 of 100, weight 35 of 100. 10 incidents in 30 days, 5 open.",
        "Risk reduction: 62 of 100, weight 20 of 100. 1 major incidents, 2 caused by changes, "
        "rising (30d).",
        "Effort: 25 of 100, weight 15 of 100. 15 stories to do, usually 5.",
    )


def test_nothing_known_is_the_middle_and_no_pressure() -> None:
    # value 1/2 x 30 + effort 1/2 x 15
    assert prioritised(Situation()).score == 22
    assert prioritised(Situation()).class_ is Class.STRATEGIC
    assert prioritised(Situation(effort=8)).score == prioritised(Situation(effort=3, usual=3)).score


@pytest.mark.parametrize(
    ("score", "class_"),
    [(100, Class.URGENT), (75, Class.PLANNED), (50, Class.PLANNED), (25, Class.STRATEGIC)],
)
def test_classes_begin_at_their_score(score: int, class_: Class) -> None:
    rules = Backlog({"value": 1, "impact": 0, "risk": 0, "effort": 0}, urgent=76, planned=50)
    told = prioritised(Situation(priority=str(5 - score // 25)), rules)
    assert (told.score, told.class_, len(told.why)) == (score, class_, 1)


COUNT = st.integers(0, 2000)
SITUATIONS = st.builds(
    Situation,
    st.builds(rising, COUNT, st.sampled_from(("", "7d"))),
    st.sampled_from(("1", "2", "3", "4", "5")),
    *(COUNT, COUNT, COUNT),
    st.floats(0, 500),
    st.floats(0, 50),
)
WEIGHT = st.integers(0, 100)
RULES = st.builds(
    Backlog,
    st.fixed_dictionaries(dict.fromkeys(("value", "impact", "risk", "effort"), WEIGHT)),
)


@given(SITUATIONS, RULES, COUNT)
def test_worse_or_cheaper_never_scores_less(problem: Situation, rules: Backlog, more: int) -> None:
    assert problem.trend is not None
    assert problem.effort is not None
    now = problem.trend.windows["30d"].now
    worse = [
        replace(problem, trend=rising(now + more, problem.trend.rising)),
        replace(problem, trend=replace(problem.trend, rising="30d")),
        replace(problem, priority=str(max(1, int(problem.priority) - 1))),
        replace(problem, open_incidents=problem.open_incidents + more),
        replace(problem, majors=problem.majors + more),
        replace(problem, change_failures=problem.change_failures + more),
        replace(problem, effort=problem.effort / (1 + more)),
    ]
    score = prioritised(problem, rules).score
    assert 0 <= score <= 100
    assert all(prioritised(one, rules).score >= score for one in worse)


def test_a_small_change_is_none_and_a_large_one_is() -> None:
    problem = Situation(rising(10), "3")
    score = prioritised(problem).score
    near, far = (Priority(Class.STRATEGIC, score - less, ("then",)) for less in (4, 5))
    assert prioritised(problem, before=near) is near
    assert prioritised(problem, before=far) == prioritised(problem)


def test_a_kept_score_still_follows_new_limits() -> None:
    kept = Priority(Class.PLANNED, prioritised(Situation(rising(10), "3")).score + 4, ("then",))
    told = prioritised(Situation(rising(10), "3"), Backlog(planned=kept.score + 1), kept)
    assert (told.score, told.class_) == (kept.score, Class.STRATEGIC)
