"""The insight file lies beside the pairs, is judged with them, and is no pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.defaults import shipped
from mappings.insight import CLASS_LABELS, Backlog, Rules
from mappings.loader import MappingProblems, load, load_insight
from mappings.sides import Side
from sync.errors import UserError
from sync.insight.model import Class
from sync.insight.telling.epics import LABEL
from sync.settings import Settings
from sync.wiring import load_insight as of_folder
from sync.wiring import load_specs


def test_it_is_no_pair_and_what_it_leaves_out_holds() -> None:
    texts = {**shipped(), "x/insight.yaml": "backlog: {weights: {risk: 90}}"}
    assert len(load(texts, project="OPS")) == len(load(shipped(), project="OPS"))
    found = load_insight(texts)
    assert found.backlog.weights == {**Backlog().weights, "risk": 90}
    assert (found.backlog.urgent, found.backlog.half) == (Backlog().urgent, Backlog().half)
    assert load_insight({"insight.yml": "# nothing\n"}) == Rules()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a", "insight.yaml:1: an insight file is a group of keys"),
        ("backlog:\n  weights: {rsk: 1}", "insight.yaml:2: backlog.weights.rsk: unknown key. Did"),
        ("backlog:\n  weights:\n    risk: 101", "3: backlog.weights.risk: "),
        ("backlog:\n  weights:\n    risk: yes", "3: backlog.weights.risk: must be a whole number"),
        ("backlog: {weights: {value: 0, impact: 0, risk: 0, effort: 0}}", "nothing counts"),
        ("backlog:\n  classes: {urgent: 30}", "2: backlog.classes: planned (35) must be below"),
        ("backlog: {half: {majors: 0}}", "backlog.half.majors"),
        ("backlog: [", "insight.yaml:"),
    ],
)
def test_what_is_wrong_with_it_is_told_with_the_pairs(text: str, told: str) -> None:
    with pytest.raises(MappingProblems) as caught:
        load({**shipped(), "insight.yaml": text}, project="OPS")
    assert told in str(caught.value)
    assert all(problem.remedy for problem in caught.value.problems)
    with pytest.raises(MappingProblems):
        load_insight({"insight.yaml": text})


def test_two_of_them_are_one_too_many() -> None:
    with pytest.raises(MappingProblems, match=r"insight\.yml is an insight file too"):
        load_insight({"insight.yaml": "", "insight.yml": ""})


def test_a_folder_with_it_is_read_and_needs_a_pair_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "insight.yaml").write_text("backlog: {classes: {urgent: 90}}")
    settings = Settings.model_validate({"jira": {"project": "OPS"}})
    with pytest.raises(UserError, match="holds no"):
        load_specs(settings, tmp_path)
    (tmp_path / "incident.yaml").write_text(shipped()["mappings/defaults/incident.yaml"])
    assert [spec.pair for spec in load_specs(settings, tmp_path)] == ["incident-story"]
    assert of_folder(settings, tmp_path).backlog.urgent == 90


def test_labels_of_a_class_that_are_nobodys_values_are_those_that_runs_write() -> None:
    assert set(CLASS_LABELS) == {LABEL + one.value for one in Class}


def test_labels_by_which_runs_tell_something_are_nobodys_values() -> None:
    rule = "pair: x\nservicenow: {table: incident}\njira: {issue_type: Bug}\nfields:\n"
    rule += "  tags: {servicenow: u_tags, jira: labels, as: list}"
    beside = {"policy.yaml": "flags: {labels: {unready: not-ready}}"}
    [spec] = load({"x.yaml": rule, **beside}, project="OPS")
    ours = (*CLASS_LABELS, "not-ready", "change-unapproved", "needs-measure", "tandem-abc")
    [tags] = [one.relation for one in spec.rules if one.name == "tags"]
    assert tags.canonical(Side.JIRA, {"labels": (*ours, "change-unready")}) == ("change-unready",)
