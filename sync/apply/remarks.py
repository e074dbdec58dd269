"""Carrying comments: each arrives once, in order, with its author and time (reliability: 6.4).

A comment can not be repeated blindly either. Its reference stands in its first line, so after an
unclear answer the record's own comments tell whether it arrived.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.values import CommentDraft, Done, Refused, Unclear, WriteResult
from mappings.sides import Side
from sync.apply.common import Place, comment_field, echo, park, postpone
from sync.apply.once import once
from sync.core.model import CommentLink, HistoryRow, Intent, IntentKind, IntentState
from sync.core.plan import Remark
from sync.runtime import Runtime, log

UNDER_WAY = frozenset({IntentState.SENT, IntentState.UNCLEAR, IntentState.DONE})
"""States of a text that is not to be sent now."""


def remark(runtime: Runtime, actions: Sequence[Remark], plan: str) -> frozenset[int]:
    """Add all comments of a plan, those of one record in their order; links to look at again."""
    for side in Side:
        mine = [action for action in actions if action.side is side]
        if mine:
            _side(runtime, side, _sendable(runtime, mine), plan)
    return frozenset(action.link.id for action in actions)


def _sendable(runtime: Runtime, actions: Sequence[Remark]) -> list[Remark]:
    """Leave out what may be under way, and what stands behind it on the same record."""
    known = runtime.store.intents.get([action.comment.reference for action in actions])
    blocked = _doubtful(runtime, actions)
    found = []
    for action in actions:
        intent = known.get(action.comment.reference)
        if intent is not None and intent.state in UNDER_WAY:
            blocked.add(action.link.id)
        if action.link.id not in blocked:
            found.append(action)
    return found


def _doubtful(runtime: Runtime, actions: Sequence[Remark]) -> set[int]:
    """Links with a text under way that is not among what is planned, as its comment was edited."""
    planned = {action.comment.reference for action in actions}
    open_ = {
        (intent.side, intent.parent)
        for intent in runtime.store.intents.open()
        if intent.kind is IntentKind.COMMENT
        and intent.state is not IntentState.PLANNED
        and intent.marker not in planned
    }
    return {
        action.link.id
        for action in actions
        if (action.side, action.link.end(action.side).key) in open_
    }


def _side(runtime: Runtime, side: Side, actions: Sequence[Remark], plan: str) -> None:
    if not actions:
        return
    drafts = [_draft(action) for action in actions]
    intents = [_intent(action) for action in actions]
    results = once(runtime, side, intents, lambda: runtime.adapters[side].comment(drafts))
    for action, result in zip(actions, results, strict=True):
        _remember(runtime, action, result, plan)


def _intent(action: Remark) -> Intent:
    end = action.link.end(action.side)
    return Intent(
        action.comment.reference,
        action.pair,
        IntentKind.COMMENT,
        action.side,
        end.container,
        action.comment.source_id,
        parent=end.key,
    )


def _draft(action: Remark) -> CommentDraft:
    end = action.link.end(action.side)
    comment = action.comment
    return CommentDraft(
        end.container, end.key, comment.lane, comment.body, comment.reference, comment.internal,
        comment.follows,
    )  # fmt: skip


def _remember(runtime: Runtime, action: Remark, result: WriteResult, plan: str) -> None:
    end = action.link.end(action.side)
    reference = action.comment.reference
    if isinstance(result, Done):
        arrived(runtime, action, result.key, plan)
        return
    if isinstance(result, Unclear):
        runtime.store.intents.unclear([reference])
        postpone(runtime, action.side, end, result)
        log.warning("a comment is unclear", action="comment.unclear", record=end.label)
        return
    runtime.store.intents.drop([reference])
    if isinstance(result, Refused):
        field = comment_field(action.comment.source_id)
        park(runtime, Place(action.pair, action.side, end, field), result.error, action.status)
    else:
        postpone(runtime, action.side.other, action.link.end(action.side.other), result)


def arrived(
    runtime: Runtime, action: Remark, copy_id: str, plan: str, *, seen: bool = False
) -> None:
    """Remember that a comment stands on the other side.

    ``seen``: it was read together with its record, so the record needs no look because of it.
    """
    comment, end = action.comment, action.link.end(action.side)
    row = CommentLink(
        action.link.id, action.side.other, comment.source_id, copy_id, comment.lane,
        comment.stamp, comment.digest, comment.parts,
    )  # fmt: skip
    with runtime.store.transaction():
        runtime.store.comments.add([row])
        runtime.store.intents.plan([_intent(action)])
        runtime.store.intents.done(comment.reference, copy_id)
        runtime.store.ledger.unpark(action.side, end.key, [comment_field(comment.source_id)])
        if not seen:
            echo(runtime, action.side, action.link)
        runtime.store.ledger.record(
            [
                HistoryRow(
                    action.pair, action.link.id, action.side, end.label, "comment", comment.lane,
                    None, copy_id, f"carried from {comment.author}", plan, "done",
                )
            ]
        )  # fmt: skip
    runtime.tally.add("commented", action.side)
