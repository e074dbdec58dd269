"""From what a write raised to what became of the record; the same for both sides.

A write may end in a certain refusal, in "certainly not done", or in a doubt. The doubt has its own
exception, :class:`Lost`, which is no :class:`~connector.errors.ConnectorError`: nothing that
retries or reports errors can mistake it for a failure that may simply be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector.errors import (
    AccessLost,
    BrokenAnswer,
    ConnectorError,
    Rejected,
    RetryLater,
    Unreachable,
)
from connector.values import CommentDraft, Done, NotSent, Refused, Unclear, WriteResult

_WHOLE_SIDE = (AccessLost, BrokenAnswer, Unreachable)


class Lost(Exception):
    """A write whose fate is unknown; ``error`` says what happened on the wire."""

    def __init__(self, error: ConnectorError) -> None:
        super().__init__(str(error))
        self.error = error


def outcome(call: Callable[[], WriteResult]) -> WriteResult:
    """Run one write and say what became of it."""
    try:
        return call()
    except Lost as lost:
        return Unclear(lost.error)
    except Rejected as error:
        return Refused(error)
    except ConnectorError as error:
        return NotSent(error)


def behind(draft: CommentDraft, before: WriteResult) -> bool:
    """Whether a comment cannot be sent after what became of the one before it on its record."""
    if isinstance(before, Refused):
        return draft.follows
    return not isinstance(before, Done)


def waiting(before: WriteResult, side: str) -> NotSent:
    """For a comment that stands behind another one of its record, which did not arrive or may not
    have: it would come out of order. Why the first was not sent is why the next is not."""
    if isinstance(before, NotSent):
        return before
    return NotSent(RetryLater("an earlier comment of this record is not settled", side=side))


def settled(results: Sequence[WriteResult]) -> list[WriteResult]:
    """The results, unless nothing was sent at all because the whole side is out of reach."""
    troubles = [
        result.error
        for result in results
        if isinstance(result, NotSent) and isinstance(result.error, _WHOLE_SIDE)
    ]
    if results and len(troubles) == len(results):
        raise troubles[0]
    return list(results)
