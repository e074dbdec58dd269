"""Statuses are reached by moves, and closing brings what the other side demands."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.sides import Side
from mappings.templates import LABEL
from tests.support.mapping import Facts, a_rule

SN, JIRA = Side.SERVICENOW, Side.JIRA
FACTS = Facts()
TABLE: list[dict[str, Any]] = [
    {"servicenow": "1", "jira": ["To Do", "Backlog", "category:new"]},
    {"servicenow": "2", "jira": ["In Progress", "category:indeterminate"]},
    {"servicenow": ["6", "9"], "jira": ["Done", "Resolved", "category:done"]},
    {"servicenow": "8", "jira": "Canceled", "or_else": ["Done", "category:done"]},
]
CLOSING = {
    "states": "6",
    "text": "Closed in Jira {label}: {summary}.",
    "resolutions": {"8": "Won't Do"},
    "codes": [
        {"servicenow": ["Solution provided", "Solved"], "jira": ["Done", "Fixed"]},
        {"servicenow": "Duplicate", "jira": "Duplicate"},
        {"servicenow": "Gave up", "jira": ["Won't Do", "Won't Fix"]},
    ],
}


def status(**part: Any) -> Any:
    given = {"as": "status", "servicenow": "state", "jira": "status", "table": TABLE, **part}
    return a_rule(**{"closing": CLOSING, **given}).relation


def test_a_status_named_nowhere_counts_by_its_category() -> None:
    assert status().translate(SN, "QA Ready", "1", FACTS) == "2"
    assert status().holds("2", "QA Ready", FACTS)
    assert status().translate(SN, "Icebox", "2", FACTS) == "1"
    assert status().holds("1", "Icebox", FACTS)


def test_a_status_that_nobody_ever_read_is_not_guessed() -> None:
    assert "Mystery" in status().translate(SN, "Mystery", "1", FACTS).reason


def test_a_move_names_every_alternative_best_first() -> None:
    wish = status().native(JIRA, "To Do", "Done", {"state": "1"}).wish
    assert wish.name == "status"
    assert wish.targets == ("To Do", "Backlog", "category:new")
    assert not wish.fields


def test_a_move_takes_the_row_that_the_other_side_points_at() -> None:
    wish = status().native(JIRA, "Done", "To Do", {"state": "8"}).wish
    assert wish.targets == ("Done", "Canceled", "category:done")
    wish = status().native(SN, "6", "1", {"status": "done"}).wish
    assert wish.targets == ("6", "9")


def test_a_value_in_no_row_is_still_its_own_target() -> None:
    assert status().native(SN, "7", "1", {}).wish.targets == ("7",)


def test_closing_in_servicenow_brings_code_and_notes() -> None:
    context = {"status": "Done", "resolution": None, "summary": "Fire", LABEL: "OPS-7"}
    wish = status().native(SN, "6", "2", context).wish
    assert wish.fields == {
        "close_code": "Solution provided",
        "close_notes": "Closed in Jira OPS-7: Fire.",
    }


@pytest.mark.parametrize(
    ("resolution", "code"),
    [("Fixed", "Solution provided"), ("won't fix", "Gave up"), ("Odd", "Solution provided")],
)
def test_the_close_code_tells_the_resolution(resolution: str, code: str) -> None:
    wish = status().native(SN, "6", "2", {"status": "Done", "resolution": resolution}).wish
    assert wish.fields["close_code"] == code


@pytest.mark.parametrize(
    ("state", "code", "resolution"),
    [("6", "Duplicate", "Duplicate"), ("6", None, "Done"), ("8", None, "Won't Do"),
     ("8", "Duplicate", "Won't Do")],
)  # fmt: skip
def test_the_resolution_tells_state_and_close_code(
    state: str, code: str | None, resolution: str
) -> None:
    wish = status().native(JIRA, "Done", "To Do", {"state": state, "close_code": code}).wish
    assert wish.fields == {"resolution": resolution}


def test_close_notes_fit_their_field() -> None:
    context = {"status": "Done", "summary": "x" * 9000}
    wish = status().native(SN, "6", "2", context).wish
    assert len(wish.fields["close_notes"]) == 4000


def test_states_that_demand_nothing_get_nothing() -> None:
    assert not status().native(SN, "8", "1", {"status": "Canceled"}).wish.fields
    assert not status().native(SN, "2", "1", {"status": "In Progress"}).wish.fields
    assert not status(closing=None).native(SN, "6", "1", {"status": "Done"}).wish.fields


def test_fields_that_go_along_into_a_state() -> None:
    entering = [
        {"side": "servicenow", "states": "2", "set": {"work_notes": "Taken by {label}"}},
        {"side": "jira", "states": ["To Do"], "set": {"environment": "live"}},
    ]
    relation = status(entering=entering)
    assert relation.native(SN, "2", "1", {LABEL: "OPS-1"}).wish.fields == {
        "work_notes": "Taken by OPS-1"
    }
    assert relation.native(JIRA, "To Do", None, {"state": "1"}).wish.fields == {
        "environment": "live"
    }
    assert not relation.native(SN, "1", "2", {}).wish.fields


def test_what_is_read_for_a_status() -> None:
    assert status().names(SN) == {"state", "close_code", "close_notes"}
    assert status(closing=None).names(SN) == {"state"}
    assert status().names(JIRA) == {"status", "status_category", "resolution"}


@pytest.mark.parametrize(
    ("side", "value", "closes"),
    [(SN, "1", False), (SN, "6", True), (SN, "8", True), (SN, "7", False), (JIRA, "Done", True),
     (JIRA, "To Do", False), (JIRA, "Unheard", False), (SN, None, False)],
)  # fmt: skip
def test_what_closes_a_record(side: Side, value: str, closes: bool) -> None:
    assert status().closes(side, value) is closes


def test_closing_is_known_by_name_and_can_be_said() -> None:
    table = [
        {"servicenow": "1", "jira": "Finished", "closes": True},
        {"servicenow": "2", "jira": "Closed", "closes": False},
        {"servicenow": "3", "jira": "Resolved"},
    ]
    relation = status(table=table, closing=None)
    assert [relation.closes(SN, str(n)) for n in (1, 2, 3)] == [True, False, True]


def test_close_codes_are_cut_to_those_an_older_instance_has() -> None:
    older = status().with_codes({SN: ["Solved", "Gave up"], JIRA: ["Done", "Won't Do"]})
    wish = older.native(SN, "6", "2", {"status": "Done"}).wish
    assert wish.fields["close_code"] == "Solved"
    assert status(closing=None).with_codes({SN: ["Solved"]}).closing is None
