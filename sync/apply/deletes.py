"""Deleting the survivor of a deleted record, where the mapping says so and a person approved it.

A deletion cannot be taken back by us. So right before it everything is asked again: who we are on
both sides, whether the lost record is still gone beyond doubt, whether the survivor is as it was
approved. The request is sent once. After an unclear answer the survivor itself tells
(:mod:`sync.engine.removals`); one that is still there is planned anew, and asked about anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector.address import Address
from connector.errors import Rejected
from connector.values import Done, Record, Refused, Unclear, WriteResult
from mappings.sides import Side
from sync.apply.common import LATER, Place, park, postpone
from sync.apply.once import once
from sync.core import marks
from sync.core.model import HistoryRow, Intent, IntentKind, Link
from sync.core.plan import Delete
from sync.runtime import Runtime, log

DELETED = "@delete"
"""Name under which a record is put aside that could not be deleted."""

Certain = Callable[[Runtime, Link, Side], bool]
"""Whether a link's record on a side is gone beyond doubt, asked anew."""


def delete(
    runtime: Runtime, actions: Sequence[Delete], plan: str, certain: Certain
) -> frozenset[int]:
    """Delete the survivors of a plan; ids of links that need another look."""
    unfinished: set[int] = set()
    for action in actions:
        if not _still(runtime, action, certain):
            end = action.link.end(action.side)
            runtime.store.inbox.nudge(action.side, end.container, [end.key], LATER)
            log.warning("not deleted after all", action="delete.stopped", record=end.label)
            unfinished.add(action.link.id)
        elif not _delete(runtime, action, plan):
            unfinished.add(action.link.id)
    return frozenset(unfinished)


def _still(runtime: Runtime, action: Delete, certain: Certain) -> bool:
    """Whether all is as it was approved."""
    end = action.link.end(action.side)
    if not runtime.adapters[action.side].identity().key:
        return False
    if not certain(runtime, action.link, action.side.other):
        return False
    found = runtime.read(action.side, end.container, [end.key], fresh=True).get(end.key)
    return found is not None and _same(action, found)


def _same(action: Delete, found: Record) -> bool:
    end = action.link.end(action.side)
    return found.version == action.version and found.container == end.container


def _delete(runtime: Runtime, action: Delete, plan: str) -> bool:
    end = action.link.end(action.side)
    adapter = runtime.adapters[action.side]
    address = Address(end.container, end.key)
    intent = _intent(runtime, action)
    [result] = once(runtime, action.side, [intent], lambda: adapter.delete([address]))
    return _remember(runtime, action, intent, result, plan)


def _intent(runtime: Runtime, action: Delete) -> Intent:
    end, lost = action.link.end(action.side), action.link.end(action.side.other)
    marker = marks.deletion(runtime.options.installation, action.pair, action.side, end.key)
    return Intent(
        marker, action.pair, IntentKind.DELETE, action.side, end.container, lost.key,
        parent=end.key,
    )  # fmt: skip


def _remember(
    runtime: Runtime, action: Delete, intent: Intent, result: WriteResult, plan: str
) -> bool:
    """What came of it; whether nothing is left to be found out."""
    end = action.link.end(action.side)
    if isinstance(result, Done):
        removed(runtime, intent, action.link, action.reason, plan)
        return True
    if isinstance(result, Unclear):
        runtime.store.intents.unclear([intent.marker])
        log.warning("a deletion is unclear", action="delete.unclear", record=end.label)
        return False
    runtime.store.intents.drop([intent.marker])
    if isinstance(result, Refused):
        _refused(runtime, action, result.error)
        return True
    postpone(runtime, action.side, end, result)
    return False


def _refused(runtime: Runtime, action: Delete, error: Rejected) -> None:
    remedy = error.remedy or "Delete it by hand, or give the account the right to."
    told = Rejected(error.what, side=action.side.value, remedy=remedy)
    park(runtime, Place(action.pair, action.side, action.link.end(action.side), DELETED), told)


def removed(runtime: Runtime, intent: Intent, link: Link, reason: str, plan: str) -> None:
    """Write down that a record was deleted by us."""
    end = link.end(intent.side)
    row = HistoryRow(
        link.pair, link.id, intent.side, end.label or end.key, "delete", "", end.key, None,
        f"its twin is {reason}", plan, "done",
    )  # fmt: skip
    with runtime.store.transaction():
        runtime.store.intents.done(intent.marker, end.key)
        runtime.store.ledger.record([row])
        runtime.store.inbox.nudge(intent.side, end.container, [end.key], LATER)
    runtime.tally.add("deleted", intent.side)
    log.warning("deleted", action="deleted", record=end.label, why=reason)
