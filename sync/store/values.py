"""Values that only the store hands out; everything else is in :mod:`sync.core.model`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.core.model import InboxRow, Intent


@dataclass(frozen=True, slots=True)
class QueuedRow(InboxRow):
    """An inbox row as it was read. ``turn`` grows with every nudge.

    A row is only finished when its turn is still the one that was read: a nudge that came while the
    record was being looked at asks for another look. ``since`` is when the row came into being.
    """

    turn: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SentIntent(Intent):
    """An intent as stored. ``first_sent_at`` is when its first attempt went out.

    ``sent_at`` is the latest attempt's: settling counts from it. What a look-up finds may stem from
    any attempt, so "made by us" is judged against the first.
    """

    first_sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FactRow:
    """What insight keeps of a record, or of something it wrote or proposed, as plain data.

    ``at`` is when it happened (an incident was opened): rows are forgotten by it.
    """

    kind: str
    key: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work, until it expires on the database's clock.

    ``epoch`` grows with every holder: a write that carries an older epoch is refused.
    """

    name: str
    holder: str
    epoch: int
    ttl: float
