"""The instance counts incidents itself; the facts tell the same."""

from __future__ import annotations

from datetime import timedelta

from mappings.sides import Side
from sync.insight.collecting.collect import collect, facts
from sync.insight.collecting.counting import counted
from sync.insight.facts import IncidentFact, Kind
from sync.insight.figures.trends import trends
from sync.insight.model import WINDOWS, Counts, Subject
from tests.support.bench import Bench
from tests.support.people import Company


def test_it_counts_as_the_facts_do() -> None:
    bench = Bench(incidents=120)
    collect(bench.runtime)
    now = bench.clock.now()
    told = counted(bench.runtime, now)
    assert told is not None
    incidents = [one for one in facts(bench.store, Kind.INCIDENT) if isinstance(one, IncidentFact)]
    for key in {one.item for one in incidents}:
        for window, days in WINDOWS.items():
            ages = [
                (now - one.opened) / timedelta(days=days) for one in incidents if one.item == key
            ]
            here = Counts(sum(0 < age <= 1 for age in ages), sum(1 < age <= 2 for age in ages))
            assert told[Subject.ITEM].get(key, {}).get(window, Counts()) == here


def test_all_of_it_takes_a_few_requests() -> None:
    bench = Bench(incidents=60)
    before = bench.runtime.adapters[Side.SERVICENOW].meter.totals()["read"]
    counted(bench.runtime, bench.clock.now())
    assert bench.runtime.adapters[Side.SERVICENOW].meter.totals()["read"] - before <= 3


def test_without_the_right_the_facts_have_to_do() -> None:
    bench = Bench(incidents=20)
    bench.servicenow.world.knobs.denied_tables.add("incident")
    assert counted(bench.runtime, bench.clock.now()) is None


def test_what_has_no_item_belongs_to_the_whole() -> None:
    """A trend's share is of all incidents, also of those that hang on nothing."""
    bench = Bench()
    company = Company(bench)
    for _ in range(3):
        company.incident()
    bench.clock.advance(60)
    told = counted(bench.runtime, bench.clock.now())
    assert told is not None
    assert told[Subject.ITEM][""]["90d"] == Counts(3, 0)


def test_what_is_opened_this_very_second_counts_as_it_does_in_the_facts() -> None:
    bench = Bench()
    Company(bench).incident(category="network")
    collect(bench.runtime)
    now = bench.clock.now()
    told = counted(bench.runtime, now)
    assert told is not None
    assert told[Subject.CATEGORY]["network"]["7d"] == Counts(1, 0)
    [trend] = trends(facts(bench.store, Kind.INCIDENT), {}, None, now)
    assert trend.windows["7d"] == Counts(1, 0)
