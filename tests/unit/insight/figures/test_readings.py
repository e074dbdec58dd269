"""Percentiles, medians and shares, and where nothing is said."""

from __future__ import annotations

from statistics import median, median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.insight.figures.readings import (
    LEAST,
    Figure,
    amount,
    lack,
    middle,
    nearest_rank,
    percentile,
    share,
)
from sync.insight.figures.windows import Slot

ANY = Figure("any", "days", "things", "Anything.")
SLOT = Slot("30d")
VALUES = st.lists(st.integers(0, 1000), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("percent", "rank"), [(5, 1), (30, 2), (40, 2), (50, 3), (85, 5), (95, 5), (100, 5)]
)
def test_nearest_ranks_of_five_values(percent: int, rank: int) -> None:
    assert nearest_rank([15, 20, 35, 40, 50], percent) == [15, 20, 35, 40, 50][rank - 1]


@given(VALUES, st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(
    values: list[int], percent: int
) -> None:
    def enough(limit: int) -> bool:
        return 100 * sum(value <= limit for value in values) >= percent * len(values)

    assert nearest_rank(sorted(values), percent) == min(filter(enough, values))


@given(VALUES)
def test_percentile_50_is_the_lower_median(values: list[int]) -> None:
    assert nearest_rank(sorted(values), 50) == median_low(values)


@given(VALUES)
def test_a_median_is_that_of_the_standard_library(values: list[int]) -> None:
    wanted = median(values) if len(values) >= LEAST[50] else None
    assert middle(ANY, SLOT, values).value == wanted


@pytest.mark.parametrize(("percent", "least"), LEAST.items())
def test_a_percentile_is_said_from_there_on_where_it_is_not_the_largest(
    percent: int, least: int
) -> None:
    few, enough = list(range(least - 1)), list(range(least))
    assert percentile(ANY, SLOT, few, percent).value is None
    found = percentile(ANY, SLOT, enough, percent)
    assert found.value is not None
    assert found.value < enough[-1]
    assert found.n == least


def test_too_few_says_how_many_there_are_and_how_many_are_needed() -> None:
    found = percentile(ANY, SLOT, [1.0, 2.0], 85, "3 of 5 are odd", "")
    assert (found.value, found.n) == (None, 2)
    assert found.quality == "too few to say anything: 2 things, 7 needed; 3 of 5 are odd"


def test_a_share_needs_five() -> None:
    assert share(ANY, SLOT, 1, 4).value is None
    assert share(ANY, SLOT, 1, 5).value == 0.2
    assert share(ANY, SLOT, 0, 0).quality == "too few to say anything: 0 things, 5 needed"


def test_none_is_a_number() -> None:
    found = amount(ANY, SLOT, 0)
    assert (found.value, found.n, found.quality) == (0.0, 0, "")


def test_nothing_is_remarked_where_nothing_lacks() -> None:
    assert lack(0, 80, "things have no end") == ""
    assert lack(12, 80, "things have no end") == "12 of 80 things have no end"
