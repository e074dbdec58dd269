"""A linked record that is not shown: what that proves, and when to look again (6.7). Pure.

Absence is no evidence: a deleted record, a hidden one and one of a project that we may not see look
alike. A *proof* is a line in which the side itself says that the record was deleted. Without one
only a person's word, or the mapping's ``on_delete`` together with patience, settles it.

===========  ======  ===============  ================  =========  ======
proof        word    ``on_delete``    looks and days    container  fate
===========  ======  ===============  ================  =========  ======
since it     any     any              any               any        gone
was last
back
none         given   any              any               any        gone
none         none    detach           any               any        waits
none         none    close, delete    3 looks and 7     shown      gone
                                      days or more
none         none    close, delete    3 looks and 7     not shown  waits
                                      days or more
none         none    close, delete    fewer             any        waits
===========  ======  ===============  ================  =========  ======

Looks count when they are eight hours apart, so three of them take a day. After that a person is
told. The container is *shown* when the side shows it to us at all, and one of a few other linked
records in it, read in the same way as the absent one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mappings.model import OnDelete
from mappings.sides import Side
from sync.core.model import Absence

APART = timedelta(hours=8)
LOOKS = 3
PATIENCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Signs:
    """All that is known about a record that is not shown. ``proof`` is when the side says that it
    was deleted; ``shown`` is only asked for where the answer hangs on it."""

    absence: Absence
    now: datetime
    rule: OnDelete
    proof: datetime | None = None
    shown: bool = False


def observed(known: Absence | None, link: int, side: Side, now: datetime, *, seen: bool) -> Absence:
    """What is remembered of a record after a look at it."""
    known = known or Absence(link, side)
    if seen and known.since is None:
        return known
    if seen:
        return Absence(link, side, back_at=now, closed=known.closed)
    if known.since is None or known.looked_at is None:
        return replace(known, since=now, looked_at=now, looks=0)
    if now - known.looked_at >= APART:
        return replace(known, looks=known.looks + 1, looked_at=now)
    return known


def gone(signs: Signs) -> str:
    """Why a record counts as deleted; empty while that is open (see the table above)."""
    absence = signs.absence
    if absence.since is None:
        return ""
    if signs.proof is not None and not _before(signs.proof, absence.back_at):
        return f"deleted on {signs.proof:%Y-%m-%d %H:%M:%S} UTC, as {absence.side} tells"
    if absence.word:
        return f"deleted, says {absence.word}"
    if ripe(signs) and signs.shown:
        return f"not shown since {absence.since:%Y-%m-%d %H:%M:%S} UTC, and the mapping has a rule"
    return ""


def ripe(signs: Signs) -> bool:
    """Whether all is there but a container that is shown."""
    absence = signs.absence
    if signs.rule is OnDelete.DETACH or absence.since is None:
        return False
    return absence.looks >= LOOKS and signs.now - absence.since >= PATIENCE


def lasting(absence: Absence) -> bool:
    """Whether a record has been looked for long enough for a person to be told."""
    return absence.since is not None and absence.looks >= LOOKS


def next_look(signs: Signs) -> timedelta | None:
    """In how long to look again; ``None`` leaves it to the daily audit."""
    absence = signs.absence
    if absence.since is None or absence.looked_at is None:
        return None
    if absence.looks < LOOKS:
        return max(absence.looked_at + APART - signs.now, timedelta())
    left = absence.since + PATIENCE - signs.now
    return left if signs.rule is not OnDelete.DETACH and left > timedelta() else None


def _before(proof: datetime, back: datetime | None) -> bool:
    """Whether a proof is of an earlier deletion, from which the record came back."""
    return back is not None and proof < back
