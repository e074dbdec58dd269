"""Whether more incidents than before is more than noise. Pure.

The test: two counts of windows of equal length are taken for Poisson counts. If nothing has
changed, each of the ``now + before`` incidents is as likely in the one window as in the other, so
``now`` follows Binomial(``now + before``, 1/2); the probability of ``now`` or more is exact, no
approximation, and one-sided, because only a rise is news. It holds whatever the true rate is.

Many subjects are tested at once, so some rise by chance. All subjects of a kind are one family for
each window, and the level holds after the procedure of Benjamini and Hochberg: of what a run calls
rising, at most that share is expected to be noise, and where nothing at all has changed, at most
that share of runs call anything rising in that window. Subjects with so few incidents that no
division of them could reach the level are not part of the family (Tarone): that is known from the
sum, on which the test is conditional, so the level holds and a hundred silent problems do not drown
a loud one.

A rise of less than a quarter is not called one, however sure it is: 30 days hold 20 to 22 working
days, and a tenth more because of a weekend is no trend. It matters above about 200 incidents a
window; below, noise alone asks for more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import comb, exp, lgamma, log

from sync.insight.model import WINDOWS, Counts

LEVEL = 0.01
"""How likely noise may be in what is called rising."""

FEWEST = 3
"""Incidents in the present window, at least. Bites only where somebody raises the level."""

FACTOR = 1.25
"""How many times the window before, at least."""

SMALL = 1000

TEST = (
    "Rising means: more incidents than in the window of the same length before, and unlikely to be "
    "noise. Exact one-sided conditional test of two Poisson counts (now out of now + before, "
    f"binomial with 1/2), p < {LEVEL:g} after Benjamini-Hochberg over all subjects of a kind in "
    f"that window, at least {FEWEST} incidents now and {FACTOR:g} times those before; the shortest "
    "window that passes is named. p is the probability of at least that rise for one subject if "
    "nothing had changed. Incidents that come in batches, many calls for one outage, pass more "
    "easily than the test supposes."
)
"""What a reader has to know of the word, for the report."""


def chance(counts: Counts) -> float:
    """The probability of ``now`` or more of ``now + before`` incidents, if nothing has changed."""
    total, now = counts.now + counts.before, counts.now
    if 2 * now <= total:  # the greater part: what is left over from the smaller one
        return 1.0 - _tail(total, total - now + 1)
    return _tail(total, now)


def _tail(total: int, least: int) -> float:
    """P(X >= least) of Binomial(total, 1/2), ``least`` above its middle: terms only get smaller."""
    if least > total:
        return 0.0
    term, found = _exactly(total, least), 0.0
    for successes in range(least, total + 1):
        found += term
        term *= (total - successes) / (successes + 1)
        if term < found * 1e-17:
            break
    return found


def _exactly(total: int, successes: int) -> float:
    """P(X = successes): in whole numbers, rounded once; to ten digits for thousands."""
    if total <= SMALL:
        return comb(total, successes) / (1 << total)
    ways = lgamma(total + 1) - lgamma(successes + 1) - lgamma(total - successes + 1)
    return exp(ways - total * log(2))


def adjusted(chances: Mapping[str, float]) -> dict[str, float]:
    """The probabilities after Benjamini and Hochberg: below a level q is what passes at q."""
    ordered = sorted(chances, key=lambda key: chances[key], reverse=True)
    found: dict[str, float] = {}
    least = 1.0
    for behind, key in enumerate(ordered):
        least = min(least, chances[key] * len(ordered) / (len(ordered) - behind))
        found[key] = least
    return found


def rises(
    counts: Mapping[str, Mapping[str, Counts]], windows: Collection[str] = tuple(WINDOWS)
) -> dict[str, tuple[str, float]]:
    """Of the subjects of one kind those that rise: the shortest window that shows it, and its p.

    Only these ``windows`` are judged: where records do not reach back to the one before, everything
    would rise.
    """
    found: dict[str, tuple[str, float]] = {}
    for window in sorted(windows, key=lambda name: WINDOWS[name], reverse=True):
        family = {
            key: chance(one[window])
            for key, one in counts.items()
            if 0.5 ** (one[window].now + one[window].before) < LEVEL
        }
        for key, tail in adjusted(family).items():
            if tail < LEVEL and _matters(counts[key][window]):
                found[key] = (window, family[key])
    return found


def _matters(counts: Counts) -> bool:
    return counts.now >= FEWEST and counts.now >= FACTOR * counts.before
