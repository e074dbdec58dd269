"""Whether a change truly lacks a text, or the side only does not show it to us.

A column that an access rule hides reads as empty. So of the open changes that seem to lack a text
the side is asked, by a condition, whether the column is empty; where it does not say so, nothing is
known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from connector.errors import AccessLost, NotThere, Rejected
from mappings.sides import Side
from sync.insight.facts import ChangeFact
from sync.runtime import Runtime, log

TABLE = "change_request"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "impact": ("risk_impact_analysis", "justification"),
    "backout": ("backout_plan",),
    "test": ("test_plan",),
}
"""Columns of each text, by the field of the fact."""


def verified(runtime: Runtime, changes: Iterable[ChangeFact]) -> list[ChangeFact]:
    """The same changes; what was wrongly taken for missing is not known."""
    given = list(changes)
    for field, columns in COLUMNS.items():
        keys = [one.key for one in given if one.active and getattr(one, field) is False]
        sure = _empty(runtime, columns, keys)
        doubtful = set(keys) - sure
        unknown: dict[str, Any] = {field: None}
        given = [replace(one, **unknown) if one.key in doubtful else one for one in given]
    return given


def _empty(runtime: Runtime, columns: Iterable[str], keys: Collection[str]) -> set[str]:
    """Those of which the side says that all these columns are empty; none, where it says nothing
    to us."""
    witness, sure = runtime.adapters[Side.SERVICENOW].witness, set(keys)
    try:
        for column in columns:
            if sure:
                sure &= witness.empty(TABLE, column, sorted(sure))
    except (NotThere, AccessLost, Rejected) as error:
        log.info("plans are not known", action="insight.unknown", why=error.what)
        return set()
    return sure
