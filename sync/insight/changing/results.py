"""Results of checks as the store keeps them, from their arrival on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sync.insight.changing.checks import Check, Result
from sync.store import Store
from sync.store.values import FactRow

KIND = "check"
"""Rows of the store that tell of one."""

KEPT = timedelta(days=190)
"""As long as a result is remembered after it came."""


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


def forget(store: Store, now: datetime) -> None:
    """Forget what came too long ago."""
    store.insight.forget(KIND, now - KEPT)


def _row(check: Check, now: datetime, *, told: bool) -> FactRow:
    data = {**asdict(check), "at": check.at.astimezone(UTC).isoformat(), "told": told}
    return FactRow(KIND, check.id, now, data)


def _check(row: FactRow) -> Check:
    data = {name: value for name, value in row.data.items() if name != "told"}
    data |= {"at": datetime.fromisoformat(data["at"]), "result": Result(data["result"])}
    return Check(**data)
