"""Sprints and cascades as Jira tells them, and fields that share a name."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import NotThere
from connector.jira.fields import CASCADE, SPRINT, FieldSpec, FieldTable
from connector.jira.sprints import is_sprint, present
from connector.jira.translate import Dialect, encoded

WORDS = (
    "com.atlassian.greenhopper.service.sprint.Sprint@1f2e[id={id},rapidViewId=5,state={state},"
    "name={name},startDate=2026-03-01T08:00:00.000Z,endDate=<null>,completeDate=<null>,sequence=7]"
)
DIALECT = Dialect(True, "https://jira.test", FieldTable())


def told(state: str, name: str, number: int = 1) -> list[Any]:
    return [
        {"id": number, "name": name, "state": state.lower(), "boardId": 5},
        WORDS.format(id=number, state=state, name=name),
    ]


@pytest.mark.parametrize("form", [0, 1])
@pytest.mark.parametrize("name", ["Sprint 2", "Fix, test, ship", "a=b, c=d", "[x]"])
def test_the_sprint_that_is_not_closed_is_the_present_one(form: int, name: str) -> None:
    rows = [told("CLOSED", "old")[form], told("ACTIVE", name)[form]]
    assert all(map(is_sprint, rows))
    assert present(rows) == name
    assert present(rows[:1]) is None
    assert present([told("FUTURE", name)[form]]) == name


@pytest.mark.parametrize("row", ["Sprint 2", {"id": 1, "name": "x"}, None, 7, {"state": "active"}])
def test_other_values_are_no_sprints(row: Any) -> None:
    assert not is_sprint(row)


def test_values_are_written_in_the_shape_of_their_field() -> None:
    cascade = FieldSpec("customfield_1", "Symptom", CASCADE)
    assert encoded(cascade, "Mail / Slow", DIALECT) == {
        "value": "Mail",
        "child": {"value": "Slow"},
    }
    assert encoded(cascade, "Mail", DIALECT) == {"value": "Mail"}
    assert encoded(cascade, None, DIALECT) is None
    sprint = FieldSpec("customfield_2", "Sprint", "array", "json", SPRINT)
    assert encoded(sprint, "32", DIALECT) == 32
    assert encoded(sprint, None, DIALECT) is None


def test_two_fields_of_one_name_are_told_apart_by_id_only() -> None:
    rows = [
        {"id": f"customfield_{n}", "name": "Team", "schema": {"type": "string"}} for n in (2, 1)
    ]
    table = FieldTable.of_rows(rows)
    with pytest.raises(NotThere, match="customfield_1, customfield_2"):
        table.find("team")
    found = table.find("customfield_1")
    assert found is not None
    assert found.id == "customfield_1"
