"""Facts stay true between two full readings: what left the scope, was opened again, was refused,
what is hidden for a while, and what a run before this one knew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.sandbox.servicenow.knobs import SYSTEM
from connector.values import Record
from sync.insight.collecting.collect import changes, collect, facts
from sync.insight.collecting.tables import TABLES
from sync.insight.facts import (
    ApprovalFact,
    ChangeFact,
    IncidentFact,
    Kind,
    packed,
    unpacked,
)
from sync.store.values import FactRow
from tests.support.bench import Bench
from tests.support.people import Company

DAY = 86_400
FIX = {"close_code": "Solution provided", "close_notes": "Done."}


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def company(bench: Bench) -> Company:
    return Company(bench)


def incident(bench: Bench, key: str) -> IncidentFact | None:
    found = [one for one in facts(bench.store, Kind.INCIDENT) if one.key == key]
    return found[0] if found and isinstance(found[0], IncidentFact) else None


def change(bench: Bench, key: str) -> ChangeFact:
    [found] = [one for one in changes(bench.store) if one.key == key]
    return found


def test_an_old_incident_that_is_called_off_is_no_longer_taken_for_open(
    bench: Bench, company: Company
) -> None:
    """Nothing young is left on it: opened long ago, never resolved."""
    key = company.incident()
    bench.clock.advance(200 * DAY)
    company.incident("Something young")
    collect(bench.runtime)
    known = incident(bench, key)
    assert known is not None
    assert known.active
    bench.clock.advance(DAY)
    company.desk(key, state="8")
    collect(bench.runtime)
    assert incident(bench, key) is None


def test_an_incident_that_is_open_again_is_not_resolved(bench: Bench, company: Company) -> None:
    """The instance leaves the stamp of the resolution before on it."""
    key = company.incident()
    bench.clock.advance(3600)
    company.desk(key, state="6", **FIX)
    collect(bench.runtime)
    told = incident(bench, key)
    assert told is not None
    assert told.resolved is not None
    bench.clock.advance(3600)
    company.desk(key, state="2")
    assert company.row(key)["resolved_at"]
    collect(bench.runtime)
    told = incident(bench, key)
    assert told is not None
    assert (told.resolved, told.reopened) == (None, 1)
    bench.clock.advance(3600)
    company.desk(key, state="6", **FIX)
    collect(bench.runtime)
    told = incident(bench, key)
    assert told is not None
    assert told.resolved == bench.clock.now()


def approver(bench: Bench, change: str, who: str, state: str = "requested") -> str:
    world = bench.servicenow.world
    row = {"sysapproval": change, "approver": world.user_id(who), "state": state}
    return str(world.insert("sysapproval_approver", row, SYSTEM)["sys_id"])


def test_a_change_that_the_last_approver_refuses_is_not_approved(
    bench: Bench, company: Company
) -> None:
    key = company.change()
    first, second = (approver(bench, key, who) for who in ("ben.okafor", "amira.haddad"))
    world = bench.servicenow.world
    bench.clock.advance(3600)
    world.update("sysapproval_approver", first, {"state": "approved"}, SYSTEM)
    bench.clock.advance(3600)
    world.update("sysapproval_approver", second, {"state": "rejected"}, SYSTEM)
    collect(bench.runtime)
    assert change(bench, key).approved is None
    bench.clock.advance(3600)
    third = approver(bench, key, "ben.okafor")
    bench.clock.advance(3600)
    world.update("sysapproval_approver", third, {"state": "approved"}, SYSTEM)
    collect(bench.runtime)
    assert change(bench, key).approved == bench.clock.now(), "asked anew, and given"


def test_an_approval_counts_however_long_it_was_waited_for(bench: Bench, company: Company) -> None:
    key = company.change()
    asked = approver(bench, key, "ben.okafor")
    bench.clock.advance(200 * DAY)
    bench.servicenow.world.update("sysapproval_approver", asked, {"state": "approved"}, SYSTEM)
    collect(bench.runtime)
    assert change(bench, key).approved == bench.clock.now()


def test_a_table_that_suddenly_shows_nothing_is_not_believed_at_once(
    bench: Bench, company: Company
) -> None:
    """Rights are lost now and then, and the side says so with an empty list."""
    keys = {company.incident() for _ in range(3)}
    collect(bench.runtime)
    knobs = bench.servicenow.world.knobs
    knobs.hidden_rows |= keys
    bench.clock.advance(8 * DAY)
    assert any("incident shows none of 3" in why for why in collect(bench.runtime))
    assert {one.key for one in facts(bench.store, Kind.INCIDENT)} == keys
    knobs.hidden_rows -= keys
    collect(bench.runtime)
    bench.clock.advance(DAY)
    knobs.hidden_rows |= keys
    bench.clock.advance(8 * DAY)
    collect(bench.runtime)
    bench.clock.advance(8 * DAY)
    collect(bench.runtime)
    assert list(facts(bench.store, Kind.INCIDENT)) == [], "two weeks without any are believed"


def test_records_that_do_not_say_when_they_began_are_told(bench: Bench, company: Company) -> None:
    company.incident()
    bench.servicenow.world.knobs.hidden_fields.add("incident.opened_at")
    told = collect(bench.runtime)
    assert "incident: 1 record left out, opened_at is not shown" in told


def test_one_table_that_refuses_the_question_does_not_stop_the_others(
    bench: Bench, company: Company
) -> None:
    key = company.problem()
    bench.servicenow.world.knobs.no_range.add("incident.opened_at")
    assert any(why.startswith("incident is not read: ") for why in collect(bench.runtime))
    assert [one.key for one in facts(bench.store, Kind.PROBLEM)] == [key]


def test_what_another_version_of_the_program_knew_of_a_fact_is_passed_over() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    fact = IncidentFact("i", "INC1", at)
    assert unpacked(Kind.INCIDENT, {**packed(fact), "mood": "bad"}) == fact


def test_the_overlap_covers_what_becomes_visible_late(bench: Bench, company: Company) -> None:
    """Written before a run, seen after it, and stamped with the time of writing."""
    collect(bench.runtime)
    knobs = bench.servicenow.world.knobs
    knobs.late_visibility = 600.0
    key = company.incident()
    bench.clock.advance(300)
    collect(bench.runtime)
    assert incident(bench, key) is None
    bench.clock.advance(400)
    collect(bench.runtime)
    assert incident(bench, key) is not None


def test_stamps_and_flags_are_read_as_the_side_writes_them() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    fields = {"opened_at": "2026-02-28 23:59:59", "reopen_count": "2", "active": "false"}
    record = Record("incident", "i", "INC1", "incident", "1", at, at, "", "", "", fields)
    told = TABLES[0].fact(record)
    assert isinstance(told, IncidentFact)
    assert told.opened == at - timedelta(seconds=1)
    assert (told.reopened, told.active, told.moved) == (2, False, 0)


def test_approvals_of_other_things_are_not_read(bench: Bench, company: Company) -> None:
    asked = approver(bench, company.change(), "ben.okafor")
    approver(bench, company.incident(), "ben.okafor")
    collect(bench.runtime)
    assert [one.key for one in facts(bench.store, Kind.APPROVAL)] == [asked]


def test_an_outage_that_began_long_ago_and_goes_on_is_read(bench: Bench) -> None:
    world = bench.servicenow.world
    [item, *_] = world.rows("cmdb_ci")
    row = {"cmdb_ci": item["sys_id"], "begin": world.now()}
    begun = world.insert("cmdb_ci_outage", row, SYSTEM)["sys_id"]
    bench.clock.advance(200 * DAY)
    collect(bench.runtime)
    assert [one.key for one in facts(bench.store, Kind.OUTAGE)] == [begun]


def test_a_change_waits_since_the_first_approver_was_asked(bench: Bench, company: Company) -> None:
    key, began = company.change(), bench.clock.now()
    world = bench.servicenow.world
    first = approver(bench, key, "ben.okafor")
    bench.clock.advance(3600)
    second = approver(bench, key, "amira.haddad")
    for one in (first, second):
        world.update("sysapproval_approver", one, {"state": "approved"}, SYSTEM)
    collect(bench.runtime)
    found = change(bench, key)
    assert (found.asked, found.approved) == (began, bench.clock.now())


def test_a_change_is_not_approved_while_somebody_is_waited_for(bench: Bench) -> None:
    """Where all have to approve, the others stay asked when the first one did."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    kept = (
        ChangeFact("c", "CHG1", at),
        ApprovalFact("a", "c", at, at + hour, "approved"),
        ApprovalFact("b", "c", at, None, "requested"),
    )
    kinds = (Kind.CHANGE, Kind.APPROVAL, Kind.APPROVAL)
    rows = [FactRow(kind, one.key, at, packed(one)) for kind, one in zip(kinds, kept, strict=True)]
    bench.store.insight.put(rows)
    assert change(bench, "c").approved is None
    last = ApprovalFact("b", "c", at, at + 2 * hour, "approved")
    bench.store.insight.put([FactRow(Kind.APPROVAL, "b", at, packed(last))])
    assert change(bench, "c").approved == at + 2 * hour
