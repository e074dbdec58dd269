"""What is called rising: exact probabilities, many subjects at once, and how often it errs."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb, exp, log
from random import Random

import pytest

from sync.insight.figures.rising import FACTOR, FEWEST, LEVEL, TEST, adjusted, chance, rises
from sync.insight.model import WINDOWS, Counts

Windows = Mapping[str, Counts]


def everywhere(now: int, before: int) -> dict[str, Counts]:
    """The same counts in every window."""
    return dict.fromkeys(WINDOWS, Counts(now, before))


def only(window: str, now: int, before: int) -> dict[str, Counts]:
    """These counts in one window, silence in the others."""
    return {name: Counts(now, before) if name == window else Counts() for name in WINDOWS}


def by_hand(now: int, before: int) -> float:
    """The tail of the binomial distribution, term by term in whole numbers."""
    total = now + before
    term, found = comb(total, now), 0
    for k in range(now, total + 1):
        found += term
        term = term * (total - k) // (k + 1)
    return float(Fraction(found, 2**total))


# ---- one subject


def test_five_after_none_are_five_heads_in_a_row() -> None:
    assert chance(Counts(5, 0)) == 1 / 32
    assert chance(Counts(0, 5)) == 1
    assert chance(Counts(0, 0)) == 1
    assert chance(Counts(1, 1)) == 3 / 4


def test_the_probability_is_exact_for_small_counts() -> None:
    for now in range(31):
        for before in range(31):
            assert chance(Counts(now, before)) == pytest.approx(by_hand(now, before), rel=1e-13)


@pytest.mark.parametrize(
    ("now", "before"), [(501, 499), (501, 500), (1300, 1200), (1200, 1300), (3000, 2000)]
)
def test_the_probability_is_exact_for_thousands(now: int, before: int) -> None:
    assert chance(Counts(now, before)) == pytest.approx(by_hand(now, before), rel=1e-9)


def test_a_doubling_from_twenty_is_found_and_a_half_more_is_not() -> None:
    assert rises({"a": only("30d", 40, 20)}) == {"a": ("30d", chance(Counts(40, 20)))}
    assert not rises({"a": everywhere(30, 20)})


def test_seven_after_none_is_the_least_that_is_called_a_rise() -> None:
    assert rises({"a": everywhere(7, 0)})
    assert not rises({"a": everywhere(6, 0)})


def test_the_shortest_window_that_shows_it_is_named() -> None:
    windows = {"7d": Counts(6, 5), "30d": Counts(60, 20), "90d": Counts(90, 30)}
    assert rises({"a": windows})["a"] == ("30d", chance(Counts(60, 20)))
    assert rises({"a": windows | {"7d": Counts(30, 5)}})["a"][0] == "7d"


def test_a_fall_is_no_news() -> None:
    assert not rises({"a": everywhere(5, 500)})


def test_a_tenth_more_working_days_is_no_rise_however_sure() -> None:
    assert chance(Counts(22_000, 20_000)) < 1e-20
    assert not rises({"a": everywhere(22_000, 20_000)})
    assert rises({"a": everywhere(25_000, 20_000)})


# ---- many subjects


def test_benjamini_and_hochberg_by_hand() -> None:
    # Five sorted: p x 5 / rank = .005, .02, .065, .05, .3; each then the least from there on up.
    found = adjusted({"e": 0.3, "b": 0.008, "d": 0.04, "a": 0.001, "c": 0.039})
    expected = {"a": 0.005, "b": 0.02, "c": 0.05, "d": 0.05, "e": 0.3}
    assert found == pytest.approx(expected)


def test_one_small_rise_among_many_is_noise_and_many_together_are_not() -> None:
    steady = {f"s{number}": everywhere(20, 20) for number in range(19)}
    assert not rises({"a": everywhere(40, 20), **steady})
    together = {f"r{number}": everywhere(41, 20) for number in range(19)}
    assert rises({**together, "s": everywhere(20, 20)}).keys() == together.keys()


def test_a_thousand_silent_problems_do_not_drown_a_loud_one() -> None:
    silent = {f"s{number}": everywhere(3, 3) for number in range(1000)}
    assert rises({"a": everywhere(40, 20), **silent}).keys() == {"a"}


# ---- how often it errs, and what it finds


def poisson(dice: Random, rate: float) -> int:
    """A Poisson count: how many exponential waits fit into one."""
    count, waited = 0, dice.expovariate(rate)
    while waited < 1:
        count, waited = count + 1, waited + dice.expovariate(rate)
    return count


def lived(dice: Random, rate: float, lately: float = 1.0) -> Windows:
    """180 days of a subject with ``rate`` incidents a week, ``lately`` times as many in the last
    30 days."""

    def some(days: float, factor: float = 1.0) -> int:
        return poisson(dice, factor * rate * days / 7)

    week, before, month = some(7, lately), some(7, lately), some(16, lately)
    older = (some(30), some(30), some(90))
    return {
        "7d": Counts(week, before),
        "30d": Counts(week + before + month, older[0]),
        "90d": Counts(week + before + month + older[0] + older[1], older[2]),
    }


def test_where_nothing_has_changed_hardly_anything_is_called_rising() -> None:
    dice = Random(20261127)
    runs = [
        rises({f"s{n}": lived(dice, exp(dice.uniform(log(0.2), log(30)))) for n in range(40)})
        for _ in range(100)
    ]
    flagged = sum(map(len, runs))
    assert flagged / (100 * 40) <= 0.01
    assert sum(map(bool, runs)) / 100 <= 3 * LEVEL  # three windows, each at the level


def test_twice_twenty_a_week_for_a_month_is_found_among_thirty_others() -> None:
    dice = Random(20261127)
    found = 0
    for _ in range(40):
        company = {f"s{number}": lived(dice, 20) for number in range(30)}
        found += "x" in rises({**company, "x": lived(dice, 20, lately=2)})
    assert found >= 36


def test_the_report_can_say_what_the_test_is() -> None:
    said = f"p < {LEVEL:g} after Benjamini-Hochberg"
    assert said in TEST
    assert f"at least {FEWEST} incidents now and {FACTOR:g} times" in TEST
