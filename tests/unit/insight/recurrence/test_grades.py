"""How well recurrence is found, measured: precision and recall over pairs of incidents.

0.9 and 0.8 are asked for. Each set says in its docstring what was tuned on it (tests/README.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import mean

from sync.insight.recurrence.proposals import recurring
from tests.unit.insight.recurrence.hospital_stories import HOSPITAL, HOSPITAL_NOISE
from tests.unit.insight.recurrence.planted import NOW, Grade, Planted, grade, planted
from tests.unit.insight.recurrence.planted_stories import JUDGING, TUNING
from tests.unit.insight.recurrence.sandbox_company import sandbox_company
from tests.unit.insight.recurrence.told import told
from tests.unit.insight.recurrence.town_stories import TOWN, TOWN_NOISE

PRECISION, RECALL = 0.9, 0.8


def graded(companies: Iterable[Planted]) -> list[Grade]:
    return [grade(one, recurring(one.incidents, (), NOW)) for one in companies]


def reached(found: list[Grade], precision: float = PRECISION, recall: float = RECALL) -> None:
    """The means over pairs reach the bars; says both where they do not."""
    pairs = (mean(one.pair_precision for one in found), mean(one.pair_recall for one in found))
    words = f"precision {pairs[0]:.3f} of {precision}, recall {pairs[1]:.3f} of {recall}"
    assert pairs[0] >= precision, words
    assert pairs[1] >= recall, words


def test_the_sandbox_with_what_people_put_on_problems() -> None:
    for incidents in (240, 600):
        companies = [sandbox_company(seed, incidents, incidents // 5) for seed in range(11, 15)]
        reached(
            [
                grade(one.planted, recurring(one.planted.incidents, one.problems, NOW))
                for one in companies
            ]
        )


def test_a_company_whose_stories_were_tuned_on_with_other_seeds() -> None:
    found = graded(planted(seed, TUNING) for seed in range(301, 306))
    reached(found)
    assert mean(one.precision for one in found) >= 0.85
    assert mean(one.recall for one in found) >= 0.85


def test_one_with_other_troubles_in_other_words() -> None:
    found = graded(planted(seed, JUDGING) for seed in range(301, 306))
    reached(found)
    assert mean(one.precision for one in found) >= 0.8
    assert mean(one.recall for one in found) >= 0.8


def test_small_clusters_without_two_like_sentences_fall_short_of_the_bars() -> None:
    """The town was tuned on, the hospital never. Neither reaches the bars: these only keep what is
    reached."""
    reached(graded(told(TOWN, TOWN_NOISE, seed) for seed in range(20, 28)), 0.82, 0.68)
    reached(graded(told(HOSPITAL, HOSPITAL_NOISE, seed) for seed in range(20, 28)), 0.65, 0.68)
