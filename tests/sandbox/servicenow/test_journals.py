"""Journals: entries live apart from the record, in the order they came."""

from __future__ import annotations

from typing import Any

from connector.sandbox.clock import ManualClock
from connector.sandbox.servicenow import World


def test_an_entry_is_a_row_and_never_in_the_record(api: Any, clock: ManualClock) -> None:
    key = api.post("incident", short_description="x")["sys_id"]
    clock.advance(5)
    row = api.patch("incident", key, work_notes="looked at it").json()["result"]
    assert (row["work_notes"], row["comments_and_work_notes"]) == ("", "")
    [entry] = api.rows("sys_journal_field", f"element_id={key}")
    assert (entry["name"], entry["element"]) == ("incident", "work_notes")
    assert (entry["value"], entry["sys_created_by"]) == ("looked at it", "tandem")
    assert entry["sys_created_on"] == "2026-03-02 09:30:05"
    assert row["sys_mod_count"] == "1"


def test_display_values_hold_the_joined_text_newest_first(api: Any, clock: ManualClock) -> None:
    key = api.post("incident", short_description="x", comments="first")["sys_id"]
    clock.advance(60)
    api.patch("incident", key, comments="second")
    row = api.get(f"incident/{key}", sysparm_display_value="true").json()["result"]
    assert row["comments"] == (
        "2026-03-02 01:31:00 - Tandem Integration (Additional comments)\nsecond\n\n"
        "2026-03-02 01:30:00 - Tandem Integration (Additional comments)\nfirst\n\n"
    )


def test_entries_of_many_records_come_in_one_request(api: Any) -> None:
    keys = [api.post("incident", work_notes=f"note {n}")["sys_id"] for n in range(3)]
    api.post("problem", work_notes="other")
    query = f"name=incident^element_idIN{','.join(keys)}^ORDERBYsys_created_on"
    assert len(api.rows("sys_journal_field", query)) == 3
    assert len(api.rows("sys_journal_field", "elementINwork_notes,comments")) == 4


def test_entries_cannot_be_written_directly(api: Any) -> None:
    answer = api.call("POST", "/api/now/table/sys_journal_field", json={"value": "x"})
    assert answer.status_code == 403


def test_an_entry_need_not_touch_its_record(api: Any, world: World, clock: ManualClock) -> None:
    world.knobs.notes_touch_parent = False
    key = api.post("incident", short_description="x")["sys_id"]
    clock.advance(5)
    row = api.patch("incident", key, work_notes="quiet").json()["result"]
    assert (row["sys_mod_count"], len(world.notes(key))) == ("0", 1)


def test_an_empty_entry_is_no_entry(api: Any, world: World) -> None:
    key = api.post("incident", short_description="x")["sys_id"]
    api.patch("incident", key, work_notes="")
    assert world.notes(key) == []
