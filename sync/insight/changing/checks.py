"""Results of automated checks, as pipelines report them, and what they mean for a change.

A *check* is one result: of which change, under which name, when. It is known by its change, its
name, and its run, or its time where it names no run; so one that is sent again is the same. Of the
results of one name the latest counts, by the pipeline's own times: what failed after it passed has
not passed, and one that arrives late changes nothing that came after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sync.store import Store
from sync.store.values import FactRow

KIND = "check"
"""Rows of the store that tell of one."""

KEPT = timedelta(days=190)
"""As long as a result is remembered after it came."""


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


def take(store: Store, check: Check, now: datetime) -> Check | None:
    """Keep it, unless it is known already: then what was told first stands, and is answered."""
    with store.transaction():
        known = store.insight.get(KIND, [check.id]).get(check.id)
        if known is not None:
            return _check(known)
        store.insight.put([_row(check, now, told=False)])
    return None


def all_checks(store: Store) -> Iterator[Check]:
    """All that are remembered."""
    return (_check(row) for row in store.insight.all(KIND))


def untold(store: Store) -> list[Check]:
    """Those that are not on their change yet, in the order of their times."""
    found = (_check(row) for row in store.insight.all(KIND) if not row.data["told"])
    return sorted(found, key=lambda one: (one.at, one.id))


def told(store: Store, checks: Iterable[Check]) -> None:
    """Remember that these need no telling any more."""
    wanted = {one.id for one in checks}
    rows = store.insight.get(KIND, wanted).values()
    store.insight.put(FactRow(KIND, row.key, row.at, {**row.data, "told": True}) for row in rows)


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


def _row(check: Check, now: datetime, *, told: bool) -> FactRow:
    data = {**asdict(check), "at": check.at.astimezone(UTC).isoformat(), "told": told}
    return FactRow(KIND, check.id, now, data)


def _check(row: FactRow) -> Check:
    data = {name: value for name, value in row.data.items() if name != "told"}
    data |= {"at": datetime.fromisoformat(data["at"]), "result": Result(data["result"])}
    return Check(**data)
