"""The flap breaker: a field that goes back and forth is frozen and shown to a person. Pure.

Two automations that disagree, one on each side, would have us carry their values to and fro for
ever. So a field that we wrote :data:`TIMES` times within :data:`WINDOW` is not written again with a
value it already had (reliability: I-05).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sync.core.merge import Stuck, Write
from sync.core.model import HistoryRow

TIMES = 3
WINDOW = timedelta(minutes=10)


def flapping(write: Write, name: str, history: Iterable[HistoryRow], now: datetime) -> bool:
    """Whether this write would be one more turn of a fight; ``history`` is its link's."""
    ours = [
        row.new
        for row in history
        if row.field == name and row.side is write.side and row.at and now - row.at < WINDOW
    ]
    return len(ours) >= TIMES and write.wanted in ours


def frozen(write: Write, name: str) -> Stuck:
    """What is said about a field that is not written any more."""
    minutes = int(WINDOW.total_seconds() // 60)
    return Stuck(
        write.side.other,
        f"{name} was written {TIMES} times in {minutes} minutes and changes back each time",
        "Find what undoes it on either side, then `tandem parked retry ID`.",
        frozen=True,
    )
