"""Rate limits: per issue on Cloud, bursts per endpoint, a token bucket per user on Data Center.

A refused request has done nothing. The per-issue limit is on by default because it is always there
in the real product; bursts and the bucket are switched on by whoever wants to see them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from connector.sandbox.http import Response
from connector.sandbox.jira.problems import Refusal

PER_ISSUE = ((2.0, 20), (30.0, 100))
"""Seconds and the writes allowed in them."""


@dataclass(slots=True)
class Limits:
    """What is enforced. ``burst`` is requests a second for each method and endpoint.

    ``bucket`` (Data Center) is how many requests one user has, ``fill`` how many come back each
    second; they are announced on every answer even when they are not enforced.
    """

    per_issue: bool = True
    burst: int | None = None
    bucket: int = 0
    fill: int = 50
    _writes: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _calls: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _left: dict[str, tuple[float, datetime]] = field(default_factory=dict)

    def issue_write(self, issue: str, now: datetime) -> None:
        """Count a write to one issue, or refuse it."""
        if not self.per_issue:
            return
        held = self._writes[issue]
        for seconds, allowed in PER_ISSUE:
            recent = [at for at in held if at > now - timedelta(seconds=seconds)]
            if len(recent) >= allowed:
                free = recent[-allowed] + timedelta(seconds=seconds)
                raise _too_many("jira-per-issue-on-write", free, now)
        held.append(now)
        while held and held[0] <= now - timedelta(seconds=PER_ISSUE[-1][0]):
            held.popleft()

    def endpoint(self, name: str, now: datetime) -> None:
        """Count a call of one endpoint, or refuse it."""
        if self.burst is None:
            return
        held = self._calls[name]
        while held and held[0] <= now - timedelta(seconds=1):
            held.popleft()
        if len(held) >= self.burst:
            raise _too_many("jira-burst-based", held[0] + timedelta(seconds=1), now)
        held.append(now)

    def user(self, key: str, now: datetime) -> Mapping[str, str]:
        """Take one from a user's bucket: headers for the answer, or a refusal."""
        size = self.bucket or 1000
        left, at = self._left.get(key, (float(size), now))
        left = min(float(size), left + (now - at).total_seconds() * self.fill)
        if self.bucket and left < 1:
            wait = {"retry-after": str(max(1, ceil((1 - left) / self.fill)))}
            body = {"message": "Rate limit exceeded."}
            raise Refusal(Response.of_json(429, body, {**self._headers(size, 0), **wait}))
        self._left[key] = (left - 1 if self.bucket else left, now)
        return self._headers(size, int(left))

    def _headers(self, size: int, left: int) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(size),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-FillRate": str(self.fill),
            "X-RateLimit-Interval-Seconds": "1",
        }


def _too_many(reason: str, free: datetime, now: datetime) -> Refusal:
    wait = max(1, ceil((free - now).total_seconds()))
    headers = {
        "Retry-After": str(wait),
        "X-RateLimit-Reset": free.strftime("%Y-%m-%dT%H:%MZ"),
        "RateLimit-Reason": reason,
    }
    body = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
    return Refusal(Response.of_json(429, body, headers))
