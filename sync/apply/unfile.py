"""Deleting copies whose originals were deleted. Twice does no harm: an id never comes back."""

from __future__ import annotations

from collections.abc import Sequence

from connector.values import Done, Refused, WriteResult
from mappings.sides import Side
from sync.apply.common import Place, file_field, park, postpone
from sync.core.model import FileLink, HistoryRow
from sync.core.plan import Detach
from sync.runtime import Runtime


def detach(runtime: Runtime, actions: Sequence[Detach], plan: str) -> frozenset[int]:
    """Delete all copies of a plan; ids of links that need another look.

    Right before, both sides are asked who we are: to somebody unknown everything looks deleted.
    """
    left: set[int] = set()
    if actions and not all(runtime.adapters[side].identity().key for side in Side):
        return frozenset(action.link.id for action in actions)
    for side in Side:
        mine = [action for action in actions if action.side is side]
        if mine:
            runtime.store.ensure()
            results = runtime.adapters[side].detach([action.copy for action in mine])
            for action, result in zip(mine, results, strict=True):
                if not _remember(runtime, action, result, plan):
                    left.add(action.link.id)
    return frozenset(left)


def _remember(runtime: Runtime, action: Detach, result: WriteResult, plan: str) -> bool:
    """What came of it; whether nothing is left to be found out."""
    end = action.link.end(action.side)
    if isinstance(result, Done):
        _gone(runtime, action, plan)
    elif isinstance(result, Refused):
        park(
            runtime,
            Place(action.pair, action.side, end, file_field(action.source_id)),
            result.error,
        )
    else:
        postpone(runtime, action.side, end, result)
        return False
    return True


def _gone(runtime: Runtime, action: Detach, plan: str) -> None:
    end, copy = action.link.end(action.side), action.copy
    row = HistoryRow(
        action.pair, action.link.id, action.side, end.label or end.key, "detach", copy.name,
        copy.id, None, "its original was deleted", plan, "done",
    )  # fmt: skip
    known = FileLink(action.link.id, action.side.other, action.source_id, "", copy.name, copy.size)
    with runtime.store.transaction():
        runtime.store.files.unfile([known])
        runtime.store.ledger.record([row])
    runtime.tally.add("detached", action.side)
