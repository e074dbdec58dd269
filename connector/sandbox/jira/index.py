"""The search index: a second, later opinion about the issues.

Every write is announced to the index and becomes visible after ``lag`` seconds, or after a random
part of up to ``spread`` more. With ``flicker`` above zero, an issue the index has already shown may
vanish from it again for a moment. A state that arrives after a newer one is thrown away.

Small side indexes (by project, by label, by time) keep searching cheap when there are many issues;
they offer candidates only, the query decides.
"""

from __future__ import annotations

import heapq
import random
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.sandbox.jira.model import Issue

FLICKER_SECONDS = 20.0


@dataclass(slots=True)
class Knobs:
    """How late the index is. All seconds; ``flicker`` is a probability for each write."""

    lag: float = 0.0
    spread: float = 0.0
    flicker: float = 0.0


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Something the index will learn: a state (None: deleted), or only that it looks away."""

    id: str
    revision: int
    issue: Issue | None
    hide: bool | None = None


class SearchIndex:
    """What searches see."""

    def __init__(self, knobs: Knobs, seed: int) -> None:
        self.knobs = knobs
        self._random = random.Random(seed)  # noqa: S311 - replayable lag, no secret
        self._shown: dict[str, Issue] = {}
        self._revisions: dict[str, int] = {}
        self._away: set[str] = set()
        self._waiting: list[tuple[datetime, int, _Arrival]] = []
        self._serial = 0
        self._by_project: dict[str, set[str]] = defaultdict(set)
        self._by_label: dict[str, set[str]] = defaultdict(set)
        self._by_time: list[tuple[datetime, str]] = []

    def announce(self, now: datetime, issue: Issue) -> None:
        """An issue was written."""
        self._plan(now, _Arrival(issue.id, issue.revision, issue))

    def withdraw(self, now: datetime, issue: Issue) -> None:
        """An issue was deleted."""
        self._plan(now, _Arrival(issue.id, issue.revision + 1, None))

    def advance(self, now: datetime) -> None:
        """Learn everything that is due."""
        while self._waiting and self._waiting[0][0] <= now:
            self._learn(heapq.heappop(self._waiting)[2])

    def catch_up(self) -> None:
        """Learn everything at once."""
        while self._waiting:
            self._learn(heapq.heappop(self._waiting)[2])

    def get(self, key: str) -> Issue | None:
        """The state of one issue as the index has it."""
        return None if key in self._away else self._shown.get(key)

    def all(self) -> Iterable[Issue]:
        """Every issue the index shows."""
        return [issue for key, issue in self._shown.items() if key not in self._away]

    def of_project(self, project: str) -> set[str]:
        """Ids of candidates by project id."""
        return self._by_project.get(project, set())

    def of_label(self, label: str) -> set[str]:
        """Ids of candidates by label, whatever its case."""
        return self._by_label.get(label.lower(), set())

    def since(self, at: datetime) -> set[str]:
        """Ids of candidates updated at that time or later."""
        return {key for _, key in self._by_time[bisect_left(self._by_time, (at, "")) :]}

    def _plan(self, now: datetime, arrival: _Arrival) -> None:
        knobs = self.knobs
        wait = knobs.lag + (self._random.uniform(0, knobs.spread) if knobs.spread else 0.0)
        if wait <= 0 and not self._waiting:
            self._learn(arrival)
        else:
            self._push(now, wait, arrival)
        if knobs.flicker and arrival.issue and self._random.random() < knobs.flicker:
            start = wait + self._random.uniform(0, FLICKER_SECONDS)
            blink = _Arrival(arrival.id, 0, None, hide=True)
            self._push(now, start, blink)
            end = start + self._random.uniform(1, FLICKER_SECONDS)
            self._push(now, end, _Arrival(arrival.id, 0, None, hide=False))

    def _push(self, now: datetime, wait: float, arrival: _Arrival) -> None:
        self._serial += 1
        heapq.heappush(self._waiting, (now + timedelta(seconds=wait), self._serial, arrival))

    def _learn(self, arrival: _Arrival) -> None:
        if arrival.hide is not None:
            (self._away.add if arrival.hide else self._away.discard)(arrival.id)
            return
        if self._revisions.get(arrival.id, -1) >= arrival.revision:
            return
        self._revisions[arrival.id] = arrival.revision
        self._forget(arrival.id)
        if arrival.issue is not None:
            self._show(arrival.issue)

    def _show(self, issue: Issue) -> None:
        self._shown[issue.id] = issue
        self._by_project[issue.project].add(issue.id)
        for label in issue.fields["labels"]:
            self._by_label[label.lower()].add(issue.id)
        insort(self._by_time, (issue.updated, issue.id))

    def _forget(self, key: str) -> None:
        issue = self._shown.pop(key, None)
        if issue is None:
            return
        self._by_project[issue.project].discard(key)
        for label in issue.fields["labels"]:
            self._by_label[label.lower()].discard(key)
        place = bisect_left(self._by_time, (issue.updated, key))
        del self._by_time[place]
