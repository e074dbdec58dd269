"""What every judge looks at: the truth of both sides, and what the store says about it."""

from __future__ import annotations

from collections import Counter

from connector.values import Comment
from mappings.sides import Side
from sync.core.model import Conflict, Parked
from sync.demo.content import Truth, fit, read
from sync.demo.couples import Couple, Marks, Names, TruthLookup
from sync.engine.doubles import TWIN
from tests.simulation.journal import Entry
from tests.simulation.people.crowd import Crowd
from tests.simulation.rig import Rig


class Evidence:
    """All there is to know about a schedule that came to rest."""

    def __init__(self, rig: Rig, crowd: Crowd) -> None:
        self.rig, self.crowd = rig, crowd
        rig.drain("person")
        self.specs = fit(rig, rig.specs)
        options = rig.runtime.options
        self.names = Names(options.installation, options.jira_host)
        self.truth: Truth = read(rig, self.specs)
        self.marked = Marks(self.truth, self.specs, self.names)
        self.lookup = TruthLookup(self.marked)
        ledger = rig.store.ledger
        self.parked: tuple[Parked, ...] = ledger.parked()
        self.conflicts: tuple[Conflict, ...] = ledger.conflicts(all=True)
        self.waiting = {(row.label, row.field) for row in self.parked}
        self.waiting |= {(row.key, row.field) for row in self.parked}
        self.waiting |= {(row.number, row.field) for row in self.conflicts if row.open}
        self.excused: Counter[str] = Counter()
        self.couples = [one for one in self.marked.couples() if not self._bereft(one)]
        # What Jira does to the children of an epic that we delete, it does in our name.
        self.cuts = {one.call for one in rig.journal.entries if one.ours and one.op == "delete"}

    def waits(self, couple: Couple, field: str) -> bool:
        """Whether a field of a couple is put aside, or asked about."""
        return any((name, field) in self.waiting for name in names_of(couple))

    def forgotten(self, entry: Entry) -> bool:
        """Whether the store of the time of a write was replaced by an older one."""
        return any(entry.n in window for window in self.rig.forgotten)

    def first_agreed(self, couple: Couple) -> int:
        """The journal's entry at which we put our mark on the origin: the first look was over, and
        the store has not forgotten it."""
        ours = (
            one.n
            for side in Side
            for one in self.rig.journal.of(side, couple.of(side).key)
            if one.ours and one.op == "update" and not self.forgotten(one)
        )
        return min(ours, default=len(self.rig.journal.entries))

    def about(self, couple: Couple) -> list[Entry]:
        """Every write on either record of a couple that left it there, in order."""
        keys = {side: couple.of(side).key for side in Side}
        entries = self.rig.journal.entries
        return [one for one in entries if one.key == keys[one.side] and one.state is not None]

    def second(self, side: Side, key: str) -> bool:
        """Whether a record is a second twin, which is told of and never becomes one of a couple."""
        return (key, TWIN) in self.waiting and not self.rig.store.links.by_keys(side, [key])

    def _bereft(self, couple: Couple) -> bool:
        """Whether a couple is none: a second twin that is told of, and outlived the first one."""
        told = any(self.second(side, couple.of(side).key) for side in Side)
        self.excused["a second twin outlived the first one, and is told of"] += told
        return told

    def conflicts_of(self, couple: Couple) -> list[Conflict]:
        """What the ledger says about a couple."""
        return [row for row in self.conflicts if row.number == couple.servicenow.label]

    def ours(self, couple: Couple) -> dict[Side, list[Comment]]:
        """All that we ever said on either side of a couple."""
        return {
            side: [
                comment
                for comment in self.truth.of(side).comments.get(couple.of(side).key, ())
                if comment.author == self.truth.of(side).me
            ]
            for side in Side
        }


def names_of(couple: Couple) -> tuple[str, ...]:
    """What a couple's records are called; an issue's label changes when it moves."""
    both = (couple.servicenow, couple.jira)
    return tuple(name for one in both for name in (one.label, one.key))
