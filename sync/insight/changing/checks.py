"""Results of automated checks, as pipelines report them, and what they mean for a change.

A *check* is one result: of which change, under which name, when. It is known by its change, its
name, and its run, or its time where it names no run; so one that is sent again is the same. Of the
results of one name the latest counts, by the pipeline's own times: what failed after it passed has
not passed, and one that arrives late changes nothing that came after it. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Result(StrEnum):
    """How a check ended; only ``passed`` counts as passed."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Check:
    """One result. ``change`` is the change's number or its story's key, in capitals; ``run`` names
    the run that it stems from, where the pipeline tells."""

    change: str
    name: str
    result: Result
    at: datetime
    link: str = ""
    run: str = ""

    @property
    def id(self) -> str:
        """Sixteen digits that stand for it."""
        which = f"run {self.run}" if self.run else f"at {self.at.astimezone(UTC).isoformat()}"
        seed = "\n".join((self.change, self.name.casefold(), which))
        return hashlib.sha256(seed.encode()).hexdigest()[:16]


def by_change(checks: Iterable[Check], names: Mapping[str, str]) -> dict[str, tuple[Check, ...]]:
    """The latest of each name, by the change's key; ``names`` are those keys by what a change is
    called (its number, its story's key)."""
    latest: dict[str, dict[str, Check]] = {}
    for one in checks:
        key = names.get(one.change)
        if key is not None:
            mine, name = latest.setdefault(key, {}), one.name.casefold()
            if name not in mine or (mine[name].at, mine[name].id) < (one.at, one.id):
                mine[name] = one
    return {
        key: tuple(sorted(mine.values(), key=lambda one: (one.name.casefold(), one.id)))
        for key, mine in latest.items()
    }


def passed(checks: Iterable[Check]) -> tuple[str, ...]:
    """Names of those that passed."""
    return tuple(one.name for one in checks if one.result is Result.PASSED)
