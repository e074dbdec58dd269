"""Every value that a person gave is carried, replaced by a person, or in the ledger (I-03, I-08).

The excuses are those of class D in :mod:`tests.simulation.oracle`: each one counted by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.sandbox.servicenow.audit import AUDITED
from mappings.model import Rule
from mappings.references import linked
from mappings.sides import Side
from mappings.values import Value
from sync.core.model import Conflict
from sync.demo.couples import Couple
from tests.simulation.judges.evidence import Evidence
from tests.simulation.judges.moments import SILENT, Moment, Reader


@dataclass(frozen=True, slots=True)
class Loss:
    """A value of a person that the two sides did not agree on while it stood.

    ``until`` is what replaced it on its own side: a write of ours, or nothing yet. ``before`` and
    ``after`` are all moments of both sides, ``later`` those of its own side.
    """

    couple: Couple
    rule: Rule
    one: Moment
    until: Moment | None
    before: Sequence[Moment]
    after: Sequence[Moment]

    @property
    def kind(self) -> str:
        """What kind of relation the field has."""
        return self.rule.relation.kind

    @property
    def side(self) -> Side:
        """The side on which the person gave it."""
        return self.one.entry.side

    @property
    def later(self) -> list[Moment]:
        """What stood on its own side afterwards."""
        return [one for one in self.after if one.entry.side is self.side]

    @property
    def meanwhile(self) -> Sequence[Moment]:
        """What either side said before it was replaced."""
        return self.after if self.until is None else self.after[: self.after.index(self.until)]

    @property
    def given(self) -> Value:
        """What the person gave: of linked issues those that were not there already."""
        value = self.one.value
        held = next((m.value for m in reversed(self.before) if m.entry.side is self.side), None)
        if not (isinstance(value, tuple) and isinstance(held, tuple)):
            return value
        return tuple(key for key in value if key not in held) or value


class AccountJudge:
    """One look at what became of the values of people."""

    def __init__(self, case: Evidence, reader: Reader) -> None:
        self.case, self.reader = case, reader
        self.excuses: tuple[tuple[str, Callable[[Loss], bool]], ...] = (
            ("a survivor was closed, with a word on it", self._by_policy),
            ("a deleted epic let its stories go", self._cut),
            ("a person closed otherwise what we had closed", self._closed_otherwise),
            ("a link was taken away while the desk pointed elsewhere", self._unlinked),
            ("a move to another project gave the status it begins with", self._moved),
            ("the ledger of that time was put back", self._put_back),
            ("a field was emptied before the two ever agreed", self._emptied_early),
            ("a late write of ours replaced it", self._by_late),
            ("a twin was edited within a second of its creation", self._one_breath),
            ("a transition of ours replaced a status unseen", self._unseen),
            ("a linked issue got its twin after the reference was cleared", self._spoke_later),
        )

    def findings(self, couple: Couple, rule: Rule, moments: Sequence[Moment]) -> Iterator[str]:
        """Every value that is lost without a word."""
        for loss in _losses(couple, rule, moments):
            if self._settled(loss):
                continue
            excuse = next((why for why, holds in self.excuses if holds(loss)), None)
            if excuse is not None:
                self.case.excused[excuse] += 1
                continue
            entry = loss.one.entry
            yield (
                f"I-03 {couple}: {rule.name} = {loss.one.value!r}, written in {entry.side} at "
                f"{entry.at:%H:%M:%S} (entry {entry.n}), is lost without a word"
            )

    def _settled(self, loss: Loss) -> bool:
        """Whether nothing is lost, or somebody is told of it."""
        return (
            _agreed_later(loss)
            or self._undone(loss)
            or self._in_ledger(loss)
            or (loss.until is None and self.case.waits(loss.couple, loss.rule.name))
            or (loss.one.value is None and loss.kind in SILENT)
            or _beside(loss)
        )

    def _undone(self, loss: Loss) -> bool:
        """Edited and edited back between two writes of ours: no memory of states can tell it from
        untouched. The closing of a survivor is none of those that both sides agree by."""
        held: dict[Side, Value] = {}
        agreed: set[Value] = set()
        for moment in loss.before:
            entry = moment.entry
            closes = (entry.side, entry.call) in self.case.crowd.mourners.closings
            held[entry.side] = moment.value
            agreed = set() if entry.ours and not closes else agreed
            agreed |= {held.get(loss.side)} if moment.fit else set()
        return loss.one.value in agreed

    # -- the ledger --------------------------------------------------------------------------------

    def _in_ledger(self, loss: Loss) -> bool:
        for row in self.case.conflicts_of(loss.couple):
            if row.field != loss.rule.name:
                continue
            seat = row.servicenow if loss.side is Side.SERVICENOW else row.jira
            held = self.reader.said(loss.rule, loss.side, seat.value)
            if held == loss.one.value or among(loss.given, held):
                return True
            if _lost_untold(row, loss.one):
                self.case.excused[
                    "what a table without an audit lost is told without its value"
                ] += 1
                return True
        return False

    # -- excuses -----------------------------------------------------------------------------------

    def _by_policy(self, loss: Loss) -> bool:
        """A status that was set by the closing of a survivor, which says so on it; that of a parent
        incident closes its children, too."""
        ends = {(one.entry.side, one.entry.call) for one in (loss.one, loss.until) if one}
        return loss.kind == "status" and bool(ends & self.case.crowd.mourners.closings)

    def _cut(self, loss: Loss) -> bool:
        until = loss.until
        return until is not None and loss.kind == "link" and until.entry.call in self.case.cuts

    def _closed_otherwise(self, loss: Loss) -> bool:
        """Another ending that a person gives a survivor which we had closed."""
        own = (m.entry for m in loss.before if m.entry.side is loss.side and m.entry.ours)
        calls = {(loss.side, entry.call) for entry in own}
        relation = loss.rule.relation
        ended = loss.kind == "status" and relation.closes(loss.side, loss.one.value)
        return ended and bool(calls & self.case.crowd.mourners.closings)

    def _unlinked(self, loss: Loss) -> bool:
        """A link that the team takes away while the desk points elsewhere is gone, as both wanted;
        where the desk points to gets its link as soon as it has a twin."""
        if loss.kind != "issue_link" or loss.one.value is not None or loss.side is not Side.JIRA:
            return False
        return any(m.entry.side is Side.SERVICENOW and not m.entry.ours for m in loss.meanwhile)

    def _moved(self, loss: Loss) -> bool:
        return loss.kind == "status" and loss.one.entry.what.startswith("project: ")

    def _put_back(self, loss: Loss) -> bool:
        return any(self.case.forgotten(one.entry) for one in (loss.one, loss.until) if one)

    def _emptied_early(self, loss: Loss) -> bool:
        early = loss.one.entry.n < self.case.first_agreed(loss.couple)
        return loss.one.value in (None, ()) and early

    def _by_late(self, loss: Loss) -> bool:
        late = loss.until is not None and loss.until.entry.cause == "late"
        return late and loss.kind in ("status", "issue_link")

    def _one_breath(self, loss: Loss) -> bool:
        """A person edited our twin within a second of its creation."""
        born = self._born(loss.one)
        at_once = born is not None and loss.one.entry.at - born < timedelta(seconds=1)
        return loss.until is not None and at_once

    def _born(self, one: Moment) -> datetime | None:
        """When we made this record, if it was us."""
        entries = self.case.rig.journal.of(one.entry.side, one.entry.key)
        return next((e.at for e in entries if e.ours and e.op == "create"), None)

    def _unseen(self, loss: Loss) -> bool:
        unseen = loss.kind == "status" and loss.one.entry.n in self.case.crowd.meddled
        return loss.until is not None and unseen

    def _spoke_later(self, loss: Loss) -> bool:
        """A reference that the desk cleared is set by a link that said nothing at that time: its
        issue got a twin later."""
        if loss.until is None or loss.kind != "issue_link" or loss.one.value is not None:
            return False
        so_far = (*loss.before, loss.one)
        held = [m.value for m in so_far if m.entry.side is Side.JIRA]
        known = linked(held[-1] if held else None)
        return any(not self._written_before(key, loss.one) for key in known)

    def _written_before(self, issue: str, one: Moment) -> bool:
        entries = self.case.rig.journal.of(Side.JIRA, issue)
        return any(entry.ours and entry.n < one.entry.n for entry in entries)


def _losses(couple: Couple, rule: Rule, moments: Sequence[Moment]) -> Iterator[Loss]:
    """The values of people that were neither agreed on nor replaced by people while they stood."""
    for n, one in enumerate(moments):
        if one.entry.ours or rule.relation.kind == "constant":
            continue
        after = moments[n + 1 :]
        until = next((m for m in after if m.entry.side is one.entry.side), None)
        loss = Loss(couple, rule, one, until, moments[:n], after)
        carried = any(m.fit for m in (one, *loss.meanwhile))
        if not carried and not (until and not until.entry.ours):
            yield loss


def _agreed_later(loss: Loss) -> bool:
    """Whether both sides came to agree on a value that was replaced, and brought back, since."""
    held = loss.one.value
    for moment in loss.after:
        held = moment.value if moment.entry.side is loss.side else held
        if moment.fit and held == loss.one.value:
            return True
    return False


def _lost_untold(row: Conflict, one: Moment) -> bool:
    """Whether a conflict since then tells of an edit of a record whose table is not audited."""
    entry, told = one.entry, f"somebody changed the record in {one.entry.side} between"
    table = (entry.state or {}).get("sys_class_name") if isinstance(entry.state, dict) else None
    later = row.at is not None and row.at >= entry.at
    return later and table not in (None, *AUDITED) and row.reason.startswith(told)


def _beside(loss: Loss) -> bool:
    """Whether all links of a person stand beside ours, until a person changes them: a second link
    fits."""
    later = loss.later
    person = next((n for n, moment in enumerate(later) if not moment.entry.ours), len(later))
    return all(among(loss.given, moment.value) for moment in later[:person]) and bool(later)


def among(value: Value, held: Value) -> bool:
    """Whether a set of linked issues stands in a larger one."""
    return isinstance(value, tuple) and isinstance(held, tuple) and set(value) <= set(held)
