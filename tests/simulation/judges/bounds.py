"""No write without its cause (I-05): each one of ours answers an edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector.sandbox.jira.model import Issue
from mappings.model import Rule
from mappings.references import IssueLink
from mappings.sides import Side
from sync.demo.couples import Couple, named_in
from tests.simulation.journal import Entry
from tests.simulation.judges.evidence import Evidence
from tests.simulation.judges.moments import Moment, Reader


class BoundJudge:
    """One look at how often we wrote, and for what."""

    def __init__(self, case: Evidence, reader: Reader) -> None:
        self.case, self.reader = case, reader

    def findings(self, couple: Couple, rule: Rule, moments: Sequence[Moment]) -> Iterator[str]:
        """Each write of ours needs an edit that came before it and that no other write used up."""
        edits = dict.fromkeys(Side, 0)
        spent = dict.fromkeys(Side, 0)
        seen: set[Side] = set()
        strays = 0
        for one in _calls(moments):
            side = one.entry.side
            first = side not in seen
            seen.add(side)
            if _strays(rule, one):
                strays += 1
                continue
            if not one.entry.ours or one.entry.cause == "late" or one.entry.call in self.case.cuts:
                edits[side] += 1  # one of ours that comes late looks like somebody's edit
                continue
            if first or self.case.forgotten(one.entry):
                continue  # the twin was born with it; or the row that explains it was put back
            if (side, one.entry.call) in self.case.crowd.mourners.closings:
                for each in Side:
                    edits[each] += 1  # its twin counted as deleted; once it is back, no longer
                continue
            spent[side] += 1
            doubts = self.case.rig.unclear[(side, couple.of(side).key)]
            put_back = 0 if rule.flow.reaches(side.other) else edits[side]
            veiled = self.case.crowd.unstamped if rule.relation.kind == "issue_link" else 0
            veiled += self._ways_lost(couple, rule, one.entry) + self._twins_later(rule, moments)
            veiled += self._far(rule, one)
            contested = sum(row.field == rule.name for row in self.case.conflicts_of(couple))
            if spent[side] > edits[side.other] + put_back + doubts + veiled + contested:
                if strays:
                    strays, spent[side] = strays - 1, spent[side] - 1
                    self.case.excused["a late step of a walk of ours was answered"] += 1
                    continue
                yield (
                    f"I-05 {couple}: {rule.name} in {side} was written {spent[side]} times by us "
                    f"for {edits[side.other]} edits (entry {one.entry.n}: {one.value!r})"
                )
                return

    def _far(self, rule: Rule, one: Moment) -> bool:
        """Whether a parent was in another project when it was written: such a one does not ride
        with the create, which Jira may refuse for it."""
        held = [
            e.state
            for e in self.case.rig.journal.of(Side.JIRA, str(one.value))
            if e.n < one.entry.n
        ]
        epic = held[-1] if held and rule.relation.kind == "link" else None
        project = epic.key.partition("-")[0] if isinstance(epic, Issue) else ""
        return project not in ("", self.case.rig.setup.project)

    def _ways_lost(self, couple: Couple, rule: Rule, until: Entry) -> int:
        """How often a linked issue led to another record and then no longer did, since the one by
        which it did was deleted, or let go of it: only a link of its own can mend that."""
        relation = rule.relation
        if not (isinstance(relation, IssueLink) and relation.through):
            return 0
        entries = [
            one for one in self.case.about(couple) if one.side is Side.JIRA and one.n < until.n
        ]
        values = [relation.canonical(Side.JIRA, self.reader.native(rule, one)) for one in entries]
        issues = {key for value in values if isinstance(value, tuple) for key in value}
        records = {named_in(self.case.truth.jira.properties.get(key)) for key in issues} - {None}
        return sum(self._let_go(str(key), relation.through, until) for key in records)

    def _let_go(self, key: str, column: str, until: Entry) -> int:
        """How often a record was deleted, or its reference in that column emptied, before then."""
        held, found = "", 0
        for one in self.case.rig.journal.of(Side.SERVICENOW, key):
            if one.n >= until.n:
                break
            now = one.state.get(column, "") if isinstance(one.state, Mapping) else held
            found += one.op == "delete" or bool(held and not now)
            held = now
        return found

    def _twins_later(self, rule: Rule, moments: Sequence[Moment]) -> int:
        """How often the desk pointed at a record that got its issue afterwards: the old link goes
        at once, and the new one comes with the issue."""
        if rule.relation.kind != "issue_link":
            return 0
        told = [m for m in moments if m.entry.side is Side.SERVICENOW and m.value]
        return sum(
            next(self.case.rig.journal.of(Side.JIRA, issue)).n > one.entry.n
            for one in told
            for issue in self.case.marked.twins(Side.SERVICENOW, str(one.value))
        )


def _strays(rule: Rule, one: Moment) -> bool:
    """Whether a step of a walk of ours was done late, and led astray: it is walked back, or told to
    the other side where nobody remembers the walk."""
    late = one.entry.ours and one.entry.cause == "late" and one.entry.side is Side.JIRA
    return late and rule.relation.kind == "status" and not one.fit


def _calls(moments: Sequence[Moment]) -> list[Moment]:
    """Only the last moment of each call of ours: a status is reached hop by hop."""
    return [
        one
        for one, after in zip(moments, [*moments[1:], None], strict=True)
        if not (
            after
            and one.entry.ours
            and after.entry.side is one.entry.side
            and after.entry.call == one.entry.call
        )
    ]
