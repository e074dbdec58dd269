"""Availability is what the desk's own outages say, and nothing is said where there are none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.sandbox.servicenow.knobs import Door
from mappings.insight import Rules
from sync.insight.collecting.collect import collect, facts
from sync.insight.facts import Kind
from sync.insight.model import Insight, Measure
from sync.insight.run import refresh
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.fixture
def bench() -> Bench:
    return Bench()


def thing(bench: Bench, table: str, place: int = 0) -> dict[str, str]:
    rows = sorted(bench.servicenow.world.rows(table), key=lambda row: row["name"])
    return rows[place]


def goes_down(bench: Bench, key: str, **more: str) -> str:
    """Somebody at the desk presses "Create outage"."""
    world = bench.servicenow.world
    row = {"cmdb_ci": key, "type": "outage", "begin": world.now(), **more}
    by = world.caller("amira.haddad", Door.SCREEN)
    return str(world.insert("cmdb_ci_outage", row, by)["sys_id"])


def comes_back(bench: Bench, outage: str) -> None:
    world = bench.servicenow.world
    by = world.caller("ben.okafor", Door.SCREEN)
    world.update("cmdb_ci_outage", outage, {"end": world.now()}, by)


def told(insight: Insight, **by: str) -> Measure:
    """The figure of ninety days."""
    [found] = [
        one
        for one in insight.measures
        if one.name == "availability" and one.window == "90d" and one.by == by
    ]
    return found


def run(bench: Bench) -> Insight:
    return refresh(bench.connect(), Rules(), lambda _stage: None)


def test_an_outage_is_followed_from_its_begin_to_its_end(bench: Bench) -> None:
    assert told(run(bench)).quality == "no outages are recorded"
    mail = thing(bench, "cmdb_ci_service")
    bench.clock.advance(timedelta(days=1).total_seconds())
    outage = goes_down(bench, mail["sys_id"])
    bench.clock.advance(timedelta(hours=9).total_seconds())
    name = {"item": mail["name"]}
    now = told(run(bench), **name)
    assert now.value == pytest.approx(1 - 9 / (90 * 24))
    assert now.quality == "1 of 1 outages have no end and last up to now"
    comes_back(bench, outage)
    bench.clock.advance(timedelta(days=8).total_seconds())
    later = told(run(bench), **name)
    assert (later.value, later.n, later.quality) == (now.value, 1, "")


def test_a_service_with_tickets_is_told_as_one(bench: Bench) -> None:
    service = thing(bench, "cmdb_ci_service")
    Company(bench).incident(business_service=service["sys_id"])
    comes_back(bench, goes_down(bench, service["sys_id"]))
    bench.clock.advance(3600)
    assert told(run(bench), service=service["name"]).value == 1.0


def test_what_was_planned_or_only_slow_is_no_outage_nor_is_one_in_what_was_planned(
    bench: Bench,
) -> None:
    item = thing(bench, "cmdb_ci")["sys_id"]
    planned = goes_down(bench, item, type="planned")
    slow = goes_down(bench, item, type="degradation")
    alarm = goes_down(bench, item)
    bench.clock.advance(timedelta(hours=2).total_seconds())
    comes_back(bench, planned)
    comes_back(bench, slow)
    bench.clock.advance(timedelta(hours=1).total_seconds())
    comes_back(bench, alarm)
    bench.clock.advance(3600)
    figure = told(run(bench))
    assert figure.value == pytest.approx(1 - 1 / (90 * 24)), "two of three hours were planned"
    assert figure.n == 1


def test_the_seeded_company_has_outages_of_ninety_days() -> None:
    bench = Bench(incidents=20)
    collect(bench.runtime)
    assert len(list(facts(bench.store, Kind.OUTAGE))) == 12
    figure = told(run(bench))
    assert figure.value is not None
    assert 0.9 < figure.value < 1.0
    assert "1 of " in figure.quality
