"""The policy file lies beside the pairs, is judged with them, and is no pair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mappings.defaults import shipped
from mappings.loader import MappingProblems, load, load_policy
from mappings.policy import SHIPPED, ChangeClass, ClassRule, Demand, When
from sync.errors import UserError
from sync.settings import Settings
from sync.wiring import load_policy as of_folder
from sync.wiring import load_specs

RULES = """
classes:
  - {rule: drills, types: Drill, risks: [low, unknown], most_failed: 2, becomes: standard}
demands:
  normal: {checks: [unit tests, 7]}
"""


def test_it_is_no_pair_and_what_it_leaves_out_holds() -> None:
    texts = {**shipped(), "x/policy.yaml": RULES}
    assert len(load(texts, project="OPS")) == len(load(shipped(), project="OPS"))
    found = load_policy(texts)
    when = When(frozenset({"drill"}), frozenset({"low", "unknown"}), most_failed=2)
    assert found.classes == (ClassRule("drills", when, ChangeClass.STANDARD),)
    assert found.demands[ChangeClass.NORMAL] == Demand((), ("unit tests", "7"))
    demands = {**SHIPPED.demands, ChangeClass.NORMAL: found.demands[ChangeClass.NORMAL]}
    assert found == replace(SHIPPED, classes=found.classes, demands=demands)
    assert load_policy({"policy.yml": "# nothing\n"}) == SHIPPED == load_policy({})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a", "policy.yaml:1: a policy file is a group of keys"),
        ("repeat:\n  dayz: 3", "policy.yaml:2: repeat.dayz: unknown key. Did you mean days?"),
        ("repeat:\n  days: 181", "policy.yaml:2: repeat.days: "),
        ("repeat:\n  alike: 49", "policy.yaml:2: repeat.alike: "),
        ("classes:\n  - {rule: a, risks: [lo], becomes: normal}", "2: classes.0.risks.0: must be"),
        ("classes:\n\n  - {rule: a, becomes: standard}", "3: classes.0: the rule 'a' fits every"),
        ("classes:\n  - {risks: [low], becomes: standard}", "2: classes.0.rule: missing"),
        ("classes:\n  - {rule: a, risks: [low]}", "2: classes.0.becomes: missing"),
        ("classes:\n  - {rule: a, classes: [normal], becomes: normal}", "classes.0.classes: unkno"),
        (
            "escalate:\n  - {rule: a, risks: [low]}\n  - {rule: a, types: [x]}",
            "the rule 'a' stands twice",
        ),
        (
            "escalate:\n  - {rule: a, least_failed: 2, most_failed: 1}",
            "policy.yaml:2: escalate.0: the rule 'a' fits no change",
        ),
        ("demands:\n  normal:\n    plans: [tests]", "3: demands.normal.plans.0: must be one of"),
        ("demands:\n  urgent: {}", "policy.yaml:2: demands.urgent: unknown key"),
        ("readiness:\n  labels: []", "policy.yaml:2: readiness.labels: must not be empty"),
        ("flags:\n  labels: {unready: two words}", "policy.yaml:2: flags.labels.unready: "),
        ("flags:\n  labels: {unready: a, unapproved: a}", "both flags have the label 'a'"),
        ("flags:\n  label: {}", "policy.yaml:2: flags.label: unknown key"),
        ("standard:\n  path: yes", "policy.yaml:2: standard.path: "),
        ("standard:\n  templates:\n    x: T", "policy.yaml:3: standard.templates.x: no rule 'x'"),
        ("notes:\n  checks: maybe", "policy.yaml:2: notes.checks: "),
        ("classes: [", "policy.yaml:"),
    ],
)
def test_what_is_wrong_with_it_is_told_with_the_pairs(text: str, told: str) -> None:
    with pytest.raises(MappingProblems) as caught:
        load({**shipped(), "policy.yaml": text}, project="OPS")
    assert told in str(caught.value)
    assert all(problem.remedy for problem in caught.value.problems)
    with pytest.raises(MappingProblems):
        load_policy({"policy.yaml": text})


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = "classes:\n  - {rule: a, becomes: normal}\nescalate:\n  - {rule: b}"
    with pytest.raises(MappingProblems) as caught:
        load_policy({"policy.yaml": text})
    assert [problem.line for problem in caught.value.problems] == [2, 4]


def test_two_of_them_are_one_too_many() -> None:
    with pytest.raises(MappingProblems, match=r"policy\.yml is a policy file too"):
        load_policy({"policy.yaml": "", "policy.yml": ""})


def test_a_folder_with_it_is_read_and_needs_a_pair_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("readiness: {days: 3}")
    settings = Settings.model_validate({"jira": {"project": "OPS"}})
    with pytest.raises(UserError, match="holds no"):
        load_specs(settings, tmp_path)
    (tmp_path / "incident.yaml").write_text(shipped()["mappings/defaults/incident.yaml"])
    assert [spec.pair for spec in load_specs(settings, tmp_path)] == ["incident-story"]
    assert of_folder(settings, tmp_path).ahead == 3
    (tmp_path / "policy.yaml").write_text("readiness: {days: 0}")
    with pytest.raises(UserError, match=r"policy\.yaml:1: readiness\.days"):
        of_folder(settings, tmp_path)


def test_what_is_written_of_it_can_be_had_in_parts() -> None:
    told = load_policy({"policy.yaml": "flags: {labels: {unready: off}}\nstandard: {path: off}"})
    assert told.acting.labels == {"unapproved": "change-unapproved"}
    assert told.acting.path == "off"
    named = f"standard: {{templates: {{'{told.classes[1].name}': Reboot}}}}"
    assert load_policy({"policy.yaml": named}).acting.templates == {told.classes[1].name: "Reboot"}
