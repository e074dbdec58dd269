"""Out of our sight: which records the engine could not be shown, since when, and what is around.

A record is *away* while it is hidden, or deleted. An engine that looks now and then cannot know of
an appearance between two audits that came to an end, so such a one does not interrupt an absence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from mappings.sides import Side
from sync.core.absence import PATIENCE
from tests.simulation.rig import Rig


@dataclass(frozen=True, slots=True)
class Turn:
    """A record goes away, or comes back, right before the ``n``-th entry of the journal."""

    n: int
    at: datetime
    away: bool


class Veils:
    """What people hid and showed again."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self._turns: dict[tuple[Side, str], list[Turn]] = {}

    def hide(self, side: Side, keys: Iterable[str]) -> None:
        """Records go out of our sight."""
        for key in keys:
            self._held(side).add(key)
            self._note(side, key, away=True)

    def lift(self, side: Side) -> None:
        """Everything of a side is shown again."""
        for key in sorted(self._held(side)):
            self._note(side, key, away=False)
        self._held(side).clear()

    def hidden(self, side: Side) -> bool:
        """Whether anything of a side is hidden."""
        return bool(self._held(side))

    def veiled(self, side: Side, key: str, since: int) -> bool:
        """Whether a record was hidden, or dead, at some time after an entry of the journal."""
        turns = self._all(side, key)
        before = [one.away for one in turns if one.n <= since]
        return bool(before and before[-1]) or any(one.away for one in turns if one.n > since)

    def away(self, side: Side, key: str, n: int) -> bool:
        """Whether a record could not be shown right before an entry."""
        told = [one.away for one in self._all(side, key) if one.n <= n]
        return bool(told) and told[-1]

    def away_since(self, side: Side, key: str, since: int, n: int) -> bool:
        """Whether a record could be shown at no time between two entries of the journal."""
        back = any(not one.away and since < one.n <= n for one in self._all(side, key))
        return self.away(side, key, n) and not back

    def for_a_week(self, side: Side, key: str, n: int, at: datetime) -> bool:
        """Whether a record had been away for seven days, as far as anybody could see."""
        since: datetime | None = None
        left: Turn | None = None
        for one in (turn for turn in self._all(side, key) if turn.n <= n and turn.at <= at):
            if not one.away:
                left = one
            elif since is None or (left is not None and self._audited(left, one)):
                since, left = one.at, None
            else:
                left = None
        return since is not None and left is None and at - since >= PATIENCE

    def _audited(self, shown: Turn, away: Turn) -> bool:
        first, last = (shown.n, shown.at), (away.n, away.at)
        return any(first <= audit < last for audit in self.rig.audits)

    def _all(self, side: Side, key: str) -> list[Turn]:
        """Everything that made a record go and come back, in order."""
        told = [(one, "hidden") for one in self._turns.get((side, key), ())]
        told += [
            (Turn(one.n + 1, one.at, one.op == "delete"), "dead")
            for one in self.rig.journal.of(side, key)
            if one.op in ("delete", "undelete")
        ]
        found: list[Turn] = []
        why: set[str] = set()
        for turn, kind in sorted(told, key=lambda one: (one[0].n, one[0].at)):
            (why.add if turn.away else why.discard)(kind)
            if bool(why) != bool(found and found[-1].away):
                found.append(replace(turn, away=bool(why)))
        return found

    def _note(self, side: Side, key: str, *, away: bool) -> None:
        turn = Turn(len(self.rig.journal.entries), self.rig.clock.now(), away)
        self._turns.setdefault((side, key), []).append(turn)

    def _held(self, side: Side) -> set[str]:
        if side is Side.JIRA:
            return self.rig.jira.world.hidden
        return self.rig.servicenow.world.knobs.hidden_rows


def around(rig: Rig, veils: Veils, side: Side, keys: Iterable[str], n: int) -> Iterator[bool]:
    """For each record that existed right before an entry: whether it could be shown."""
    for key in keys:
        told = [one for one in rig.journal.of(side, key) if one.n < n]
        deaths = [one.op == "delete" for one in told if one.op in ("delete", "undelete")]
        if told and not (deaths and deaths[-1]):
            yield not veils.away(side, key, n)
