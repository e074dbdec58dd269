"""Rows to values and back: text is text, empty is empty, times are UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.errors import AccessLost, BrokenAnswer
from connector.servicenow.translate import (
    SYSTEM,
    columns,
    comment,
    comment_sighting,
    honest,
    moment,
    payload,
    person,
    record,
    sighting,
    value,
    version,
)
from connector.values import Value

STAMP = "2026-03-02 09:30:05"
AT = datetime(2026, 3, 2, 9, 30, 5, tzinfo=UTC)
ROW = {
    "sys_id": "46d44a",
    "number": "INC0010001",
    "sys_class_name": "incident",
    "sys_mod_count": "4",
    "sys_created_on": STAMP,
    "sys_created_by": "ben.okafor",
    "sys_updated_on": STAMP,
    "sys_updated_by": "system",
}
NOTE = {
    "sys_id": "n1",
    "name": "incident",
    "element": "work_notes",
    "element_id": "46d44a",
    "value": "Restarted.",
    "sys_created_on": STAMP,
    "sys_created_by": "ben.okafor",
}


def test_a_row_becomes_a_record() -> None:
    row = {**ROW, "state": "2", "assigned_to": "", "caller_id": {"link": "x", "value": "u1"}}
    wanted = ("state", "assigned_to", "caller_id", "u_unknown")
    found = record("incident", row, wanted, "https://x.example")
    assert (found.container, found.key, found.label) == ("incident", "46d44a", "INC0010001")
    assert (found.kind, found.version) == ("incident", f"4/{STAMP}")
    assert (found.created, found.updated) == (AT, AT)
    assert (found.created_by, found.updated_by) == ("ben.okafor", "system")
    assert found.url == "https://x.example/nav_to.do?uri=incident.do%3Fsys_id%3D46d44a"
    assert found.fields == {"state": "2", "assigned_to": None, "caller_id": "u1"}


@pytest.mark.parametrize("name", ["sys_id", "sys_created_on", "sys_updated_on"])
@pytest.mark.parametrize("gone", [True, False])
def test_a_hidden_system_column_is_named(name: str, gone: bool) -> None:
    row = {key: held for key, held in ROW.items() if key != name}
    with pytest.raises(AccessLost, match=f"column {name}.*read rights"):
        record("incident", row if gone else {**row, name: ""}, (), "https://x")


@pytest.mark.parametrize(
    "name", ["number", "sys_class_name", "sys_mod_count", "sys_created_by", "sys_updated_by"]
)
def test_a_hidden_column_that_is_only_nice_to_have_hurts_nobody(name: str) -> None:
    row = {key: held for key, held in ROW.items() if key != name}
    found = record("incident", row, (), "https://x")
    assert found.key == "46d44a"
    assert record("incident", {**row, name: ""}, (), "https://x") == found


@pytest.mark.parametrize("name", ["name", "element", "element_id", "sys_id", "sys_created_on"])
def test_a_journal_that_hides_its_columns_is_named(name: str) -> None:
    row = {key: held for key, held in NOTE.items() if key != name}
    with pytest.raises(AccessLost, match=f"column {name}"):
        comment(row, {})


@pytest.mark.parametrize(
    ("held", "plain"),
    [
        ("2", "2"),
        ("", None),
        (None, None),
        ({"link": "x", "value": "u1"}, "u1"),
        ({"display_value": "", "value": ""}, None),
        ({"link": "x"}, None),
        (3, "3"),
        ("0", "0"),
    ],
)
def test_values(held: Any, plain: str | None) -> None:
    assert value(held) == plain


@pytest.mark.parametrize(
    ("plain", "sent"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (1.5, "1.5"),
        (("a", "b"), "a,b"),
        ("a^b\nc", "a^b\nc"),
        ("", ""),
    ],
)
def test_values_to_be_written(plain: Value, sent: str) -> None:
    assert payload({"x": plain}) == {"x": sent}


def test_system_columns_are_asked_for_once() -> None:
    asked = columns(("state", "number", "sys_id")).split(",")
    assert asked == [*SYSTEM, "state"]


@pytest.mark.parametrize("text", ["", "02.03.2026 09:30:05", "2026-03-02", "yesterday"])
def test_a_display_date_is_no_stamp(text: str) -> None:
    with pytest.raises(BrokenAnswer, match="not a stamp"):
        moment(text)


def test_a_version_changes_with_count_or_stamp() -> None:
    others = [{**ROW, "sys_mod_count": "5"}, {**ROW, "sys_updated_on": "2026-03-02 09:30:06"}]
    assert len({version(row) for row in (ROW, *others)}) == 3


def test_sightings() -> None:
    assert sighting("incident", ROW).key == "46d44a"
    assert sighting("incident", ROW).version == version(ROW)
    seen = comment_sighting(NOTE)
    assert (seen.container, seen.key, seen.version) == ("incident", "46d44a", "n1")


@pytest.mark.parametrize(("lane", "internal"), [("work_notes", True), ("comments", False)])
def test_work_notes_are_internal_and_comments_are_not(lane: str, internal: bool) -> None:
    found = comment({**NOTE, "element": lane}, {"ben.okafor": "Ben Okafor"})
    assert (found.lane, found.internal) == (lane, internal)
    assert (found.author, found.author_name) == ("ben.okafor", "Ben Okafor")
    assert comment(NOTE, {}).author_name == "ben.okafor"


def test_a_user_without_a_name_goes_by_his_login() -> None:
    row = {"sys_id": "u1", "user_name": "bot", "name": "", "email": "", "active": "false"}
    found = person(row)
    assert (found.name, found.active, found.login) == ("bot", False, "bot")


def test_an_ignored_condition_betrays_itself() -> None:
    rows = [{"sys_updated_on": "2026-03-02 09:30:05"}, {"sys_updated_on": "2026-03-01 00:00:00"}]
    with pytest.raises(BrokenAnswer, match="condition on sys_updated_on was ignored"):
        honest(rows, "sys_updated_on", "2026-03-02 00:00:00")
    honest(rows, "sys_updated_on", "2026-03-01 00:00:00")
    honest([], "sys_updated_on", "2026-03-01 00:00:00")
