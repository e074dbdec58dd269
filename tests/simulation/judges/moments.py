"""What each side of a couple said, write by write, and whether the two agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.sandbox.jira import linking, native
from connector.sandbox.jira.model import Issue
from connector.sandbox.servicenow import direct_shapes as shapes
from mappings.model import Rule
from mappings.references import IssueLink, linked
from mappings.sides import Side
from mappings.values import Unknown, Value
from sync.core import marks
from sync.demo.couples import named_in
from tests.simulation.journal import Entry
from tests.simulation.judges.evidence import Evidence

SILENT = frozenset({"value", "priority", "status"})
"""Relations in which an empty value is no statement about the other side."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One field of one side after one write. ``fit``: whether the two sides agreed then."""

    entry: Entry
    value: Value
    fit: bool


class Reader:
    """Reads the fields of couples, now and at any time of the journal."""

    def __init__(self, case: Evidence) -> None:
        self.case = case

    def fit(self, rule: Rule, here: Value | Unknown, there: Value | Unknown) -> bool:
        """Whether the two sides of a field agree, as far as they say anything."""
        if isinstance(here, Unknown) or isinstance(there, Unknown):
            return True
        if rule.relation.kind in SILENT and (here is None or there is None):
            return True
        if (
            rule.relation.kind == "link"
            and there
            and not self.case.lookup.twin(Side.JIRA, str(there))
        ):
            return True  # a story below an epic of people's own is left alone, and its incident too
        if rule.relation.kind == "link" and there in self.case.marked.twins(
            Side.SERVICENOW, str(here)
        ):
            return True  # of two twins, which are told of, the engine keeps to its own
        if isinstance(rule.relation, IssueLink):
            there = tuple(key for key in linked(there) if not self.case.second(Side.JIRA, key))
        return self._untold(rule, here, there) or rule.relation.holds(here, there, self.case.lookup)

    def _untold(self, rule: Rule, here: Value, there: Value) -> bool:
        """A reference to what is deleted, which nobody proves; and a way by an issue that moved to
        another project, by a deleted incident, or by one whose own problem is put aside: the other
        end of the way may be an old one."""
        relation, truth = rule.relation, self.case.truth
        if not isinstance(relation, IssueLink):
            return False
        if here and str(here) not in truth.servicenow.records:
            return True
        others = [truth.jira.records.get(key) for key in linked(there)]
        away = any(one and one.container != self.case.rig.setup.project for one in others)
        named = [named_in(truth.jira.properties.get(key)) for key in linked(there)]
        bereft = any(one and one not in truth.servicenow.records for one in named)
        ways = {
            rule.name
            for spec in self.case.specs
            for rule in spec.rules
            if rule.relation.kind == "link"
        }
        stuck = any(
            one and {(one.label, way) for way in ways} & self.case.waiting for one in others
        )
        return bool(relation.through) and (away or bereft or stuck)

    def moments(self, rule: Rule, entries: list[Entry]) -> list[Moment]:
        """Every change of a field of a couple on either side, in order."""
        now: dict[Side, Value | Unknown] = {}
        found = []
        for one in entries:
            value = rule.relation.canonical(one.side, self.native(rule, one))
            if not isinstance(value, Unknown):
                value = self.said(rule, one.side, value)
            if isinstance(value, Unknown) or now.get(one.side, self) == value:
                continue
            now[one.side] = value
            fits = len(now) == 2 and self.fit(rule, now[Side.SERVICENOW], now[Side.JIRA])
            found.append(Moment(one, value, fits))
        return found

    def said(self, rule: Rule, side: Side, value: Value) -> Value:
        """What a value says: links to people's own issues say nothing."""
        if side is Side.JIRA and isinstance(rule.relation, IssueLink):
            return tuple(key for key in linked(value) if self._speaks(rule.relation, key)) or None
        return value

    def _speaks(self, relation: IssueLink, key: str) -> bool:
        """Whether a linked issue is a twin, or may have been one at that time."""
        if self.case.second(Side.JIRA, key):
            return False
        issue = self.case.rig.jira.world.issues.get(key)
        if issue is None:  # deleted: it was a twin if we ever wrote to it
            return any(one.ours for one in self.case.rig.journal.of(Side.JIRA, key))
        if relation.twin(Side.JIRA, key, self.case.lookup):
            return True
        return marks.PROPERTY in issue.properties and not self.case.lookup.twin(Side.JIRA, key)

    def native(self, rule: Rule, entry: Entry) -> Mapping[str, Value]:
        """The fields that a rule reads, as they stood after a write."""
        names = rule.relation.names(entry.side)
        if isinstance(entry.state, Issue):
            return {n: self._held(entry.state, n) for n in names if self._has(n)}
        state = entry.state or {}
        return {name: shapes.column(self.case.rig.servicenow.world, state, name) for name in names}

    def _has(self, name: str) -> bool:
        return native.has(self.case.rig.jira.world, name)

    def _held(self, issue: Issue, name: str) -> Value:
        """A field at that time; a link to what was deleted since was there."""
        world = self.case.rig.jira.world
        if name.startswith(native.LINK):
            return linking.named(world, issue, name.removeprefix(native.LINK))
        return native.value_of(world, issue, name)
