"""From samples to figures: median, percentiles, shares, and what is too few to say anything. Pure.

A percentile is by nearest rank: the smallest value that at least so many of a hundred do not
exceed; it is a value that occurred. A median is the middle value, or the mean of the middle two.
Where a percentile would only repeat the largest value, or a single record is more than a fifth of
a share, nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median

from sync.insight.figures.windows import Slot

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEAST = {50: 3, 85: 7, 95: 20}
"""How many values a percentile needs: from there on it is not simply the largest one."""

LEAST_SHARE = 5
"""How many records a share or a mean needs."""

RANKED = "nearest rank"


@dataclass(frozen=True, slots=True)
class Figure:
    """What is measured, in which unit, and what that means; ``sample`` names what ``n`` counts."""

    name: str
    unit: str
    sample: str
    definition: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure's value for one slot."""

    figure: Figure
    slot: Slot
    value: float | None
    n: int
    quality: str = ""


def nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """A percentile of sorted values; there has to be one at least."""
    return ordered[max(1, -(-len(ordered) * percent // 100)) - 1]


def amount(figure: Figure, slot: Slot, count: int, *remarks: str) -> Reading:
    """How many; none is an answer, too."""
    return Reading(figure, slot, float(count), count, _joined(*remarks))


def middle(figure: Figure, slot: Slot, values: Sequence[float], *remarks: str) -> Reading:
    """Their median."""
    value = median(values) if len(values) >= LEAST[50] else None
    return _told(figure, slot, value, (len(values), LEAST[50]), remarks)


def percentile(
    figure: Figure, slot: Slot, ordered: Sequence[float], percent: int, *remarks: str
) -> Reading:
    """A percentile of sorted values."""
    enough = len(ordered) >= LEAST[percent]
    value = nearest_rank(ordered, percent) if enough else None
    return _told(figure, slot, value, (len(ordered), LEAST[percent]), remarks)


def average(figure: Figure, slot: Slot, values: Sequence[float], *remarks: str) -> Reading:
    """Their mean."""
    value = fmean(values) if len(values) >= LEAST_SHARE else None
    return _told(figure, slot, value, (len(values), LEAST_SHARE), remarks)


def share(figure: Figure, slot: Slot, part: int, whole: int, *remarks: str) -> Reading:
    """Which part of the whole, 0 to 1."""
    value = part / whole if whole >= LEAST_SHARE else None
    return _told(figure, slot, value, (whole, LEAST_SHARE), remarks)


def span(begin: datetime, end: datetime, unit: timedelta) -> float:
    """How long it took, in a unit."""
    return (end - begin) / unit


def lack(count: int, whole: int, text: str) -> str:
    """A remark on the data: so many of so many lack something; nothing where none does."""
    return f"{count} of {whole} {text}" if count else ""


def _told(
    figure: Figure,
    slot: Slot,
    value: float | None,
    sample: tuple[int, int],
    remarks: Sequence[str],
) -> Reading:
    n, least = sample
    few = "" if n >= least else f"too few to say anything: {n} {figure.sample}, {least} needed"
    return Reading(figure, slot, value, n, _joined(few, *remarks))


def _joined(*remarks: str) -> str:
    return "; ".join(one for one in remarks if one)
