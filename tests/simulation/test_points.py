"""Struck at every point of every story: nothing is lost, doubled or left undone."""

from __future__ import annotations

import pytest

from mappings.sides import Side
from tests.simulation.points import STORIES, STRIKES, WHOLE, Story, Strike, strike

KILLS, ANSWERS = STRIKES[:4], STRIKES[4:]


def names(story: Story) -> str:
    return story.name


@pytest.mark.timeout(600)  # patient on a busy machine
@pytest.mark.parametrize("story", STORIES, ids=names)
def test_a_kill_or_a_full_disk_at_any_point_leaves_no_trace(story: Story) -> None:
    for how in KILLS if story in STORIES[:WHOLE] else KILLS[1:2]:
        number, findings = strike(story, how)
        assert not findings, f"{story.name}, {how}: {findings}"
        assert number >= 5, f"{story.name}, {how}: only {number} points"


@pytest.mark.timeout(600)  # patient on a busy machine
@pytest.mark.parametrize("story", STORIES, ids=names)
def test_a_write_without_an_answer_is_made_exactly_once(story: Story) -> None:
    answers: dict[Strike, int] = {}
    for how in ANSWERS if story in STORIES[:WHOLE] else ANSWERS[1:]:
        told = [strike(story, how, side) for side in Side]
        assert not any(findings for _, findings in told), f"{story.name}, {how}: {told}"
        answers[how] = sum(number for number, _ in told)
    assert all(answers.values()), f"{story.name} writes nothing"
