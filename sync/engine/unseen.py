"""A link that is not shown is no evidence: Jira leaves out links to issues that we may not see.

Where an issue ought to be linked and is not, the issue itself is asked for. One that is not shown
counts as nobody's twin while its neighbours are judged: the reference to it is neither cleared nor
linked anew (reliability: I-18). It is looked at by itself, and its neighbours once it is back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mappings.references import IssueLink
from mappings.sides import Side
from mappings.values import Lookup, Unknown, Unmappable
from sync.engine.cases import Case
from sync.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Seeing:
    """A look-up to which some issues are nobody's twins."""

    inner: Lookup
    unseen: frozenset[str]

    def person(self, side: Side, key: str) -> str | Unmappable:
        """As the inner one."""
        return self.inner.person(side, key)

    def twin(self, side: Side, key: str, table: str = "") -> str | None:
        """The twin, unless it is an issue that is not shown; parents are judged without this."""
        twin = self.inner.twin(side, key, table)
        return None if table and {twin, key} & self.unseen else twin

    def category(self, status: str) -> str | None:
        """As the inner one."""
        return self.inner.category(status)

    def name(self, side: Side, key: str) -> str:
        """As the inner one."""
        return self.inner.name(side, key)


def seeing(lookup: Lookup, unseen: frozenset[str]) -> Lookup:
    """A look-up without these issues."""
    return Seeing(lookup, unseen) if unseen else lookup


def with_unseen(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases with the issues that they ought to be linked with and that are not shown."""
    doubts = {case.link.id: frozenset(_doubtful(runtime, case)) for case in cases}
    keys = sorted(frozenset().union(*doubts.values()))
    if not keys:
        return list(cases)
    project = next(case.spec.jira.project for case in cases if doubts[case.link.id])
    unseen = frozenset(keys) - runtime.read(Side.JIRA, project, keys).keys()
    return [replace(case, unseen=doubts[case.link.id] & unseen) for case in cases]


def _doubtful(runtime: Runtime, case: Case) -> Iterator[str]:
    """Twins of referenced records to which no link is shown."""
    records = case.records
    for rule in case.spec.rules if len(records) == len(Side) else ():
        if not isinstance(rule.relation, IssueLink):
            continue
        here, there = (rule.relation.canonical(side, records[side].fields) for side in Side)
        if isinstance(here, Unknown) or isinstance(there, Unknown):
            continue
        issue = rule.relation.missing(here, there, runtime.directory)
        if issue is not None:
            yield issue
