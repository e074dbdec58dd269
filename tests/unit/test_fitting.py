"""A mapping cut to what its project offers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.errors import NotThere
from connector.values import FieldInfo, KindInfo
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.fitting import chosen, fitted, vouch
from tests.support.mapping import a_file, loaded

FIELDS = {
    "summary": {"servicenow": "short_description", "jira": "summary"},
    "due": {"servicenow": "due_date", "jira": "duedate", "as": "date"},
    "points": {"servicenow": "u_points", "jira": "Story Points", "as": "number"},
    "status": {
        "servicenow": "state", "jira": "status", "as": "status",
        "table": [{"servicenow": "1", "jira": "To Do"}],
    },
    "parent": {"servicenow": "problem_id", "jira": "parent", "as": "link"},
}  # fmt: skip


def a_spec(**changes: Any) -> MappingSpec:
    spec = loaded(a_file(FIELDS))
    return replace(spec, jira=replace(spec.jira, **changes)) if changes else spec


def a_kind(name: str = "Story", *fields: str, level: int = 0, **labels: str) -> KindInfo:
    infos = [FieldInfo(one, one, "string") for one in fields]
    infos += [FieldInfo(one, label, "number") for one, label in labels.items()]
    return KindInfo("1", name, level, tuple(infos))


def names(spec: MappingSpec, kinds: dict[str, KindInfo]) -> tuple[set[str], set[str]]:
    cut, left_out = fitted(spec, kinds)
    return {rule.name for rule in cut.rules}, set(left_out)


def test_the_first_issue_type_that_is_there_is_taken_whatever_its_case() -> None:
    spec = a_spec(issue_types=("Story", "Task", "Bug"))
    there = [a_kind("bug"), a_kind("TASK")]
    assert chosen(spec, there).name == "TASK"


def test_a_project_with_none_of_them_says_what_it_has() -> None:
    with pytest.raises(NotThere) as caught:
        chosen(a_spec(issue_types=("Story",)), [a_kind("Bug"), a_kind("Ask")])
    assert "Story" in str(caught.value)
    assert "It has Ask, Bug." in caught.value.remedy


def test_fields_are_known_by_name_or_label() -> None:
    kind = a_kind("Story", "summary", "duedate", customfield_1="Story Points")
    kept, left_out = names(a_spec(), {"incident-story": kind})
    assert kept == {"summary", "due", "points", "status"}
    assert left_out == {"parent"}


def test_what_a_project_does_not_offer_is_left_out() -> None:
    kept, left_out = names(a_spec(), {"incident-story": a_kind("Story", "summary")})
    assert kept == {"summary", "status"}
    assert left_out == {"due", "points", "parent"}


@pytest.mark.parametrize(("level", "there"), [(1, True), (0, False), (2, False)])
def test_a_parent_needs_a_pair_right_above(level: int, there: bool) -> None:
    kinds = {"incident-story": a_kind("Story", "summary"), "other": a_kind("Epic", level=level)}
    assert ("parent" in names(a_spec(), kinds)[0]) is there


def test_nothing_else_about_the_mapping_changes() -> None:
    spec = a_spec()
    cut, _ = fitted(spec, {spec.pair: a_kind("Story", "summary")})
    assert replace(cut, rules=spec.rules) == spec
    assert cut.fingerprint() == spec.fingerprint()


def test_a_column_that_the_table_does_not_have_is_named() -> None:
    there = [a_kind("incident", "short_description", "due_date", "state", "problem_id")]
    with pytest.raises(NotThere, match="names what incident does not have: u_points"):
        vouch(a_spec(), there)
    vouch(a_spec(), [a_kind("incident", *a_spec().names(Side.SERVICENOW))])


def test_a_table_that_shows_no_columns_accuses_nobody() -> None:
    vouch(a_spec(), [a_kind("incident")])
