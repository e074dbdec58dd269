"""Where the desk asks people how content they are, the scorecard says so; else it costs nothing.

A questionnaire here has two questions on the service, of which the first counts three times the
second, one on speed where less is better, and one that takes a text.
"""

from __future__ import annotations

import json

import pytest

from connector.sandbox.servicenow import surveys
from connector.sandbox.servicenow.surveys import Question
from mappings.insight import Rules
from mappings.sides import Side
from sync.insight.collecting.collect import collect, facts
from sync.insight.facts import Kind
from sync.insight.model import Insight, Measure
from sync.insight.report.export import as_json
from sync.insight.report.page import page
from sync.insight.run import refresh
from tests.support.bench import Bench
from tests.support.people import Company

QUESTIONS = (
    Question("How content are you?", 1, 5, weight=30),
    Question("How well were you informed?", 0, 10, weight=10),
    Question("How many people did you have to ask?", 1, 5, lower=True, category="Speed"),
    Question("What else?", text=True),
)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def ask(bench: Bench, form: str, answers: tuple[float | str | None, ...], **incident: str) -> str:
    """An incident, and what its caller says of it; its questionnaire."""
    world = bench.servicenow.world
    sent = surveys.send(world, form, Company(bench).incident(**incident))
    surveys.answer(world, sent, answers)
    return sent


def told(insight: Insight, window: str = "30d", **by: str) -> Measure:
    [found] = [
        one
        for one in insight.measures
        if one.name == "satisfaction" and one.window == window and one.by == by
    ]
    return found


def run(bench: Bench) -> Insight:
    return refresh(bench.connect(), Rules(), lambda _stage: None)


def form(bench: Bench) -> str:
    world = bench.servicenow.world
    surveys.activate(world)
    return surveys.survey(world, "Service Desk Satisfaction Survey", *QUESTIONS)


def requests(bench: Bench) -> int:
    return sum(bench.runtime.adapters[Side.SERVICENOW].meter.totals().values())


def test_the_mean_of_all_who_answered_is_told_by_service_and_team(bench: Bench) -> None:
    asked, world = form(bench), bench.servicenow.world
    [service, *_] = sorted(world.rows("cmdb_ci_service"), key=lambda row: row["name"])
    best, worst = (5.0, 10.0, 1.0, "Thanks"), (1.0, 0.0, 5.0, "Well")
    # content and informed: 3/4 * 0.75 + 1/4 * 0.5 = 0.6875; speed: 0.25; together 0.46875
    middling = (4.0, 5.0, 4.0, None)
    for _ in range(4):
        ask(bench, asked, best)
    here = {"business_service": service["sys_id"]}
    for answers in (best, worst, worst, middling, middling):
        ask(bench, asked, answers, **here)
    bench.clock.advance(60)
    insight = run(bench)
    everybody = told(insight)
    assert everybody.n == 9
    assert everybody.value == pytest.approx((5 * 1 + 2 * 0 + 2 * 0.46875) / 9, abs=1e-3)
    assert told(insight, "90d").value == everybody.value
    own = told(insight, service=service["name"])
    assert own.n == 5
    assert own.value == pytest.approx((1 + 2 * 0.46875) / 5, abs=1e-3)
    assert "who did not answer is not in it" in everybody.definition.lower()
    assert any(one["name"] == "satisfaction" for one in as_json(insight)["measures"])
    json.dumps(as_json(insight))
    assert "satisfaction" in page(insight).lower()


def test_a_question_that_was_left_out_weighs_nothing(bench: Bench) -> None:
    asked = form(bench)
    for _ in range(5):
        ask(bench, asked, (None, 5.0, None, None))
    bench.clock.advance(60)
    assert told(run(bench)).value == pytest.approx(0.5)


def test_what_nobody_answered_or_only_in_words_has_no_score(bench: Bench) -> None:
    asked, world = form(bench), bench.servicenow.world
    for _ in range(5):
        ask(bench, asked, (5.0, 10.0, 1.0, "Fine"))
    surveys.send(world, asked, Company(bench).incident())
    ask(bench, asked, (None, None, None, "No time"))
    bench.clock.advance(60)
    figure = told(run(bench))
    assert (figure.value, figure.n) == (1.0, 5)
    assert figure.quality == "1 of 6 answered surveys show no score"


def test_fewer_than_five_say_nothing(bench: Bench) -> None:
    asked = form(bench)
    for _ in range(4):
        ask(bench, asked, (5.0, 10.0, 1.0, None))
    bench.clock.advance(60)
    figure = told(run(bench))
    assert (figure.value, figure.n) == (None, 4)
    assert figure.quality == "too few to say anything: 4 answered surveys, 5 needed"


def test_assessments_of_other_things_are_no_surveys(bench: Bench) -> None:
    form(bench)
    world = bench.servicenow.world
    vendor = surveys.survey(world, "Vendor", *QUESTIONS, method="assessment")
    ask(bench, vendor, (5.0, 10.0, 1.0, None))
    bench.clock.advance(60)
    collect(bench.runtime)
    assert list(facts(bench.store, Kind.ANSWER)) == []


def test_without_surveys_nothing_is_asked_for_twice_and_nothing_is_wrong(bench: Bench) -> None:
    insight = run(bench)
    assert told(insight).quality.startswith("no survey results are read")
    assert insight.troubles == ()
    before = requests(bench)
    collect(bench.runtime)
    without = requests(bench) - before
    surveys.activate(bench.servicenow.world)
    collect(bench.runtime)
    assert requests(bench) - before == 2 * without, "believed for a day"
    bench.clock.advance(86_400)
    before = requests(bench)
    collect(bench.runtime)
    assert requests(bench) - before == without + 1, "now it is looked for again"


def test_an_account_that_may_not_read_them_says_so(bench: Bench) -> None:
    surveys.activate(bench.servicenow.world, granted=False)
    [trouble] = run(bench).troubles
    assert trouble.startswith("asmt_metric_result is not read: ")
