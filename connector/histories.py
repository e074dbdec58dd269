"""How a record came to be as it is: steps of its fields, as its own side kept them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one field. ``field`` is the name that was asked for.

    ``before`` and ``after`` are what people read, ``before_id`` and ``after_id`` what the side
    keeps, where it keeps an id; empty is ``None``. Jira tells a change of a set (versions,
    components) member by member or as a whole, whichever it wrote down.
    """

    at: datetime
    field: str
    before: str | None
    after: str | None
    before_id: str | None = None
    after_id: str | None = None
