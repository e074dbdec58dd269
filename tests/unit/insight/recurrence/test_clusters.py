"""Groups by their centres: a late joiner goes where it is like one only."""

from __future__ import annotations

from datetime import UTC, datetime
from math import sqrt

from sync.insight.facts import IncidentFact
from sync.insight.recurrence.clusters import Wording, clustered

FACT = IncidentFact("k", "INC1", datetime(2026, 3, 1, tzinfo=UTC))


def wording(times: int, **weights: float) -> Wording:
    """A wording that was used so often; ``weights`` are brought to length one."""
    length = sqrt(sum(weight * weight for weight in weights.values()))
    return Wording({term: one / length for term, one in weights.items()}, (FACT,) * times)


LARGE = wording(5, a=1, b=1)
OTHER = wording(5, d=1, e=1)


def test_what_is_a_little_like_one_large_group_goes_there() -> None:
    # Its cosine to the first is 2 / sqrt(2 * 27) = 0.27: too far to be sorted there at once.
    assert [group.size for group in clustered([LARGE, OTHER, wording(1, a=1, b=1, x=5)])] == [6, 5]


def test_what_is_a_little_like_two_stays_alone() -> None:
    between = wording(1, a=1, b=1, d=1, e=1, x=7)
    assert [group.size for group in clustered([LARGE, OTHER, between])] == [5, 5, 1]


def test_large_groups_join_by_several_words_and_not_by_one() -> None:
    # Both pairs have the cosine 1/4.
    several = [wording(5, a=1, b=1, x=2, y=1, z=1), wording(5, a=1, b=1, u=2, v=1, w=1)]
    one = [wording(5, a=1, x=1, y=1, z=1), wording(5, a=1, u=1, v=1, w=1)]
    assert [group.size for group in clustered(several)] == [10]
    assert [group.size for group in clustered(one)] == [5, 5]
