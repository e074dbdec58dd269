"""A measure is the scorecard's figure over one window; the verdict is what people would say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.insight.facts import ChangeFact, IncidentFact, IssueFact, OutageFact, Step
from sync.insight.figures.scorecard import AllFacts, scorecard
from sync.insight.improving.measuring import names, taken
from sync.insight.improving.values import Improvement, Taken, Verdict, Wanted
from sync.insight.improving.wording import FIGURES, understood
from tests.support.insight import NOW, changes, incidents, issues, outages

DAY = timedelta(days=1)
LONG_AGO = NOW - 400 * DAY


def wanted(text: str) -> Wanted:
    found = understood(text)
    assert isinstance(found, Wanted)
    return found


def opened(*days: float, service: str = "Payroll") -> list[IncidentFact]:
    return [
        IncidentFact(f"{service}{day}", f"INC{day}", NOW - day * DAY, service_name=service)
        for day in days
    ]


def test_a_window_holds_its_first_moment_and_the_moment_it_ends() -> None:
    facts = AllFacts(opened(10, 40, 40.001, 9.999, 25))
    found = taken(wanted("incident_volume below 5"), facts, "30d", NOW - 10 * DAY, LONG_AGO)
    assert (found.value, found.n) == (3, 3), "10, 25 and 40 days ago"
    assert (found.begin, found.end) == (NOW - 40 * DAY, NOW - 10 * DAY)
    week = taken(wanted("incident_volume below 5"), facts, "7d", NOW - 9.5 * DAY, LONG_AGO)
    assert week.value == 2


def test_only_what_it_is_about_counts_whatever_the_case() -> None:
    facts = AllFacts([*opened(1, 2, 3), *opened(4, service="Mail")])
    found = taken(wanted("incident_volume of payroll below 5"), facts, "30d", NOW, LONG_AGO)
    assert found.value == 3
    item = replace(opened(5)[0], service_name="", item_name="mail-01")
    known = names(AllFacts([*opened(1), item], [ChangeFact("c", "C", NOW, group_name="Net")]))
    assert known == {"payroll", "mail-01", "net"}


def test_nothing_is_said_of_what_the_facts_do_not_reach_back_to() -> None:
    facts, reach = AllFacts(opened(10, 20)), NOW - 30 * DAY
    some = wanted("incident_volume below 5")
    assert taken(some, facts, "30d", NOW, reach).value == 2
    found = taken(some, facts, "30d", NOW - timedelta(seconds=1), reach)
    assert (found.value, found.n) == (None, 0)
    assert f"before {reach:%Y-%m-%d}" in found.quality


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_it_is_what_the_scorecard_says(name: str) -> None:
    facts = AllFacts(list(incidents()), list(changes()), list(outages()), list(issues()))
    goal = {"share": "5 %", "hours": "4 h", "days": "5 days"}.get(FIGURES[name].unit, "5")
    told = {
        (one.window, *one.by.items()): (one.value, one.n)
        for one in scorecard(facts, NOW)
        if one.name == name
    }
    for window in ("30d", "90d"):
        found = taken(wanted(f"{name} below {goal}"), facts, window, NOW, LONG_AGO)
        assert (found.value, found.n) == told[window,]
    for kind, subject in (("service", "Payroll"), ("team", "Network"), ("issue_type", "Bug")):
        found = taken(wanted(f"{name} of {subject} below {goal}"), facts, "90d", NOW, LONG_AGO)
        if ("90d", (kind, subject)) in told:
            assert (found.value, found.n) == told["90d", (kind, subject)]


def came(text: str, before: float | None, after: float | None) -> Verdict:
    def value(number: float | None) -> Taken:
        return Taken(number, 9, NOW, NOW)

    one = Improvement("1", "OPS-1", "OPS", "x", text, wanted(text))
    return replace(one, before=value(before), after=value(after)).verdict


@pytest.mark.parametrize(
    ("text", "before", "reached", "missed"),
    [
        ("reopen_rate below 5 %", None, 0.049, 0.05),
        ("reopen_rate at most 5 %", 0.2, 0.05, 0.051),
        ("throughput above 20", 3, 21, 20),
        ("throughput at least 20", 3, 20, 19),
        ("incident_volume by -30 %", 10, 7, 8),
        ("throughput by +50 %", 10, 15, 14),
        ("incident_volume by -12", 40, 28, 29),
        ("lead_time_p50 to 2 days", 6, 1.5, 2.5),
        ("lead_time_p50 from 1 day to 2 days", 6, 3, 1.5),
        ("incident_volume by -30 %", 0.3, 0.21, 0.22),
    ],
)
def test_a_goal_is_reached_at_its_number_or_beyond(
    text: str, before: float | None, reached: float, missed: float
) -> None:
    assert came(text, before, reached) is Verdict.REACHED
    assert came(text, before, missed) is Verdict.MISSED


def test_without_a_value_nothing_is_claimed() -> None:
    assert came("reopen_rate below 5 %", 0.1, None) is Verdict.UNKNOWN
    assert came("incident_volume by -30 %", None, 3) is Verdict.UNKNOWN
    assert came("incident_volume to 5", None, 3) is Verdict.UNKNOWN
    one = Improvement("1", "OPS-1", "OPS", "x", "from 3 days to 1")
    assert (one.verdict, one.by_people) == (Verdict.UNKNOWN, True)


def test_issues_and_outages_are_about_teams_types_and_items() -> None:
    begin = NOW - 10 * DAY
    steps = (Step(begin, "Open", "new"), Step(NOW - DAY, "Done", "done"))
    bug = IssueFact("1", "A-1", "Bug", begin, steps, team="Web")
    down = OutageFact("o", "O", NOW - 3 * DAY, NOW - 2 * DAY, "c1", "mail-01")
    facts = AllFacts(outages=[down], issues=[bug])
    for subject, count in (("Web", 1), ("bug", 1), ("Mail", 0)):
        found = taken(wanted(f"throughput of {subject} above 2"), facts, "30d", NOW, LONG_AGO)
        assert found.value == count
    some = wanted("availability of mail-01 above 99 %")
    assert taken(some, facts, "30d", NOW, LONG_AGO).value == pytest.approx(29 / 30)
