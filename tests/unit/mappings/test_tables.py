"""Values by table: many to one without bouncing, stand-ins, what is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.sides import Side
from mappings.tables import IMPACT_AND_URGENCY
from mappings.values import Unmappable
from tests.support.mapping import NOBODY, a_rule

SN, JIRA = Side.SERVICENOW, Side.JIRA
FOUR_ON_THREE = [
    {"servicenow": "1", "jira": "Low"},
    {"servicenow": ["2", "3"], "jira": "Mid"},
    {"servicenow": "4", "jira": "High"},
]


def value(table: Any = FOUR_ON_THREE, **part: Any) -> Any:
    return a_rule(**{"as": "value", "table": table, **part}).relation


def test_a_value_goes_to_the_first_of_its_row() -> None:
    assert value().translate(JIRA, "3", None, NOBODY) == "Mid"
    assert value().translate(SN, "Mid", None, NOBODY) == "2"


def test_what_fits_is_left_as_it_is() -> None:
    assert value().translate(SN, "Mid", "3", NOBODY) == "3"
    assert value().translate(JIRA, "2", "Mid", NOBODY) == "Mid"


def test_names_are_compared_without_case() -> None:
    assert value().translate(SN, "mid", None, NOBODY) == "2"
    assert value().holds("3", "MID", NOBODY)


def test_a_value_in_no_row_names_itself_and_the_table() -> None:
    found = value().translate(JIRA, "9", "Mid", NOBODY)
    assert isinstance(found, Unmappable)
    assert "'9'" in found.reason
    assert "one.yaml: fields.one.table" in found.reason
    assert "row" in found.remedy


def test_otherwise_takes_what_is_in_no_row() -> None:
    relation = value(otherwise={"jira": "Mid", "servicenow": 1})
    assert relation.translate(JIRA, "9", "High", NOBODY) == "Mid"
    assert relation.holds("9", "Mid", NOBODY)
    assert relation.translate(SN, "Odd", "4", NOBODY) == "1"
    assert relation.holds("1", "Odd", NOBODY)
    assert not relation.holds("4", "Odd", NOBODY)
    assert not relation.holds("9", "High", NOBODY)


def test_an_empty_value_says_nothing() -> None:
    assert value().translate(JIRA, None, "Mid", NOBODY) == "Mid"
    assert not value().holds(None, "Mid", NOBODY)
    assert value().holds(None, None, NOBODY)
    assert value().canonical(JIRA, {"there": None}) is None


def test_numbers_of_a_field_are_texts_in_its_table() -> None:
    assert value().canonical(SN, {"here": 3}) == "3"


STAND_IN = [
    {"servicenow": "2", "jira": ["In Progress", "In Review"]},
    {"servicenow": "3", "jira": ["Pending", "On Hold"], "or_else": "In Progress"},
]


def test_a_stand_in_counts_while_it_is_not_known_what_there_is() -> None:
    relation = value(STAND_IN)
    assert relation.holds("3", "In Progress", NOBODY)
    assert relation.translate(JIRA, "3", None, NOBODY) == "Pending"


def test_a_stand_in_counts_where_the_project_has_nothing_better() -> None:
    relation = value(STAND_IN).fitted({JIRA: ["in progress", "Backlog"]})
    assert relation.holds("3", "In Progress", NOBODY)
    assert relation.translate(JIRA, "3", None, NOBODY) == "In Progress"


def test_a_stand_in_that_is_not_needed_no_longer_fits() -> None:
    relation = value(STAND_IN).fitted({JIRA: ["In Progress", "Pending"]})
    assert not relation.holds("3", "In Progress", NOBODY)
    assert relation.translate(JIRA, "3", "In Progress", NOBODY) == "Pending"
    assert relation.translate(SN, "In Progress", "3", NOBODY) == "2"


def test_a_row_with_nothing_left_stays_so_that_its_refusal_names_it() -> None:
    relation = value(STAND_IN).fitted({JIRA: ["Elsewhere"]})
    assert relation.translate(JIRA, "3", None, NOBODY) == "Pending"


def test_a_table_is_cut_on_both_sides() -> None:
    relation = value().fitted({SN: ["1", "3", "4"], JIRA: []})
    assert relation.translate(SN, "Mid", None, NOBODY) == "3"


@pytest.mark.parametrize(("number", "pair"), IMPACT_AND_URGENCY.items())
def test_priority_is_written_as_impact_and_urgency(number: str, pair: tuple[str, str]) -> None:
    priority: Any = a_rule(**{"as": "priority", "servicenow": "priority"}).relation
    written = priority.native(SN, number, None, {}).fields
    assert written == {"impact": pair[0], "urgency": pair[1]}


def test_priority_is_written_itself_where_it_is_not_calculated() -> None:
    part = {"as": "priority", "servicenow": "priority", "direct": True}
    written = a_rule(**part).relation.native(SN, "2", None, {}).fields
    assert written == {"impact": "1", "urgency": "2", "priority": "2"}


def test_priorities_have_a_scale_of_their_own_without_a_table() -> None:
    priority: Any = a_rule(**{"as": "priority", "servicenow": "priority"}).relation
    assert priority.names(SN) == {"priority"}
    there = [priority.translate(JIRA, str(n), None, NOBODY) for n in range(1, 6)]
    assert there == ["Highest", "High", "Medium", "Low", "Lowest"]
    older = priority.fitted({JIRA: ["Blocker", "Critical", "Major", "Minor", "Trivial"]})
    assert older.translate(JIRA, "2", None, NOBODY) == "Critical"
    assert older.native(JIRA, "Critical", None, {}).fields == {"there": "Critical"}
