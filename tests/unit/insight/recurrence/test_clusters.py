"""One trouble or two: the likelier story wins."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from sync.insight.facts import IncidentFact
from sync.insight.recurrence.clusters import Bags, Group, Wording, clustered

FACT = IncidentFact("k", "INC1", datetime(2026, 3, 1, tzinfo=UTC))
RARE = Bags(lambda _word: 0.01, lambda _word: 0.01)
USUAL = Bags(lambda _word: 0.3, lambda _word: 0.3)


def wording(words: str, times: int = 1, *notes: str) -> Wording:
    """A wording that was used so often."""
    noted = tuple(frozenset(note.split()) for note in notes)
    return Wording(frozenset(words.split()), (FACT,) * times, noted)


def sizes(wordings: list[Wording], bags: Bags = RARE) -> list[int]:
    return sorted(group.size for group in clustered(wordings, bags))


def test_two_rare_words_join_and_two_usual_ones_do_not() -> None:
    two = [wording("label empty gate"), wording("label empty truck")]
    assert sizes(two) == [2]
    assert sizes(two, USUAL) == [1, 1]


def test_what_solvers_noted_counts_as_much() -> None:
    assert sizes([wording("gate shut"), wording("truck waits")]) == [1, 1]
    noted = [wording("gate shut", 1, "spool full"), wording("truck waits", 1, "spool full")]
    assert sizes(noted) == [2]


def test_words_that_only_one_uses_speak_for_two() -> None:
    near, far = wording("label empty gate"), wording("label a b c d e f")
    gains = [
        RARE.gain(Group.of(near), Group.of(one)) for one in (near, wording("label empty"), far)
    ]
    assert [gain > after for gain, after in pairwise(gains)] == [True, True]


def test_the_gain_is_the_same_from_both_sides_whatever_the_order() -> None:
    one, other = Group.of(wording("a b c", 3)), Group.of(wording("c b d", 2))
    assert RARE.gain(one, other) == pytest.approx(RARE.gain(other, one))


def test_what_shares_a_word_with_one_of_them_only_is_left_out() -> None:
    core = [wording(f"scan mail {more}") for more in ("floor", "copier", "box", "hall", "desk")]
    assert sizes([*core, wording("copier stapler")]) == [1, 5]


def test_no_wording_is_lost_in_a_block_too_large_for_all_pairs() -> None:
    many = [wording(f"printer w{number % 700} v{number}") for number in range(3_000)]
    groups = clustered(many, RARE)
    assert sum(group.size for group in groups) == 3_000
    assert max(group.size for group in groups) > 3
