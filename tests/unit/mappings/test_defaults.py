"""The shipped mappings work unedited: whatever people do, an answer is found, and it settles."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from mappings.defaults import shipped
from mappings.live import Fact, check, fit, left_out, own_columns
from mappings.loader import load
from mappings.model import ConflictPolicy, Create, MappingSpec, OnDelete
from mappings.references import IssueLink
from mappings.sides import Flow, Side
from mappings.status import Status
from tests.support.mapping import Facts

SN, JIRA = Side.SERVICENOW, Side.JIRA
LABELS = {
    "rm_defect": {
        "draft": "-6", "scoping": "-5", "awaiting approval": "-4", "work in progress": "2",
        "testing/qa": "-8", "deploy/launch": "-9", "closed complete": "3", "on hold": "-1",
        "cancelled": "4",
    },
    "problem_task": {"new": "151", "assess": "152", "work in progress": "154", "closed": "157"},
    "sn_cim_register": {
        "new": "101", "accepted": "102", "assess": "103", "approved": "104", "in progress": "105",
        "on hold": "106", "monitor/review": "107", "closed": "108", "canceled": "109",
    },
}  # fmt: skip
"""What states are stored as, where a mapping names them as people read them."""


def stored(spec: MappingSpec) -> MappingSpec:
    """The mapping as one instance has it."""
    labels = LABELS.get(spec.servicenow.table)
    if labels is None:
        return spec
    rules = tuple(
        replace(rule, relation=rule.relation.with_states(labels))
        if isinstance(rule.relation, Status)
        else rule
        for rule in spec.rules
    )
    return replace(spec, rules=rules)


SPECS = {spec.servicenow.table: stored(spec) for spec in load(shipped(), project="OPS")}
STATES = {
    "incident": ("1", "2", "3", "6", "7", "8"),
    "problem": ("101", "102", "103", "104", "106", "107"),
    "change_request": ("-5", "-4", "-3", "-2", "-1", "0", "3", "4"),
    "rm_defect": ("-6", "-5", "-4", "2", "-8", "-9", "-1", "3", "4"),
    "problem_task": ("151", "152", "154", "157"),
    "sn_cim_register": ("101", "102", "103", "104", "105", "106", "107", "108", "109"),
    "kb_knowledge": (
        "draft",
        "review",
        "scheduled_publish",
        "published",
        "pending_retirement",
        "retired",
        "outdated",
    ),
}
PROJECTS = {
    "company": {
        "Backlog": "new", "Selected for Development": "new", "In Progress": "indeterminate",
        "In Review": "indeterminate", "Done": "done",
    },
    "team": {"To Do": "new", "In Progress": "indeterminate", "Done": "done"},
    "desk": {
        "Open": "new", "Waiting for support": "new", "Waiting for customer": "indeterminate",
        "In Progress": "indeterminate", "Pending": "indeterminate", "Resolved": "done",
        "Closed": "done", "Canceled": "done",
    },
    "own words": {"Icebox": "new", "Cooking": "indeterminate", "Tasting": "indeterminate",
                  "Served": "done"},
}  # fmt: skip
EVERYWHERE = list(product(STATES, PROJECTS, (False, True)))
RANK = {"new": 0, "indeterminate": 1, "done": 2}


def status_of(table: str, project: str, fitted: bool) -> tuple[Any, Facts]:
    statuses = PROJECTS[project]
    spec = SPECS[table]
    if fitted:
        spec = fit(spec, Fact(), Fact(statuses=frozenset(statuses)))
    rule = next(rule for rule in spec.rules if rule.name == "status")
    return rule.relation, Facts(categories=statuses)


def arrives(targets: tuple[str, ...], statuses: dict[str, str]) -> str:
    """The status that a walk to these targets ends in: names first, then categories."""
    for target in targets:
        if target in statuses:
            return target
    for target in targets:
        for name, category in statuses.items():
            if target == f"category:{category}":
                return name
    raise AssertionError(f"none of {targets} is in {list(statuses)}")


@pytest.mark.parametrize(("table", "project", "fitted"), EVERYWHERE)
def test_every_state_finds_a_status_of_the_project_that_fits(
    table: str, project: str, fitted: bool
) -> None:
    relation, facts = status_of(table, project, fitted)
    for state, held in product(STATES[table], [None, *PROJECTS[project]]):
        wanted = relation.translate(JIRA, state, held, facts)
        if wanted == held:
            continue
        wish = relation.native(JIRA, wanted, held, {"state": state}).wish
        assert relation.holds(state, arrives(wish.targets, PROJECTS[project]), facts)


@pytest.mark.parametrize(("table", "project", "fitted"), EVERYWHERE)
def test_every_status_finds_a_state_that_fits(table: str, project: str, fitted: bool) -> None:
    relation, facts = status_of(table, project, fitted)
    for status, held in product(PROJECTS[project], [None, *STATES[table]]):
        wanted = relation.translate(SN, status, held, facts)
        assert wanted in STATES[table]
        assert relation.holds(wanted, status, facts)


@pytest.mark.parametrize(("table", "project", "fitted"), EVERYWHERE)
def test_work_never_goes_back_on_the_way_over(table: str, project: str, fitted: bool) -> None:
    """States in their order arrive at statuses in their order."""
    relation, facts = status_of(table, project, fitted)
    statuses = PROJECTS[project]
    ranks = [
        RANK[statuses[arrives(relation.native(JIRA, wanted, None, {"state": s}).wish.targets,
                              statuses)]]
        for s in STATES[table]
        for wanted in [relation.translate(JIRA, s, None, facts)]
    ]  # fmt: skip
    assert ranks == sorted(ranks)
    assert (ranks[0], ranks[-1]) == (0, 2)


def wish(table: str, side: Side, wanted: str, **context: Any) -> Any:
    relation, _ = status_of(table, "company", False)
    return relation.native(side, wanted, None, context).wish


def test_done_resolves_an_incident_and_does_not_close_it() -> None:
    found = wish("incident", SN, "6", status="Done", resolution="Done", **{"@label": "OPS-7"})
    assert found.targets == ("6",)
    assert found.fields == {
        "close_code": "Solution provided",
        "close_notes": "Closed in Jira OPS-7.",
    }


@pytest.mark.parametrize(
    ("resolution", "code"),
    [
        ("Duplicate", "Duplicate"),
        ("Won't Do", "No resolution provided"),
        (None, "Solution provided"),
    ],
)
def test_a_resolution_becomes_a_close_code(resolution: str | None, code: str) -> None:
    found = wish("incident", SN, "6", status="Done", resolution=resolution)
    assert found.fields["close_code"] == code


def test_done_brings_a_change_to_closed_or_as_near_as_review_but_never_cancels_it() -> None:
    found = wish("change_request", SN, "3", status="Done", resolution="Done")
    assert found.targets == ("3", "0")
    assert found.fields["close_code"] == "successful"
    relation, facts = status_of("change_request", "company", True)
    assert relation.translate(SN, "Done", "-1", facts) == "3"
    assert relation.holds("0", "Done", facts)


def test_work_on_a_change_is_its_implementation_only() -> None:
    assert wish("change_request", SN, "-1", status="In Progress").targets == ("-1",)


@pytest.mark.parametrize(("table", "state"), [("incident", "8"), ("change_request", "4")])
def test_what_is_canceled_was_not_done(table: str, state: str) -> None:
    assert wish(table, JIRA, "Done", state=state).fields == {"resolution": "Won't Do"}


def test_an_incident_on_hold_waits_where_the_project_can_wait() -> None:
    desk, facts = status_of("incident", "desk", True)
    assert desk.translate(JIRA, "3", "In Progress", facts) == "Pending"
    assert desk.translate(SN, "In Progress", "3", facts) == "2"
    board, facts = status_of("incident", "company", True)
    assert board.translate(JIRA, "3", "In Review", facts) == "In Review"


def test_what_the_outside_contract_says() -> None:
    incident, problem, change = (SPECS[table] for table in list(STATES)[:3])
    assert [spec.pair for spec in (incident, problem, change)] == [
        "incident-story", "problem-epic", "change-story"
    ]  # fmt: skip
    assert incident.servicenow.scope == "active=true^priorityIN1,2,3^ORproblem_idISNOTEMPTY"
    assert problem.servicenow.scope == change.servicenow.scope == "active=true"
    assert incident.jira.issue_types == ("Story", "Task", "[System] Incident")
    assert problem.jira.issue_types[0] == "Epic"
    assert change.jira.issue_types[0] == "Story"
    for spec, label in ((incident, "incident"), (problem, "problem"), (change, "change")):
        assert spec.jira.scope == f"labels = to-{label}"
        assert spec.create.in_jira
        assert spec.create.in_servicenow
        assert (spec.on_delete, spec.conflict) == (OnDelete.DETACH, ConflictPolicy.OWNER)
        assert (spec.comments.work_notes, spec.comments.comments) == ("internal", "internal")
        assert spec.comments.jira == "work_notes"
        assert spec.comments.backlog


STOCK_FIELDS = ("summary", "description", "issuetype", "labels")
STOCK_LINKS = (
    *("link:is caused by", "link:is blocked by", "link:duplicates"),
    *("link:relates to", "link:blocks", "link:causes"),
)
BOTH_WAYS = {"summary", "description", "priority", "assignee", "status"}


@pytest.mark.parametrize("spec", SPECS.values(), ids=lambda spec: spec.pair)
def test_what_people_work_on_flows_both_ways(spec: MappingSpec) -> None:
    if spec.servicenow.table == "kb_knowledge":
        return  # worded in ServiceNow alone: test_an_article_is_worded_where_its_author_is
    both = {rule.name: rule.relation.kind for rule in spec.rules if rule.flow is Flow.BOTH}
    dates = {"due"} if spec.servicenow.table == "sn_cim_register" else set()
    fields = {n for n, kind in both.items() if kind not in ("link", "issue_link")}
    assert fields == BOTH_WAYS | dates
    one_way = {rule.name for rule in spec.rules} - both.keys()
    assert not one_way or spec.servicenow.table == "change_request"


def test_an_article_is_worded_where_its_author_is() -> None:
    rules = {rule.name: rule for rule in SPECS["kb_knowledge"].rules}
    assert [name for name, rule in rules.items() if rule.flow is Flow.BOTH] == ["status"]
    to_desk = {name for name, rule in rules.items() if rule.flow is Flow.TO_SERVICENOW}
    assert to_desk == {name for name, rule in rules.items() if rule.once}
    assert SPECS["kb_knowledge"].create.only_linked
    assert SPECS["kb_knowledge"].optional


def test_a_change_shows_what_its_manager_asks_about() -> None:
    change = SPECS["change_request"]
    told = {
        name for rule in change.rules if rule.flow is not Flow.TO_SERVICENOW
        for name in rule.relation.names(SN)
    }  # fmt: skip
    assert told >= {
        *("type", "chg_model.name", "risk", "approval", "start_date", "end_date"),
        *("implementation_plan", "backout_plan", "test_plan", "justification"),
    }
    asked = {name for rule in change.rules if rule.flow is Flow.TO_SERVICENOW
             for name in rule.relation.names(SN)}  # fmt: skip
    assert asked == {"implementation_plan", "backout_plan", "test_plan", "justification"}
    assert change.comments.approvals == "internal"


def test_references_are_issue_links_in_the_words_of_a_stock_site() -> None:
    found = {
        rule.name: (rule.relation.ends.servicenow, rule.relation.ends.jira, *rule.relation.tables)
        for spec in SPECS.values()
        for rule in spec.rules
        if isinstance(rule.relation, IssueLink)
    }
    assert found == {
        "caused_by": ("caused_by", "link:is caused by", "change_request"),
        "fixed_by": ("rfc", "link:is blocked by", "change_request"),
        "parent_incident": ("parent_incident", "link:duplicates", "incident"),
        "duplicate_of": ("duplicate_of", "link:duplicates", "problem"),
        "reported_against": (
            *("parent", "link:relates to"),
            *("problem", "incident", "change_request"),
        ),
        "problem": ("problem", "link:relates to", "problem"),
    }


def test_bugs_are_defects_or_problem_tasks_once_they_are_linked() -> None:
    defect, task = SPECS["rm_defect"], SPECS["problem_task"]
    assert task.servicenow.unless == defect.servicenow.table
    for spec in (defect, task):
        assert spec.optional
        assert spec.create == Create(in_jira=True, in_servicenow=True, only_linked=True)
        assert (spec.jira.issue_types, spec.jira.scope) == (("Bug",), "issuetype = Bug")
        assert spec.comments.work_notes == spec.comments.comments == "internal"
    optional = {spec.servicenow.table for spec in SPECS.values() if spec.optional}
    assert optional == {"rm_defect", "problem_task", "kb_knowledge", "sn_cim_register"}
    [link] = [r.relation for r in task.rules if isinstance(r.relation, IssueLink)]
    assert link.through == "problem_id"


@pytest.mark.parametrize("spec", SPECS.values(), ids=lambda spec: spec.pair)
@pytest.mark.parametrize("project", PROJECTS)
def test_a_stock_site_has_everything_they_name(spec: MappingSpec, project: str) -> None:
    columns = dict.fromkeys(own_columns(spec.names(SN)), frozenset[str]())
    columns["state"] = frozenset(STATES[spec.servicenow.table])
    columns["priority"] = frozenset("12345")
    screen = dict.fromkeys((*STOCK_FIELDS, *STOCK_LINKS), frozenset[str]())
    screen["priority"] = frozenset({"Highest", "High", "Medium", "Low", "Lowest"})
    kinds, statuses = frozenset(spec.jira.issue_types[-1:]), frozenset(PROJECTS[project])
    jira = Fact(screen, kinds, statuses)
    assert list(check(spec, Fact(columns), jira)) == list(left_out(spec, jira)) == []


@pytest.mark.parametrize("spec", SPECS.values(), ids=lambda spec: spec.pair)
def test_a_site_without_a_kind_of_link_is_told_and_no_fault(spec: MappingSpec) -> None:
    bare = {name: frozenset[str]() for name in spec.names(JIRA) if not name.startswith("link:")}
    columns = dict.fromkeys(own_columns(spec.names(SN)), frozenset[str]())
    jira = Fact({**bare, "link:clones": frozenset()}, frozenset(spec.jira.issue_types))
    assert list(check(spec, Fact(columns), jira)) == []
    links = {rule.name for rule in spec.rules if isinstance(rule.relation, IssueLink)}
    told = {note.path.removeprefix("fields."): note for note in left_out(spec, jira)}
    assert set(told) == links
    assert all("left out" in note.text and note.line > 1 for note in told.values())
