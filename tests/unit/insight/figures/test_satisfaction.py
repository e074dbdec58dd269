"""What counts as an answered survey, when, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync.insight.facts import AnswerFact, IncidentFact
from sync.insight.figures.readings import Reading
from sync.insight.figures.satisfaction import satisfaction
from sync.insight.figures.windows import Calendar, Slot

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MONTH, QUARTER = Slot("30d"), Slot("90d")


def answer(survey: int, score: float | None, ago: timedelta = DAY, **more: object) -> AnswerFact:
    key = f"{survey} {score} {ago} {more}"
    fact = AnswerFact(key, NOW - ago, f"s{survey}", "t", score, 10.0, task=f"i{survey}")
    return replace(fact, **more)


def read(*answers: AnswerFact, incidents: tuple[IncidentFact, ...] = ()) -> dict[Slot, Reading]:
    return {one.slot: one for one in satisfaction(answers, incidents, Calendar.of(NOW))}


def test_parts_of_a_topic_add_up_and_topics_are_averaged() -> None:
    surveys = [
        one
        for number in range(5)
        for one in (
            answer(number, 2.5),
            answer(number, 5.0),
            answer(number, 0.5, topic="other"),
        )
    ]
    found = read(*surveys)[MONTH]
    assert (found.value, found.n) == (pytest.approx((0.75 + 0.05) / 2), 5)


@pytest.mark.parametrize("turned", [False, True])
def test_a_survey_counts_when_its_first_answer_was_given(turned: bool) -> None:
    early, late = 30 * DAY + MINUTE, 30 * DAY - MINUTE
    surveys = [one for n in range(5) for one in (answer(n, 5, early), answer(n, 3, late))]
    found = read(*(reversed(surveys) if turned else surveys))
    assert (found[MONTH].n, found[QUARTER].n, found[QUARTER].value) == (0, 5, pytest.approx(0.8))


def test_a_text_has_no_score_whatever_stands_there() -> None:
    surveys = [answer(n, 5.0) for n in range(5)]
    texts = [answer(n, -2.0, actual=-1.0, topic="words") for n in range(6)]
    found = read(*surveys, *texts)[MONTH]
    assert (found.value, found.n) == (0.5, 5)
    assert found.quality == "1 of 6 answered surveys show no score"


def test_without_a_scale_nothing_is_said() -> None:
    found = read(*(answer(n, 5.0, scale=None) for n in range(6)))[MONTH]
    assert (found.value, found.n) == (None, 0)
    assert found.quality.endswith("6 of 6 answered surveys show no score")


def test_a_team_has_the_surveys_of_its_incidents() -> None:
    opened = NOW - 2 * DAY
    desk = [IncidentFact(f"i{n}", "", opened, group_name="Desk") for n in range(5)]
    other = IncidentFact("i9", "", opened, group_name="Network")
    surveys = [*(answer(n, 10.0) for n in range(5)), answer(9, 0.0), answer(8, 0.0)]
    found = read(*surveys, incidents=(*desk, other))
    assert (found[Slot("30d", "team", "Desk")].value, found[MONTH].n) == (1.0, 7)
    assert found[Slot("30d", "team", "Network")].n == 1


def test_nothing_read_is_told_apart_from_nobody_answered() -> None:
    assert read()[MONTH].quality.startswith("no survey results are read")
    quiet = read(answer(1, 5.0, 60 * DAY))[MONTH]
    assert quiet.quality == "too few to say anything: 0 answered surveys, 5 needed"
