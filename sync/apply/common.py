"""What every hand needs: parking, postponing, remembering."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from connector.errors import Rejected, RetryLater
from connector.values import NotSent, Unclear
from mappings.sides import Side
from sync.core.model import End, Link, Parked
from sync.runtime import Runtime, log

PATIENCE = timedelta(seconds=30)
"""How long a record waits after a failure that said nothing about when to come back."""

ECHO = "echo"
"""Reason of a row whose record we changed without seeing all that moved it."""


COMMENTED, FILED = "commented", "filed"
"""Reasons of a row whose record has news in its journal, or a new file."""

LATER = "later"
"""Reason of a row whose record waits for a write that has to be tried again."""


KEPT = "kept "
"""Begins the fingerprint of a refused write that the side had answered with yes: people have to do
it there, so it is said on the record, too."""


ALL_OF_IT = ""
"""Name of a field under which a whole record is put aside."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is put aside: a record on one side, or one field of it."""

    pair: str
    side: Side
    end: End
    field: str = ALL_OF_IT


COMMENT = "comment "
"""Begins the name of a comment where fields are named."""


def comment_field(name: str) -> str:
    """What a text about a comment that could not be carried is called where fields are named."""
    return COMMENT + name


def file_field(file_id: str) -> str:
    """What a file that could not be carried is called where fields are named."""
    return f"file {file_id}"


def park(runtime: Runtime, place: Place, error: Rejected, fingerprint: str = "") -> None:
    """Put a record, or one field of it, aside for a person."""
    end = place.end
    runtime.store.ledger.park(
        Parked(
            0, place.pair, place.side, end.container, end.key, end.label, place.field,
            error.what, error.remedy, error.offered, fingerprint,
        )
    )  # fmt: skip
    log.warning(
        "put aside for a person",
        action="parked",
        pair=place.pair,
        record=end.label or end.key,
        field=place.field,
        reason=error.what,
    )


def close_conflicts(runtime: Runtime, link_id: int, names: Collection[str]) -> None:
    """Close what is in dispute about fields on which both sides agree by now."""
    if not names:
        return
    for conflict in runtime.store.ledger.conflicts_of([link_id])[link_id]:
        if conflict.field in names:
            runtime.store.ledger.close_conflict(
                conflict.id, "agreed", "both sides hold values that fit together"
            )


def postpone(runtime: Runtime, side: Side, end: End, result: NotSent | Unclear) -> None:
    """Look at this record again later; its inbox row stays."""
    after = result.error.after if isinstance(result.error, RetryLater) else None
    wait = timedelta(seconds=after) if after else PATIENCE
    due = runtime.clock() + wait
    runtime.store.inbox.delay(side, end.container, [end.key], LATER, due)
    log.info(
        "postponed",
        action="postponed",
        record=end.label or end.key,
        seconds=wait.total_seconds(),
        reason=result.error.what,
    )


def echo(runtime: Runtime, side: Side, link: Link) -> None:
    """Ask for one more look at a record that we changed without seeing its new version."""
    end = link.end(side)
    runtime.store.inbox.nudge(side, end.container, [end.key], ECHO)
