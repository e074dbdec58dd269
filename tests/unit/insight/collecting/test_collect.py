"""Facts are collected from the sandbox: all at first, then what moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connector.sandbox.servicenow.knobs import SYSTEM
from connector.values import Record
from mappings.sides import Side
from sync.insight.collecting.collect import changes, collect, facts
from sync.insight.collecting.tables import is_there
from sync.insight.facts import IncidentFact, Kind, packed
from sync.store.values import FactRow
from tests.support.bench import Bench
from tests.support.people import Company

DAY = 86_400


@pytest.fixture
def bench() -> Bench:
    return Bench(incidents=60)


def incidents(bench: Bench) -> dict[str, IncidentFact]:
    found = facts(bench.store, Kind.INCIDENT)
    return {one.number: one for one in found if isinstance(one, IncidentFact)}


def requests(bench: Bench) -> int:
    return sum(bench.runtime.adapters[Side.SERVICENOW].meter.totals().values())


def test_everything_of_half_a_year_is_collected_with_names(bench: Bench) -> None:
    told = collect(bench.runtime)
    rows = bench.servicenow.world.rows("incident")
    found = incidents(bench)
    assert len(found) == len(list(rows)) == 60
    row = next(row for row in bench.servicenow.world.rows("incident") if row.get("resolved_at"))
    fact = found[row["number"]]
    assert fact.resolved == datetime.fromisoformat(row["resolved_at"]).replace(tzinfo=UTC)
    names = {one["name"] for one in bench.servicenow.world.rows("cmdb_ci")}
    assert fact.item_name in names
    assert told == ()


def test_later_only_what_moved_is_read(bench: Bench) -> None:
    collect(bench.runtime)
    bench.clock.advance(3600)
    company = Company(bench)
    key = company.incident(short_description="The printer burns")
    before = requests(bench)
    collect(bench.runtime)
    assert requests(bench) - before <= 6
    assert [one.summary for one in incidents(bench).values() if one.key == key] == [
        "The printer burns"
    ]


def test_what_was_deleted_is_forgotten_within_a_week(bench: Bench) -> None:
    collect(bench.runtime)
    key = next(iter(incidents(bench).values())).key
    bench.servicenow.world.delete("incident", key, SYSTEM)
    collect(bench.runtime)
    assert len(incidents(bench)) == 60
    bench.clock.advance(8 * DAY)
    collect(bench.runtime)
    assert key not in {one.key for one in incidents(bench).values()}


def test_what_is_long_over_is_forgotten_and_what_is_open_is_not(bench: Bench) -> None:
    collect(bench.runtime)
    kept = {one.key for one in changes(bench.store) if one.active}
    open_ = {number for number, one in incidents(bench).items() if one.active}
    bench.clock.advance(200 * DAY)
    collect(bench.runtime)
    assert incidents(bench).keys() == open_ != set()
    assert {one.key for one in changes(bench.store)} == kept != set()


def test_a_change_tells_which_texts_it_has_but_not_what_they_say(bench: Bench) -> None:
    company = Company(bench)
    key = company.change("Move the mail store")
    company.platform(key, justification="It is full.", backout_plan=" ", approval="requested")
    collect(bench.runtime)
    [found] = [one for one in changes(bench.store) if one.key == key]
    assert (found.impact, found.backout, found.test) == (True, False, False)
    assert (found.summary, found.approval) == ("Move the mail store", "requested")
    company.platform(key, justification="", risk_impact_analysis="None.", test_plan="Try it.")
    collect(bench.runtime)
    [found] = [one for one in changes(bench.store) if one.key == key]
    assert (found.impact, found.backout, found.test) == (True, False, True)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"a": "x"}, True),
        ({"a": None, "b": "x"}, True),
        ({"a": None, "b": " "}, False),
        ({"a": None}, None),
        ({}, None),
    ],
)
def test_a_text_that_is_not_shown_is_not_taken_for_missing(
    fields: dict[str, str | None], told: bool | None
) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    record = Record(
        "change_request", "c", "CHG1", "change_request", "1", at, at, "", "", "", fields
    )
    assert is_there(record, ("a", "b")) is told


def test_where_a_fact_takes_more_than_before_all_are_read_anew(bench: Bench) -> None:
    collect(bench.runtime)
    [known, *_] = sorted(changes(bench.store), key=lambda one: one.key)
    assert known.summary
    bench.clock.advance(DAY)
    collect(bench.runtime)
    row = FactRow(Kind.CHANGE, known.key, known.opened, packed(replace(known, summary="")))
    bench.store.insight.put([row])
    collect(bench.runtime)
    assert "" in {one.summary for one in changes(bench.store)}
    bench.store.meta.put("insight:change:columns", "type,risk")
    collect(bench.runtime)
    assert "" not in {one.summary for one in changes(bench.store)}


def test_a_change_tells_when_its_approval_was_asked_for_and_given(bench: Bench) -> None:
    company = Company(bench)
    change = company.change()
    world = bench.servicenow.world
    asked = world.insert(
        "sysapproval_approver",
        {"sysapproval": change, "approver": world.user_id("ben.okafor"), "state": "requested"},
        SYSTEM,
    )
    bench.clock.advance(7200)
    world.update("sysapproval_approver", asked["sys_id"], {"state": "approved"}, SYSTEM)
    collect(bench.runtime)
    [found] = [one for one in changes(bench.store) if one.key == change]
    assert found.asked is not None
    assert found.approved is not None
    assert (found.approved - found.asked).total_seconds() == 7200
