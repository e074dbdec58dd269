"""The improvement file lies beside the pairs, is judged with them, and is no pair."""

from __future__ import annotations

import pytest

from mappings.defaults import shipped
from mappings.improvement import Improving
from mappings.loader import MappingProblems, load, load_insight


def test_it_is_no_pair_and_what_it_leaves_out_holds() -> None:
    texts = {**shipped(), "x/improvement.yaml": "needs: [owner]\nback: {label: vague}\n"}
    assert len(load(texts, project="OPS")) == len(load(shipped(), project="OPS"))
    found = load_insight(texts).improving
    assert (found.needs, found.label, found.room) == (frozenset({"owner"}), "vague", 20)
    assert load_insight({"improvement.yml": "# nothing\n"}).improving == Improving()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a", "improvement.yaml:1: an improvement file is a group of keys"),
        ("needs:\n  - goal", "improvement.yaml:2: needs.0: must be one of"),
        ("window: 60d", "improvement.yaml:1: window: "),
        ("types: []", "improvement.yaml:1: types: must not be empty"),
        ("measure: {heading: []}", "improvement.yaml:1: measure: nobody knows where"),
        ("back:\n  label: needs measure", "improvement.yaml:2: back.label: a label has no blanks"),
        ("back: {at_most: 0}", "back.at_most"),
        ("meassure: {}", "meassure: unknown key. Did you mean measure?"),
    ],
)
def test_what_is_wrong_with_it_is_told_with_the_pairs(text: str, told: str) -> None:
    with pytest.raises(MappingProblems) as caught:
        load({**shipped(), "improvement.yaml": text}, project="OPS")
    assert told in str(caught.value)
    assert all(problem.remedy for problem in caught.value.problems)
    with pytest.raises(MappingProblems):
        load_insight({"improvement.yaml": text})
