"""Incidents of each window, counted by ServiceNow itself: two requests, whatever their number.

An account without the right to it, or an instance that answers otherwise, is no trouble: then the
facts are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from connector.counts import Count
from connector.errors import AccessLost, NotThere, Rejected
from mappings.sides import Side
from sync.insight.figures.trends import Counted
from sync.insight.model import WINDOWS, Counts, Subject
from sync.runtime import Runtime, log

COLUMNS: Mapping[Subject, str] = {
    Subject.PROBLEM: "problem_id",
    Subject.SERVICE: "business_service",
    Subject.ITEM: "cmdb_ci",
    Subject.CATEGORY: "category",
}
SECOND = timedelta(seconds=1)
"""The running one of the window up to now belongs to it, as it does in the facts."""


def counted(runtime: Runtime, now: datetime) -> Counted | None:
    """All windows of all subjects, what has no such subject under an empty key; ``None`` where the
    side does not count for us."""
    adapter = runtime.adapters[Side.SERVICENOW]
    asked = list(_questions(now))
    try:
        numbers = adapter.counts("incident", [count for _, _, _, count in asked])
    except (NotThere, AccessLost, Rejected) as error:
        log.info("incidents are counted from facts", action="insight.counting", why=error.what)
        return None
    found: dict[Subject, dict[str, dict[str, list[int]]]] = {one: {} for one in Subject}
    for (subject, window, place, _), groups in zip(asked, numbers, strict=True):
        for key, number in groups.items():
            windows = found[subject].setdefault(key, {name: [0, 0] for name in WINDOWS})
            windows[window][place] = number
    return {
        subject: {
            key: {name: Counts(*pair) for name, pair in windows.items()}
            for key, windows in keys.items()
        }
        for subject, keys in found.items()
    }


def _questions(now: datetime) -> Iterator[tuple[Subject, str, int, Count]]:
    """Subject, window, and whether it is the one before, with the question."""
    for subject, column in COLUMNS.items():
        for window, days in WINDOWS.items():
            for place in (0, 1):
                begin = now - timedelta(days=days * (place + 1))
                end = now - timedelta(days=days) if place else now + SECOND
                yield subject, window, place, Count(_opened(begin, end), column)


def _opened(since: datetime, until: datetime) -> str:
    """Incidents opened since then and before then, to the second."""
    begin, end = (f"{at:%Y-%m-%d %H:%M:%S}" for at in (since, until))
    return f"opened_at>={begin}^opened_at<{end}"
