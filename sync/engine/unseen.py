"""A link that is not shown is no evidence: Jira leaves out links to issues that we may not see.

Where an issue ought to be linked and is not, the issue itself is asked for, and where a reference
ought to be set, its record. What is not shown counts as nobody's twin while its neighbours are
judged: the reference to it is neither cleared nor linked anew, and none is set to it (reliability:
I-18). It is looked at by itself, and its neighbours once it is back. So does the twin of a deleted
record: nobody is told of it, and what was agreed on stays, in case the record comes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mappings.model import Rule
from mappings.references import IssueLink, linked
from mappings.sides import Side
from mappings.values import Lookup, Unknown, Unmappable
from sync.core.model import LinkState, Value
from sync.core.reminders import waits_for
from sync.engine.cases import Case, present
from sync.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Seeing:
    """A look-up to which some issues and records are nobody's twins."""

    inner: Lookup
    unseen: frozenset[str]

    def person(self, side: Side, key: str) -> str | Unmappable:
        """As the inner one."""
        return self.inner.person(side, key)

    def same(self, servicenow: str, jira: str) -> bool:
        """As the inner one."""
        return self.inner.same(servicenow, jira)

    def stand_in(self, side: Side) -> str | Unknown | Unmappable | None:
        """As the inner one."""
        return self.inner.stand_in(side)

    def group_name(self, key: str) -> str | None:
        """As the inner one."""
        return self.inner.group_name(key)

    def group_key(self, name: str) -> str | Unmappable:
        """As the inner one."""
        return self.inner.group_key(name)

    def twin(self, side: Side, key: str, table: str = "") -> str | None:
        """The twin, unless one of the two is not shown; parents are judged without this."""
        twin = self.inner.twin(side, key, table)
        return None if table and {twin, key} & self.unseen else twin

    def above(self, issue: str, column: str) -> str | None:
        """As the inner one, unless one of the two is not shown."""
        found = self.inner.above(issue, column)
        return None if {found, issue} & self.unseen else found

    def category(self, status: str) -> str | None:
        """As the inner one."""
        return self.inner.category(status)

    def name(self, side: Side, key: str) -> str:
        """As the inner one."""
        return self.inner.name(side, key)


def seeing(lookup: Lookup, unseen: frozenset[str]) -> Lookup:
    """A look-up without these issues and records."""
    return Seeing(lookup, unseen) if unseen else lookup


def with_unseen(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with what they ought to be linked with, or point at, and what is not shown."""
    doubts = {case.link.id: frozenset(_doubtful(runtime, case)) for case in cases}
    places: dict[tuple[Side, str], set[str]] = defaultdict(set)
    for side, where, key in frozenset().union(*doubts.values()):
        places[(side, where)].add(key)
    unseen = {
        (*place, key)
        for place, keys in sorted(places.items())
        for key in keys - runtime.read(*place, sorted(keys)).keys()
    }
    bereft = _bereft(runtime, cases)
    if not unseen and not bereft:
        return list(cases)
    return [
        replace(
            case,
            unseen=frozenset(key for *_, key in doubts[case.link.id] & unseen)
            | bereft & _agreed_links(case),
        )
        for case in cases
    ]


def _bereft(runtime: Runtime, cases: Sequence[Case]) -> frozenset[str]:
    """Those of the issues that were linked when both sides agreed whose record was deleted."""
    keys = frozenset().union(*(_agreed_links(case) for case in cases))
    known = runtime.store.links.by_keys(Side.JIRA, sorted(keys)) if keys else {}
    return frozenset(key for key, link in known.items() if link.state is LinkState.ENDED)


def _agreed_links(case: Case) -> frozenset[str]:
    names = [rule.name for rule in case.spec.rules if isinstance(rule.relation, IssueLink)]
    bases = [case.bases[name] for name in names if name in case.bases]
    return frozenset(key for base in bases for key in linked(base.jira))


def _doubtful(runtime: Runtime, case: Case) -> Iterator[tuple[Side, str, str]]:
    """Side, container and key of twins that a write would rest on.

    A side that was not read holds what it held: that is judged too.
    """
    lookup = runtime.directory
    for rule in case.spec.rules:
        relation = rule.relation
        if not isinstance(relation, IssueLink):
            continue
        here, there = (present(case, rule, side) for side in Side)
        if isinstance(here, Unknown) or isinstance(there, Unknown):
            continue
        if relation.holds(here, there, lookup):
            if not relation.tells(Side.SERVICENOW, here, lookup):
                for key in relation.points(Side.JIRA, _vanished(case, rule.name, there), lookup):
                    yield Side.JIRA, case.spec.jira.project, key
            continue
        for key in relation.points(Side.SERVICENOW, here, lookup):
            if issue := relation.twin(Side.SERVICENOW, key, lookup):
                yield Side.JIRA, case.spec.jira.project, issue
        for key in relation.points(Side.JIRA, there, lookup):
            record = relation.twin(Side.JIRA, key, lookup)
            if record is not None and not _agreed(case, rule.name, key):
                yield Side.SERVICENOW, _table(runtime, relation, record), record


def retracted(case: Case, rule: Rule, lookup: Lookup) -> bool:
    """Whether a way to a record without a twin of its own was taken away. The reference to it seems
    to fit as long as it has none; what was agreed on stays, so that the way is missed then."""
    relation, base = rule.relation, case.bases.get(rule.name)
    jira = present(case, rule, Side.JIRA)
    if base is None or not isinstance(relation, IssueLink) or isinstance(jira, Unknown):
        return False
    led = {relation.twin(Side.JIRA, key, lookup) for key in linked(base.jira)}
    still = present(case, rule, Side.SERVICENOW) == base.servicenow
    return still and base.servicenow in led and not relation.tells(Side.JIRA, jira, lookup)


def _vanished(case: Case, name: str, jira: Value) -> tuple[str, ...]:
    """Issues that were linked when both sides agreed and are not now: somebody may have emptied the
    reference while they are hidden, and both sides only seem to agree on that."""
    base = case.bases.get(name)
    agreed = linked(base.jira) if base else ()
    return tuple(key for key in agreed if key not in linked(jira))


def _table(runtime: Runtime, relation: IssueLink, record: str) -> str:
    """Where a record is that a reference would point to."""
    known = runtime.store.links.by_keys(Side.SERVICENOW, [record]).get(record)
    return relation.tables[0] if known is None else known.servicenow.container


def _agreed(case: Case, name: str, key: str) -> bool:
    """Whether a linked issue was one when both sides agreed: then its link may be taken away,
    whether its record is shown or not."""
    base = case.bases.get(name)
    waits = waits_for(name, key) in case.bases
    return base is not None and key in linked(base.jira) and not waits
