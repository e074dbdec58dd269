"""Mappings against what both systems really have."""

from __future__ import annotations

from typing import Any

from mappings.live import Fact, check, fit
from mappings.model import MappingSpec
from mappings.sides import Side
from tests.support.mapping import NOBODY, a_file, loaded

STATUS: dict[str, Any] = {
    "servicenow": "state", "jira": "status", "as": "status",
    "table": [
        {"servicenow": "1", "jira": "To Do"},
        {"servicenow": "3", "jira": "On Hold", "or_else": "To Do"},
        {"servicenow": "6", "jira": ["Done", "Resolved"]},
    ],
    "closing": {
        "states": "6",
        "codes": [{"servicenow": ["Solution provided", "Solved"], "jira": ["Done", "Fixed"]}],
    },
}  # fmt: skip
PRIORITY = {"servicenow": "priority", "jira": "priority", "as": "priority"}
SUMMARY = {"servicenow": "short_description", "jira": "summary"}

SERVICENOW = Fact(
    fields={
        "short_description": frozenset(),
        "state": frozenset({"1", "3", "6"}),
        "priority": frozenset("12345"),
        "close_code": frozenset({"Solution provided"}),
        "close_notes": frozenset(),
    }
)
JIRA = Fact(
    fields={
        "summary": frozenset(),
        "priority": frozenset({"Highest", "High", "Medium", "Low", "Lowest"}),
    },
    kinds=frozenset({"Story", "Epic"}),
    statuses=frozenset({"To Do", "Done"}),
)


def spec(**fields: Any) -> MappingSpec:
    return loaded(a_file(fields or {"summary": SUMMARY, "status": STATUS, "priority": PRIORITY}))


def told(mapping: MappingSpec, servicenow: Fact = SERVICENOW, jira: Fact = JIRA) -> list[str]:
    return [str(one) for one in check(mapping, servicenow, jira)]


def test_a_mapping_that_fits_has_no_problems() -> None:
    assert told(spec()) == []


def test_an_issue_type_that_the_project_does_not_have() -> None:
    found = told(spec(), jira=Fact(JIRA.fields, frozenset({"Bug"}), JIRA.statuses))
    assert found == [
        "one.yaml:1: jira.issue_type: project OPS has none of Story. It has: Bug."
    ]  # fmt: skip


def test_an_unknown_field_is_named_with_its_line_and_the_nearest_one() -> None:
    found = told(spec(summary={"servicenow": "short_descripton", "jira": "summry"}))
    assert len(found) == 2
    assert "servicenow has no field short_descripton. Did you mean short_description?" in found[0]
    assert "jira has no field summry. Did you mean summary?" in found[1]
    assert {one.split(": ")[0] for one in found} == {"one.yaml:9"}


def test_a_row_that_can_never_be_reached() -> None:
    table = [*STATUS["table"], {"servicenow": "2", "jira": "In Progres"}]
    jira = Fact(JIRA.fields, JIRA.kinds, JIRA.statuses | {"In Progress"})
    found = told(spec(status={**STATUS, "table": table}), jira=jira)
    assert "servicenow knows none of 2. Known: 1, 3, 6." in found[0]
    assert "jira knows none of In Progres. Did you mean In Progress?" in found[1]
    assert "jira knows 'In Progress', which stands in no row" in found[2]


def test_a_value_that_was_forgotten() -> None:
    fields = {**SERVICENOW.fields, "state": frozenset({"1", "3", "6", "7"})}
    assert "servicenow knows '7', which stands in no row" in told(spec(), Fact(fields))[0]
    category = [{"servicenow": "1", "jira": "category:new"}, *STATUS["table"]]
    jira = Fact(JIRA.fields, JIRA.kinds, JIRA.statuses | {"Odd"})
    assert told(spec(status={**STATUS, "table": category}), jira=jira) == []


def test_a_forgotten_value_that_never_flows_is_no_problem() -> None:
    fields = {**SERVICENOW.fields, "state": frozenset({"1", "3", "6", "7"})}
    one_way = {**STATUS, "flow": "to_servicenow"}
    assert told(spec(status=one_way), Fact(fields)) == []
    caught = {**STATUS, "otherwise": {"jira": "Done"}}
    assert told(spec(status=caught), Fact(fields)) == []


def test_the_default_close_code_has_to_exist() -> None:
    fields = {**SERVICENOW.fields, "close_code": frozenset({"Solved (Permanently)"})}
    found = told(spec(), Fact(fields))
    assert "none of the default close codes Solution provided, Solved" in found[0]


def test_tables_are_cut_to_what_is_there() -> None:
    older = Fact({**SERVICENOW.fields, "close_code": frozenset({"Solved"})})
    fitted: Any = fit(spec(), older, JIRA)
    status = fitted.rules[1].relation
    assert status.translate(Side.JIRA, "3", None, NOBODY) == "To Do"
    wish = status.native(Side.SERVICENOW, "6", "1", {"status": "Done"}).wish
    assert wish.fields["close_code"] == "Solved"
    assert fitted.rules[0] == spec().rules[0]
    better = fit(spec(), SERVICENOW, Fact(statuses=JIRA.statuses | {"On Hold"}))
    assert not better.rules[1].relation.holds("3", "To Do", NOBODY)


def test_facts_that_say_nothing_cut_nothing() -> None:
    assert fit(spec(), Fact(), Fact()) == spec()
