"""Who is whose twin, told by the marks on the records alone. Pure.

Three marks tie a couple together: ServiceNow's ``correlation_id`` names the issue, the issue's
property names the record, and the issue bears the label of the record (or of itself, where the
issue was first). A record that a person copied carries the marks of another one and proves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.articles import ARTICLE
from connector.values import Person, Record
from mappings.model import MappingSpec
from mappings.people import ASK, People
from mappings.sides import Side
from mappings.values import UNKNOWN, Unknown, Unmappable, Value
from sync.core import marks
from sync.core.model import PersonRow
from sync.core.people import Acquaintance, Found, NoMatch, Roster
from sync.demo.content import Truth


@dataclass(frozen=True, slots=True)
class Couple:
    """Two records that carry each other's marks."""

    spec: MappingSpec
    servicenow: Record
    jira: Record

    def of(self, side: Side) -> Record:
        """The record of a side."""
        return self.servicenow if side is Side.SERVICENOW else self.jira

    def __str__(self) -> str:
        return f"{self.servicenow.label} = {self.jira.label}"


@dataclass(frozen=True, slots=True)
class Names:
    """How the two systems are called in the marks."""

    installation: str
    jira_host: str


Ties = Mapping[str, frozenset[str]]


class Marks:
    """Everything that the marks of both sides say."""

    def __init__(self, truth: Truth, specs: tuple[MappingSpec, ...], names: Names) -> None:
        self.truth = truth
        self.specs = specs
        self.names = names
        pairs = set(self._correlated()) | set(self._held()) | set(self._labelled())
        self.issues = _grouped(pairs)
        self.rows = _grouped({(issue, row) for row, issue in pairs})

    def twins(self, side: Side, key: str) -> frozenset[str]:
        """Keys of the twins of one side's record."""
        ties = self.issues if side is Side.SERVICENOW else self.rows
        return ties.get(key, frozenset())

    def couples(self) -> tuple[Couple, ...]:
        """Every couple of exactly two, where both still live where their mapping says."""
        found = []
        for key, issues in sorted(self.issues.items()):
            for issue in issues:
                if len(issues) == len(self.rows[issue]) == 1:
                    row, other = self.truth.servicenow.records[key], self.truth.jira.records[issue]
                    spec = self.spec(row, other)
                    if spec is not None:
                        found.append(Couple(spec, row, other))
        return tuple(found)

    def spec(self, row: Record, issue: Record) -> MappingSpec | None:
        """The mapping that made a couple: the one its label stands for, or the only fitting one."""
        fitting = [
            spec
            for spec in self.specs
            if (spec.servicenow.table, spec.jira.project) == (row.container, issue.container)
        ]
        held = _labels(issue)
        meant = [spec for spec in fitting if held & set(self.labels(spec, row, issue))]
        return next(iter((*meant, *fitting)), None)

    def labels(self, spec: MappingSpec, row: Record, issue: Record) -> tuple[str, str]:
        """The two labels that would mark this couple: made for the record, or for the issue."""
        first = marks.marker(self.names.installation, spec.pair, Side.SERVICENOW, row.key)
        back = marks.marker(self.names.installation, spec.pair, Side.JIRA, issue.key)
        return marks.label(first), marks.label(back)

    def missing(self, couple: Couple) -> Iterator[str]:
        """Marks that a couple ought to carry."""
        row, issue = couple.servicenow, couple.jira
        held = row.fields.get("correlation_id")
        foreign = held is not None and marks.issue_of(str(held), self.names.jira_host) is None
        if not foreign and (row.container != ARTICLE or held is not None):
            if held != marks.correlation(self.names.jira_host, issue.key):
                yield f"{couple}: correlation_id is {held!r}"
            shown = row.fields.get("correlation_display")
            if row.container != ARTICLE and shown != issue.label:
                yield f"{couple}: correlation_display is not {issue.label}"
        if named_in(self.truth.jira.properties.get(issue.key)) != row.key:
            yield f"{couple}: the issue property does not name {row.label}"
        if not _labels(issue) & set(self.labels(couple.spec, row, issue)):
            yield f"{couple}: the label of the mark is missing"

    def _correlated(self) -> Iterator[tuple[str, str]]:
        for key, row in self.truth.servicenow.records.items():
            held = row.fields.get("correlation_id")
            issue = marks.issue_of(str(held or ""), self.names.jira_host)
            if issue is None or issue not in self.truth.jira.records:
                continue
            meant = named_in(self.truth.jira.properties.get(issue))
            copied = meant not in (None, key) and row.created_by != self.truth.servicenow.me
            if not copied:
                yield key, issue

    def _held(self) -> Iterator[tuple[str, str]]:
        for issue, value in self.truth.jira.properties.items():
            named = named_in(value)
            if named is not None and named in self.truth.servicenow.records:
                yield named, issue

    def _labelled(self) -> Iterator[tuple[str, str]]:
        """Issues that we made and that bear the label of a record."""
        wanted = {
            marks.label(marks.marker(self.names.installation, spec.pair, Side.SERVICENOW, key)): key
            for spec in self.specs
            for key, row in self.truth.servicenow.records.items()
            if row.container == spec.servicenow.table
        }
        for issue in self.truth.jira.records.values():
            for label in _labels(issue) & wanted.keys():
                if issue.created_by == self.truth.jira.me:
                    yield wanted[label], issue.key


class TruthLookup:
    """Look-ups for relations, from what both sides really hold."""

    def __init__(self, marked: Marks, people: People | None = None) -> None:
        self._marks = marked
        self._people = people or People()
        rosters = {
            side: Roster.of(_row(side, one) for one in marked.truth.of(side).people)
            for side in Side
        }
        self._known = Acquaintance.of(self._people, rosters)
        self._groups = marked.truth.servicenow.groups
        self._categories = {
            issue.fields.get("status"): issue.fields.get("status_category")
            for issue in marked.truth.jira.records.values()
        }

    def person(self, side: Side, key: str) -> str | Unmappable:
        """The active person who is the same on the other side."""
        return _key(self._known.find(side, key))

    def same(self, servicenow: str, jira: str) -> bool:
        """Whether two keys are one person's."""
        return self._known.same(servicenow, jira)

    def stand_in(self, side: Side) -> str | Unknown | Unmappable | None:
        """Whom a side gets for somebody without a counterpart."""
        if self._people.fallback[side] == ASK:
            return UNKNOWN
        found = self._known.stand_in(side)
        return None if found is None else _key(found)

    def group_name(self, key: str) -> str | None:
        """What a group is called."""
        return next((one.name for one in self._groups if one.key == key), None)

    def group_key(self, name: str) -> str | Unmappable:
        """The one active group of that name."""
        hits = [g.key for g in self._groups if g.active and g.name.casefold() == name.casefold()]
        return hits[0] if len(hits) == 1 else Unmappable(f"{name} is no group", "")

    def twin(self, side: Side, key: str, table: str = "") -> str | None:
        """The one twin of a record, of a ServiceNow record of that table where one is named."""
        found = self._marks.twins(side, key)
        twin = min(found) if len(found) == 1 else None
        row = self._marks.truth.servicenow.records.get(
            str(key if side is Side.SERVICENOW else twin)
        )
        fits = not table or (row is not None and row.container == table)
        return twin if fits else None

    def above(self, issue: str, column: str) -> str | None:
        """What the twin of an issue points to in that column."""
        twin = self.twin(Side.JIRA, issue)
        row = self._marks.truth.servicenow.records.get(str(twin))
        found = row.fields.get(column) if row else None
        return str(found) if found else None

    def category(self, status: str) -> str | None:
        """The category of a status that some issue has."""
        found = self._categories.get(status)
        return None if found is None else str(found)

    def name(self, side: Side, key: str) -> str:
        """What people call somebody."""
        row = self._known.rosters[side].by_key.get(key)
        return row.name if row else key

    def label(self, side: Side, key: Value) -> str:
        """What people call the records behind a key or several; a dash for none."""
        if isinstance(key, tuple):
            return ", ".join(self.label(side, one) for one in key) or "-"
        record = self._marks.truth.of(side).records.get(str(key))
        return record.label if record else str(key or "-")


def _row(side: Side, one: Person) -> PersonRow:
    return PersonRow(side, one.key, one.name, one.email, one.active, one.login, one.account)


def _key(found: Found) -> str | Unmappable:
    if isinstance(found, NoMatch):
        return Unmappable(found.reason, found.remedy, found.seen)
    return found.key


def named_in(value: object) -> str | None:
    """The sys_id inside an issue property."""
    inner = value.get("servicenow") if isinstance(value, Mapping) else None
    found = inner.get("sys_id") if isinstance(inner, Mapping) else None
    return found if isinstance(found, str) else None


def _labels(issue: Record) -> set[str]:
    held = issue.fields.get("labels")
    return set(held) if isinstance(held, tuple) else set()


def _grouped(pairs: set[tuple[str, str]]) -> Ties:
    found: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
    return {key: frozenset(others) for key, others in found.items()}
