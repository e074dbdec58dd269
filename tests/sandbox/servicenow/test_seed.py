"""The seeded company: deterministic, plausible, of the promised sizes."""

from __future__ import annotations

from collections import Counter

from connector.sandbox.clock import ManualClock
from connector.sandbox.people import COLLEAGUES
from connector.sandbox.servicenow import ServiceNowSandbox, World
from connector.sandbox.servicenow.evaluate import Evaluation
from connector.sandbox.servicenow.task_rules import priority

SCOPE = "active=true^priorityIN1,2,3^ORproblem_idISNOTEMPTY"


def full(clock: ManualClock) -> World:
    return ServiceNowSandbox(clock, seed=1).world


def test_the_same_seed_makes_the_same_company(clock: ManualClock) -> None:
    one, two = full(clock).truth(), full(clock).truth()
    assert one == two
    assert one != ServiceNowSandbox(clock, seed=2).world.truth()


def test_sizes_and_scope(clock: ManualClock) -> None:
    world = full(clock)
    found = Evaluation(world, "incident", world.caller("tandem"))
    assert len(list(world.rows("incident"))) == 240
    assert 45 <= len(found.select(SCOPE)) <= 60
    problems = list(world.rows("problem"))
    assert len(problems) == 8
    assert sum(row["active"] == "true" for row in problems) == 7
    attached = [row for row in world.rows("incident") if row.get("problem_id")]
    assert len(attached) >= 10
    kinds = Counter(row["type"] for row in world.rows("change_request"))
    assert kinds == {"normal": 7, "standard": 4, "emergency": 3}


def test_incidents_recur_and_spread_over_ninety_days(clock: ManualClock) -> None:
    rows = list(full(clock).rows("incident"))
    items = Counter(row["cmdb_ci"] for row in rows)
    assert sum(count >= 12 for count in items.values()) >= 5
    days = {row["opened_at"][:10] for row in rows}
    assert len(days) > 70
    assert max(row["opened_at"] for row in rows) <= "2026-03-02 09:30:00"


def test_what_is_seeded_obeys_the_instances_own_rules(clock: ManualClock) -> None:
    world = full(clock)
    for row in world.rows("incident"):
        assert row["priority"] == priority(row["impact"], row["urgency"])
        assert row["sys_created_on"] <= row["sys_updated_on"] <= world.now()
        if row["state"] in ("6", "7"):
            assert row["close_code"]
            assert row["close_notes"]
        assert (row["active"] == "true") is (row["state"] not in ("7", "8"))
    notes = [note for row in world.rows("incident") for note in world.notes(row["sys_id"])]
    assert len(notes) > 150
    assert {note["element"] for note in notes} == {"work_notes", "comments"}
    assert world.write_log == []


def test_everybody_has_a_unique_address_on_both_sides() -> None:
    assert len({person.email for person in COLLEAGUES}) == len(COLLEAGUES) >= 20
