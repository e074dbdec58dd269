"""Who waits for whom: records that get no twin before what they are linked with has one.

Such a record has no link of its own that could remember it, so a note stands under each record
that it is linked with. Whoever gets a twin, or points elsewhere by now, wakes them. A note is a
hint: what it misses, the daily audit finds.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from mappings.sides import Side
from sync.core.model import Link
from sync.runtime import Runtime

TWIN = "twin"
"""Reason of a row whose record is linked with one that has got its twin."""


def await_twin(runtime: Runtime, side: Side, waits: tuple[str, str], at: Collection[str]) -> None:
    """Note that the record ``waits`` (container and key) waits for these records of its side."""
    for key in at:
        known = _noted(runtime, side, key)
        if waits not in known:
            rows = json.dumps(sorted({*known, waits}))
            runtime.store.meta.put(_name(side, key), rows)


def wake(runtime: Runtime, link: Link) -> None:
    """Have those looked at that wait for either record of a link."""
    for side in Side:
        key = link.end(side).key
        for container, waiting in _noted(runtime, side, key):
            runtime.store.inbox.nudge(side, container, [waiting], TWIN)
        if _noted(runtime, side, key):
            runtime.store.meta.put(_name(side, key), "")


def _noted(runtime: Runtime, side: Side, key: str) -> list[tuple[str, str]]:
    rows = json.loads(runtime.store.meta.get(_name(side, key)) or "[]")
    return [(str(container), str(waiting)) for container, waiting in rows]


def _name(side: Side, key: str) -> str:
    return f"waits:{side}:{key}"
