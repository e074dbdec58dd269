"""Mapping files: everything that is wrong is told at once, with its line and what to do."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from mappings.defaults import shipped
from mappings.loader import MappingProblems, load, load_people, render_schema
from mappings.model import CommentRules, ConflictPolicy, OnDelete
from mappings.nodes import read
from mappings.sides import Flow, Side
from tests.support.mapping import a_file, loaded, problems, written

FIVE_MISTAKES = """\
pair: incident-story
servicenow: {table: incident, scop: active=true}
jira:
  issue_type: Story
create: {in_jira: true, in_servicenow: true}
conflict: ownr
fields:
  summary: {servicenow: short_description, jira: summary, as: lin}
  status:
    servicenow: state
    jira: status
    as: status
  status: {servicenow: state, jira: status, as: line}
  due: {servicenow: due_date, jira: duedate, as: date, flow: to_jira, owner: jira}
"""


def test_a_file_with_all_its_parts() -> None:
    spec = loaded(
        a_file(
            jira={"project": "ABC", "issue_type": ["Story", "Task"], "scope": "labels = x"},
            create={"in_jira": False, "in_servicenow": True},
            on_delete="delete",
            conflict="newest",
            comments={"work_notes": "off", "jira": "comments", "backlog": False},
            attachments={"max_mb": 5},
        )
    )
    assert spec.jira.project == "ABC"
    assert spec.jira.issue_types == ("Story", "Task")
    assert (spec.create.in_jira, spec.create.in_servicenow) == (False, True)
    assert (spec.on_delete, spec.conflict) == (OnDelete.DELETE, ConflictPolicy.NEWEST)
    assert spec.comments == CommentRules("off", "internal", "comments", backlog=False)
    assert spec.rules[0].conflict is ConflictPolicy.NEWEST


def test_what_is_left_out_has_its_default() -> None:
    spec = loaded(a_file())
    rule = spec.rules[0]
    assert spec.jira.project == "OPS"
    assert (spec.create.in_jira, spec.create.in_servicenow) == (True, False)
    assert (rule.flow, rule.owner) == (Flow.BOTH, Side.SERVICENOW)
    assert rule.conflict is ConflictPolicy.OWNER
    assert rule.relation.kind == "line"
    assert spec.names(Side.JIRA) == {"summary"}


def test_a_one_way_field_is_owned_by_the_side_it_comes_from() -> None:
    part = {"servicenow": "due_date", "jira": "duedate", "flow": "to_servicenow"}
    assert loaded(a_file({"due": part})).rules[0].owner is Side.JIRA


def test_the_project_stands_wherever_it_is_asked_for() -> None:
    jira = {"project": "{project}", "issue_type": "Story", "scope": "project = {project}"}
    spec = loaded(a_file(jira=jira))
    assert spec.jira.project == "OPS"
    assert spec.jira.scope == "project = OPS"


def test_every_mistake_of_a_file_is_told_with_line_path_and_remedy() -> None:
    told = {(one.line, one.path): one for one in problems(FIVE_MISTAKES)}
    assert set(told) >= {
        (2, "servicenow.scop"),
        (3, "jira"),
        (6, "conflict"),
        (8, "fields.summary.as"),
        (13, "fields.status"),
        (14, "fields.due"),
    }
    assert all(one.file == "one.yaml" and one.text and one.remedy for one in told.values())
    assert told[(2, "servicenow.scop")].remedy == "Did you mean scope?"
    assert told[(6, "conflict")].remedy == "Did you mean owner?"
    assert str(told[(6, "conflict")]).startswith("one.yaml:6: conflict: ")


def test_problems_of_several_files_come_together() -> None:
    with pytest.raises(MappingProblems) as caught:
        load({"a.yaml": "pair: A", "b.yaml": "- x", "c.yaml": ""}, project="OPS")
    assert {one.file for one in caught.value.problems} == {"a.yaml", "b.yaml", "c.yaml"}
    assert "a.yaml:1: pair" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("pair: a\n  b: c", 2, "not YAML: mapping values are not allowed here"),
        ("pair:\ta", 1, "not YAML: found character"),
        ("pair: [", 1, "not YAML"),
        ("pair: &x a\ntable: *x", 1, "anchors"),
        ("pair: a\nfields: *all", 2, "anchors"),
        ("---\npair: a\n---\npair: b", 3, "not YAML"),
        ("pair: \x00", 1, "not YAML"),
        ("a: " + "[" * 30, 1, "nested deeper"),
        ("pair: a\n" * 40_000, 1, "longer than"),
        ("- pair", 1, "group of keys"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str, line: int, told: str) -> None:
    found = problems(text)
    assert [one.line for one in found][:1] == [line]
    assert told in found[0].text


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_quick_parser_and_the_patient_one_read_the_same(name: str) -> None:
    quick = read(name, shipped()[name])
    patient = read(name, f"{shipped()[name]}#\t a tab, which only the patient one is given\n")
    assert (quick.data, quick.lines) == (patient.data, patient.lines)
    assert quick.data["pair"]


@pytest.mark.parametrize(
    "value",
    ["!!python/object/apply:os.system ['true']", "!!python/name:os.system", "!include /etc/passwd",
     "!!binary aGk=", "!!set {a, b}"],
)  # fmt: skip
def test_tags_are_refused(value: str) -> None:
    assert any("tag" in one.text for one in problems(f"pair: {value}"))


def test_a_bomb_of_aliases_is_refused_before_it_unfolds() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert len(problems("\n".join(lines))) == 1


@pytest.mark.parametrize(
    ("change", "path", "remedy"),
    [
        ({"pair": "Incident Story"}, "pair", "small letters"),
        ({"pair": 7}, "pair", "Write a text"),
        ({"servicenow": {"table": "Change Request"}}, "servicenow.table", "not its label"),
        ({"servicenow": "incident"}, "servicenow", "key: value"),
        ({"create": {"in_jira": "perhaps"}}, "create.in_jira", "true or false"),
        ({"create": {"in_jira": False}}, "create", "Allow"),
        ({"jira": {"scope": "x"}}, "jira.issue_type", "Add it"),
        ({"jira": {"issue_type": []}}, "jira.issue_type", "at least one"),
        ({"comments": {"worknotes": "off"}}, "comments.worknotes", "Did you mean work_notes?"),
        ({"comments": {"jira": "worknotes"}}, "comments.jira", "Did you mean work_notes?"),
        ({"attachments": {"max_mb": "many"}}, "attachments.max_mb", "digits"),
        ({"attachments": {"max_mb": 0}}, "attachments.max_mb", "Correct"),
        ({"fields": {}}, "fields", "at least one"),
        ({"fields": []}, "fields", "key: value"),
        ({"zzz": 1}, "zzz", "Known: attachments, comments"),
    ],
)
def test_each_part_says_what_it_wants(change: dict[str, object], path: str, remedy: str) -> None:
    found = {one.path: one.remedy for one in problems({**a_file(), **change})}
    assert remedy in found[path]


@pytest.mark.parametrize(
    ("part", "path", "remedy"),
    [
        ({"tabel": []}, "tabel", "Did you mean table?"),
        ({"as": "status", "table": [{"sn": "1", "jira": "x"}]}, "table.0.sn", "Known: closes"),
        ({"as": "value", "table": "x"}, "table", "dash"),
        ({"as": "value", "table": [{"servicenow": True, "jira": "x"}]},
         "table.0.servicenow.0", "quotes"),
        ({"as": "status", "closing": {"states": "6", "codes": [{"jira": "x", "code": 1}]}},
         "closing.codes.0.code", "Known: jira, servicenow"),
        ({"as": "status", "entering": [{"side": "jira", "state": "x"}]},
         "entering.0.state", "Did you mean states?"),
        ({"as": "value", "otherwise": {"Jira": "x"}}, "otherwise.Jira", "Did you mean jira?"),
        ({"max_jira": 1.5}, "max_jira", "digits"),
        ({"owner": "both"}, "owner", "Known: jira, servicenow"),
    ],
)  # fmt: skip
def test_each_key_of_a_field_says_what_it_wants(
    part: dict[str, object], path: str, remedy: str
) -> None:
    field = {"servicenow": "state", "jira": "status", **part}
    found = {one.path: one.remedy for one in problems(a_file({"one": field}))}
    assert remedy in found[f"fields.one.{path}"]


def test_a_project_has_to_be_named_somewhere() -> None:
    told = [one.text for one in problems(a_file(), project="")]
    assert told == ["no project"]
    jira = {"project": "ABC", "issue_type": "Story"}
    assert not problems(a_file(jira=jira), project="")


def test_a_value_that_yaml_cannot_read_is_told_at_its_line() -> None:
    found = problems("pair: 2026-99-99\nservicenow: {table: incident}")
    assert (1, "pair") in {(one.line, one.path) for one in found}


def test_the_fingerprint_follows_the_content_and_nothing_else() -> None:
    plain = loaded(a_file())
    assert len(plain.fingerprint()) == 64
    assert loaded(a_file(), "another.yaml").fingerprint() == plain.fingerprint()
    assert loaded(a_file(create={"in_jira": True})).fingerprint() == plain.fingerprint()
    changed = a_file(servicenow={"table": "incident", "scope": "priority=1"})
    assert loaded(changed).fingerprint() != plain.fingerprint()
    text = yaml.safe_dump(a_file())
    elsewhere = load({"one.yaml": text}, project="ABC")[0]
    assert elsewhere.fingerprint() != plain.fingerprint()


def test_pairs_that_others_point_at_come_first() -> None:
    names = [spec.pair for spec in load(shipped(), project="OPS")]
    assert names[:2] == ["change-story", "initiative-improvement"]
    assert names[2:4] == ["problem-epic", "incident-story"]
    assert names[4:] == ["defect-bug", "task-bug", "knowledge-task"]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_schema_takes_the_shipped_files(name: str) -> None:
    jsonschema.validate(yaml.safe_load(shipped()[name]), render_schema())


@pytest.mark.parametrize(
    "change", [{"pair": "A B"}, {"zzz": 1}, {"fields": {"x": {"as": "magic"}}}, {"jira": {}}]
)
def test_the_schema_refuses_what_the_loader_refuses(change: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**a_file(), **change}, render_schema())


def test_a_people_file_is_no_pair_and_is_judged_with_the_others() -> None:
    texts = {"x/a.yaml": written(a_file()), "x/people.yaml": "map: [{servicenow: a, jira: b}]"}
    [spec] = load(texts, project="OPS")
    assert spec.raw == load({"x/a.yaml": texts["x/a.yaml"]}, project="OPS")[0].raw

    broken = {"x/a.yaml": "pair: x", "x/people.yaml": "map: [{servicenow: a}]\nfallbak: {}"}
    with pytest.raises(MappingProblems) as caught:
        load(broken, project="OPS")
    told = {problem.file for problem in caught.value.problems}
    assert told == {"x/a.yaml", "x/people.yaml"}


def test_what_the_people_file_says_is_part_of_the_mappings_that_speak_of_people() -> None:
    user = {"servicenow": "assigned_to", "jira": "assignee", "as": "user"}
    texts = {"a.yaml": written(a_file({"who": user}))}
    plain = load(texts, project="OPS")[0].fingerprint()
    silent = load({**texts, "people.yaml": "# nothing\n"}, project="OPS")[0].fingerprint()
    said = load({**texts, "people.yaml": "fallback: {jira: nobody}"}, project="OPS")[
        0
    ].fingerprint()
    assert plain == silent != said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a", "1: a people file is a group of keys"),
        ("map: [{servicenow: a, jira: b}, {servicenow: A, jira: c}]", "stands in line 1 too"),
        ("map:\n - {servicenow: a, jira: b}\n - {servicenow: c, jira: B}", "3: map.1.jira"),
        ("map: [{servicenow: nobody, jira: b}]", "`nobody` is no person"),
        ("people: {servicenow_field: User Name}", "is no possible name"),
        ("people: {servicenow: x}", "Did you mean servicenow_field?"),
    ],
)
def test_what_is_wrong_with_a_people_file(text: str, told: str) -> None:
    with pytest.raises(MappingProblems) as caught:
        load_people({"people.yaml": text})
    assert told in str(caught.value)
    assert all(problem.remedy for problem in caught.value.problems)


def test_two_people_files_are_one_too_many() -> None:
    with pytest.raises(MappingProblems, match=r"people\.yml is a people file too"):
        load_people({"people.yaml": "", "people.yml": ""})
