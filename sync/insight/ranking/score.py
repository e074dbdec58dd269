"""The score and class of a problem in the backlog, explained. Pure.

Four parts of 0 to 1, weighed by the insight file (:mod:`mappings.insight`), make a score of 0 to
100:

- *business value*: the problem's priority, all for 1, in equal steps down to nothing for 5; without
  one it counts as 3.
- *customer impact*: incidents of 30 days and incidents that are open, half each.
- *risk reduction*: half for major incidents, a quarter for incidents that changes caused, a quarter
  for a rise that is unlikely to be noise.
- *effort*: ``usual / (usual + effort)``, so that the usual effort counts half and none counts all;
  an unknown effort is taken for the usual one.

A count is ``n / (n + half)``: each further one counts less, none is without effect. The score never
falls when something grows worse or cheaper. A change of less than :data:`STEADY` points keeps the
old score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mappings.insight import Backlog
from sync.insight.model import Class, Priority, Trend
from sync.insight.words import number_of

STEADY = 5
"""A smaller change of the score is none: people would see numbers move without a reason."""
_LOWEST, _MIDDLE = 5, 3
_WINDOW = "30d"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a problem. ``effort`` is how many stories of its epic are not done,
    ``usual`` the median of all problems; ``change_failures`` are incidents that changes caused."""

    trend: Trend | None = None
    priority: str = ""
    open_incidents: int = 0
    majors: int = 0
    change_failures: int = 0
    effort: float | None = None
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    title: str
    share: float
    reason: str


def prioritised(
    problem: Situation, rules: Backlog | None = None, before: Priority | None = None
) -> Priority:
    """Where a problem stands; ``before`` is what it was told last."""
    rules = rules or Backlog()
    parts = tuple(_parts(problem, rules))
    whole = sum(rules.weights[part.name] for part in parts)
    counted = sum(rules.weights[part.name] * part.share for part in parts)
    score = round(100 * counted / whole) if whole else 0
    if before is not None and abs(score - before.score) < STEADY:
        if before.class_ is _class(before.score, rules):
            return before
        score = before.score
    why = tuple(
        f"{part.title}: {part.share * 100:.0f} of 100, weight {rules.weights[part.name]} of "
        f"{whole}. {part.reason}."
        for part in parts
        if rules.weights[part.name]
    )
    return Priority(_class(score, rules), score, why)


def _class(score: int, rules: Backlog) -> Class:
    if score >= rules.urgent:
        return Class.URGENT
    return Class.PLANNED if score >= rules.planned else Class.STRATEGIC


def _parts(problem: Situation, rules: Backlog) -> Iterator[_Part]:
    rank = _rank(problem.priority)
    told = f"Priority {rank}" if rank else f"No priority, taken as {_MIDDLE}"
    value = (_LOWEST - (rank or _MIDDLE)) / (_LOWEST - 1)
    yield _Part("value", "Business value", value, told)
    yield _impact(problem, rules)
    yield _risk(problem, rules)
    yield _effort(problem)


def _rank(priority: str) -> int:
    """1 to 5 of ``2`` and of ``2 - High``; 0 for none."""
    first = priority.strip()[:1]
    return int(first) if first in ("1", "2", "3", "4", "5") else 0


def _impact(problem: Situation, rules: Backlog) -> _Part:
    counts = problem.trend.windows.get(_WINDOW) if problem.trend else None
    recent = counts.now if counts else 0
    share = _of(recent, rules.half["incidents"]) + _of(problem.open_incidents, rules.half["open"])
    reason = f"{number_of(recent, 'incident')} in 30 days, {problem.open_incidents} open"
    return _Part("impact", "Customer impact", share / 2, reason)


def _risk(problem: Situation, rules: Backlog) -> _Part:
    rising = problem.trend.rising if problem.trend else ""
    share = (
        _of(problem.majors, rules.half["majors"]) / 2
        + _of(problem.change_failures, rules.half["change_failures"]) / 4
        + (0.25 if rising else 0)
    )
    reason = f"{problem.majors} major incidents, {problem.change_failures} caused by changes"
    return _Part("risk", "Risk reduction", share, reason + f", rising ({rising})" * bool(rising))


def _effort(problem: Situation) -> _Part:
    effort, usual = problem.effort, problem.usual
    if effort is None:
        return _Part("effort", "Effort", 0.5, "Unknown, taken as the usual")
    if not usual or usual < 0:
        return _Part("effort", "Effort", 0.5, f"{effort:g} stories to do, with nothing to compare")
    reason = f"{effort:g} stories to do, usually {usual:g}"
    return _Part("effort", "Effort", usual / (usual + max(effort, 0)), reason)


def _of(count: int, half: int) -> float:
    return max(count, 0) / (max(count, 0) + half)
