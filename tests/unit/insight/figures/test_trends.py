"""Incident trends: windows, weeks, names, and whose counts win."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import ceil
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.insight.facts import IncidentFact, ProblemFact
from sync.insight.figures.rising import chance
from sync.insight.figures.scorecard import AllFacts, scorecard
from sync.insight.figures.trends import Counted, Names, problem_names, trends
from sync.insight.model import WEEKS, Counts, Subject, Trend
from tests.support.insight import NOW, incidents

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def incident(age: timedelta, **more: object) -> IncidentFact:
    """One on service ``mail``, opened so long ago."""
    given = {"service": "mail", **more}
    return IncidentFact(key="", number="", opened=NOW - age, **given)  # type: ignore[arg-type]


def told(
    facts: Iterable[IncidentFact], names: Names | None = None, counted: Counted | None = None
) -> dict[tuple[str, str], Trend]:
    found = trends(facts, names or {}, counted, NOW)
    return {(one.subject.value, one.key): one for one in found}


def mail(facts: Iterable[IncidentFact]) -> Trend:
    return told(facts)["service", "mail"]


# ---- windows and weeks


def test_a_window_holds_its_far_edge_and_the_one_before_begins_a_second_later() -> None:
    trend = mail([incident(7 * DAY), incident(7 * DAY + SECOND), incident(14 * DAY)])
    assert trend.windows["7d"] == Counts(1, 2)
    assert trend.windows["30d"] == Counts(3, 0)
    assert trend.weekly[-2:] == (2, 1)
    assert mail([incident(14 * DAY + SECOND)]).windows["7d"] == Counts(0, 0)


def test_the_longest_window_before_ends_after_180_days_and_the_series_after_26_weeks() -> None:
    trend = mail([incident(180 * DAY), incident(180 * DAY + SECOND), incident(182 * DAY)])
    assert trend.windows["90d"] == Counts(0, 1)
    assert trend.weekly[0] == 3
    assert sum(mail([incident(182 * DAY + SECOND)]).weekly) == 0


def test_what_is_opened_this_second_counts_and_what_claims_to_be_opened_later_does_not() -> None:
    assert mail([incident(0 * DAY), incident(-SECOND)]).windows["7d"] == Counts(1, 0)
    assert told([incident(-SECOND)]) == {}


def test_whatever_the_state_it_counts_where_it_was_opened() -> None:
    closed = incident(3 * DAY, resolved=NOW - 2 * DAY, closed=NOW - DAY, active=False)
    assert mail([closed]).windows["7d"] == Counts(1, 0)


def test_an_incident_counts_for_each_of_its_subjects_and_for_none_that_it_lacks() -> None:
    whole = incident(DAY, problem="p", item="db", category="software")
    found = told([whole, incident(DAY, service="", category="software")])
    assert {key: one.windows["7d"].now for key, one in found.items()} == {
        ("problem", "p"): 1,
        ("service", "mail"): 1,
        ("item", "db"): 1,
        ("category", "software"): 2,
    }
    assert found["problem", "p"].share == found["service", "mail"].share == 0.5
    assert found["category", "software"].share == 1


def test_no_incidents_at_all_are_no_trends() -> None:
    assert trends([], {}, None, NOW) == ()


# ---- restoring and reopening


def test_the_median_is_of_those_resolved_in_90_days_however_old_they_are() -> None:
    facts = [
        incident(10 * DAY, resolved=NOW - 10 * DAY + 1 * HOUR),
        incident(10 * DAY, resolved=NOW - 10 * DAY + 2 * HOUR),
        incident(91 * DAY, resolved=NOW - 90 * DAY),  # 24 hours, on the edge
        incident(95 * DAY, resolved=NOW - 90 * DAY - SECOND),  # too long ago
        incident(5 * DAY),  # open
    ]
    trend = mail(facts)
    assert (trend.restore_hours, trend.resolved) == (2, 3)
    assert mail([*facts, incident(2 * DAY, resolved=NOW - 2 * DAY + HOUR * 3)]).restore_hours == 2.5


def test_two_are_too_few_for_a_median_and_four_for_a_rate() -> None:
    quick = incident(3 * DAY, resolved=NOW - 2 * DAY, reopened=2)
    assert mail([quick] * 2).restore_hours is None
    assert mail([quick] * 3).restore_hours == 24
    assert mail([quick] * 4).reopen_rate is None
    steady = incident(3 * DAY, resolved=NOW - 2 * DAY)
    assert mail([quick, *[steady] * 4]).reopen_rate == 0.2


def test_stamps_in_the_wrong_order_tell_no_time() -> None:
    backward = incident(3 * DAY, resolved=NOW - 4 * DAY)
    trend = mail([backward] * 3)
    assert (trend.restore_hours, trend.resolved) == (None, 3)


# ---- names


def test_the_youngest_incident_knows_best_what_its_service_is_called() -> None:
    old, new = incident(9 * DAY, service_name="Mail"), incident(DAY, service_name="E-mail")
    nameless = incident(HOUR)
    for order in ([old, new, nameless], [nameless, new, old]):
        trend = mail(order)
        assert (trend.name, trend.last_seen) == ("E-mail", NOW - HOUR)
    assert mail([nameless]).name == "mail"


def test_a_problem_without_incidents_has_a_trend_of_zeros_and_its_name() -> None:
    problem = ProblemFact("p", "PRB0001", NOW, summary="Mail loops")
    trend = told([], {Subject.PROBLEM: problem_names([problem])})["problem", "p"]
    assert trend.name == "PRB0001 Mail loops"
    assert trend.windows["90d"] == Counts()
    assert trend.weekly == (0,) * WEEKS
    assert (trend.share, trend.last_seen, trend.rising, trend.p) == (0.0, None, "", None)


def test_nothing_rises_over_a_window_before_which_there_are_no_incidents() -> None:
    lately = [incident(n * HOUR) for n in range(1, 30)]
    assert mail(lately).rising == ""
    assert mail([*lately, incident(15 * DAY, service="other")]).rising == "7d"


# ---- counts of the side's own


def test_what_the_side_counted_wins_window_by_window() -> None:
    counted = {Subject.SERVICE: {"mail": {"30d": Counts(60, 20)}}}
    old = incident(181 * DAY, service="other")
    trend = told([*[incident(DAY)] * 2, old], counted=counted)["service", "mail"]
    assert trend.windows == {"7d": Counts(2, 0), "30d": Counts(60, 20), "90d": Counts(2, 0)}
    assert (trend.rising, trend.p) == ("30d", chance(Counts(60, 20)))


def test_a_count_without_rows_is_a_trend_and_what_has_no_subject_is_part_of_the_whole() -> None:
    counted = {Subject.ITEM: {"db": {"90d": Counts(30, 0)}, "": {"90d": Counts(90, 0)}}}
    found = told([], counted=counted)
    assert found.keys() == {("item", "db")}
    assert found["item", "db"].share == 0.25


# ---- laws


def test_a_service_has_the_same_figures_here_and_on_the_scorecard() -> None:
    facts = tuple(incidents())
    card = {
        (one.name, one.by.get("service")): one.value
        for one in scorecard(AllFacts(facts), NOW)
        if one.window == "90d"
    }
    services = [one for one in told(facts).values() if one.subject is Subject.SERVICE]
    assert len(services) == 6
    for one in services:
        assert card["incident_volume", one.name] == one.windows["90d"].now
        assert card["time_to_restore_median", one.name] == pytest.approx(one.restore_hours)
        assert card["reopen_rate", one.name] == one.reopen_rate


AGES = st.integers(-3, 200 * 24).map(lambda hours: hours * HOUR)
FACTS = st.lists(
    st.builds(
        lambda age, hours, service, name, again: incident(
            age,
            service=service,
            service_name=name,
            reopened=again,
            resolved=None if hours is None else NOW - age + hours * HOUR,
        ),
        age=AGES,
        hours=st.none() | st.integers(-2, 3000),
        service=st.sampled_from(["mail", "vpn", ""]),
        name=st.sampled_from(["", "Mail", "Post"]),
        again=st.integers(0, 2),
    ),
    max_size=30,
)


def plainly(facts: list[IncidentFact], service: str) -> Trend:
    """The same, one question after the other, over all facts each time."""
    all_ = [one for one in facts if one.opened <= NOW]
    mine = [one for one in all_ if one.service == service]
    ages = [NOW - one.opened for one in mine]
    windows = {}
    for name, days in (("7d", 7), ("30d", 30), ("90d", 90)):
        now = sum(age <= days * DAY for age in ages)
        windows[name] = Counts(now, sum(age <= 2 * days * DAY for age in ages) - now)
    weeks = [max(1, ceil(age / (7 * DAY))) for age in ages]
    ended = [
        one
        for one in mine
        if one.resolved and one.resolved <= NOW and NOW - one.resolved <= 90 * DAY
    ]
    hours = [(one.resolved - one.opened) / HOUR for one in ended if one.resolved >= one.opened]
    named = max(((one.opened, one.service_name) for one in mine if one.service_name), default=None)
    whole = sum(NOW - one.opened <= 90 * DAY for one in all_)
    return Trend(
        subject=Subject.SERVICE,
        key=service,
        name=named[1] if named else service,
        windows=windows,
        weekly=tuple(weeks.count(week) for week in range(26, 0, -1)),
        restore_hours=median(hours) if len(hours) >= 3 else None,
        reopen_rate=sum(o.reopened > 0 for o in ended) / len(ended) if len(ended) >= 5 else None,
        share=windows["90d"].now / whole if whole else 0.0,
        last_seen=max(one.opened for one in mine),
        resolved=len(ended),
    )


@given(FACTS, st.randoms(use_true_random=False))
def test_the_same_comes_out_by_asking_plainly_and_in_any_order(
    facts: list[IncidentFact], dice: Random
) -> None:
    found = trends(facts, {}, None, NOW)
    services = sorted({one.service for one in facts if one.service and one.opened <= NOW})
    assert [one.key for one in found] == services
    for one in found:
        expected = plainly(facts, one.key)
        if not one.rising:
            assert one == expected
        assert (one.windows, one.weekly) == (expected.windows, expected.weekly)
        assert one.weekly[-1] == one.windows["7d"].now
    shuffled = list(facts)
    dice.shuffle(shuffled)
    assert trends(shuffled, {}, None, NOW) == found


def test_a_window_is_judged_only_where_records_reach_back_to_the_one_before() -> None:
    """Forty days of records: two whole windows of a week, but a window of 30 days and a part."""
    even = [incident(timedelta(days=day * 0.9, hours=1)) for day in range(33)]
    assert mail([*even, incident(timedelta(days=40))]).windows["30d"] == Counts(33, 1)
    assert mail([*even, incident(timedelta(days=40))]).rising == ""
    assert mail([*even, incident(timedelta(days=61))]).rising == "30d"
