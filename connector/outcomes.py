"""From what a write raised to what became of the record; the same for both sides.

A write may end in a certain refusal, in "certainly not done", or in a doubt. The doubt has its own
exception, :class:`Lost`, which is no :class:`~connector.errors.ConnectorError`: nothing that
retries or reports errors can mistake it for a failure that may simply be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector.errors import AccessLost, BrokenAnswer, ConnectorError, Rejected, Unreachable
from connector.values import Done, NotSent, Refused, Unclear, WriteResult

_WHOLE_SIDE = (AccessLost, BrokenAnswer, Unreachable)


class Lost(Exception):
    """A write whose fate is unknown; ``error`` says what happened on the wire."""

    def __init__(self, error: ConnectorError) -> None:
        super().__init__(str(error))
        self.error = error


def outcome(call: Callable[[], Done]) -> WriteResult:
    """Run one write and say what became of it."""
    try:
        return call()
    except Lost as lost:
        return Unclear(lost.error)
    except Rejected as error:
        return Refused(error)
    except ConnectorError as error:
        return NotSent(error)


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
