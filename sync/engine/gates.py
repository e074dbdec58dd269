"""Twins only for what is linked: a bug becomes a defect once it is linked with a synced story, an
article gets its task once its problem has an epic.

A candidate of a pair with ``only: linked`` passes as soon as one of its references tells the other
side something, which is: points at a record with a twin. A twin that is gone is none, until it is
back. Until then it is noted with the records that it names, and looked at again when one of them
gets its twin. A record that we made ourselves
has its twin already, wherever that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connector.errors import Rejected
from mappings.model import MappingSpec
from mappings.references import IssueLink, LinkTo, Reference
from mappings.sides import Side
from mappings.values import Unknown
from sync.apply.common import Place, park
from sync.apply.creates import followers
from sync.apply.waiting import await_twin, wake
from sync.core import marks
from sync.core.merge import Stuck
from sync.core.model import Link, LinkState, Value
from sync.engine.cases import Candidate, Case, Waiting
from sync.engine.propose import end_of
from sync.runtime import Runtime

GONE = (LinkState.MISSING, LinkState.ENDED)
"""States of links whose other record may not be there any more."""


def through(
    runtime: Runtime, candidates: Sequence[Candidate]
) -> tuple[list[Candidate], list[Waiting]]:
    """Those that may get a twin now, and those that wait."""
    closed = [one for one in candidates if _closed(runtime, one)]
    waiting = [Waiting(one, tuple(_named(one)), _why(runtime, one)) for one in closed]
    return [one for one in candidates if one not in closed], waiting


def _closed(runtime: Runtime, candidate: Candidate) -> bool:
    if not candidate.spec.create.only_linked or candidate.outside:
        return False
    held = candidate.record.fields.get("correlation_id")
    if marks.issue_of(str(held or ""), runtime.options.jira_host):
        return False
    if not _gated(runtime, candidate.spec):
        return False
    return not any(_tells(runtime, candidate.side, *one) for one in _references(candidate))


def _gated(runtime: Runtime, spec: MappingSpec) -> bool:
    """Whether records can be linked here at all: a project without epics has no parents, and there
    nobody waits for one. Where a site has no such links, nothing is ever linked."""
    if any(isinstance(rule.relation, Reference) for rule in spec.rules):
        return True
    given = runtime.spec(spec.pair)
    return any(isinstance(rule.relation, IssueLink) for rule in (given or spec).rules)


def _tells(runtime: Runtime, side: Side, relation: Reference, value: Value) -> bool:
    lookup = runtime.directory
    keys = [key for key in relation.points(side, value, lookup) if relation.twin(side, key, lookup)]
    known = runtime.store.links.by_keys(side, keys)
    return any(known[key].state not in GONE for key in keys)


def _references(candidate: Candidate) -> Iterator[tuple[Reference, Value]]:
    for rule in candidate.spec.rules:
        value = rule.relation.canonical(candidate.side, candidate.record.fields)
        if isinstance(rule.relation, Reference) and not isinstance(value, Unknown):
            yield rule.relation, value


def _named(candidate: Candidate) -> Iterator[str]:
    """The records of its own side that it is linked with."""
    for relation, value in _references(candidate):
        yield from relation.mentions(candidate.side, value)


def _why(runtime: Runtime, candidate: Candidate) -> Stuck | None:
    """What keeps a record that is linked with a synced one all the same: that one does not lead to
    where it would have to."""
    for relation, value in _references(candidate) if candidate.side is Side.JIRA else ():
        if not isinstance(relation, IssueLink) or not relation.through:
            continue
        known = runtime.store.links.by_keys(Side.JIRA, relation.mentions(Side.JIRA, value))
        for link in known.values():
            if (link.pair, relation.through) in runtime.directory.ways:
                number, table = link.servicenow.label, " or ".join(relation.tables)
                told = f"it is linked with {link.jira.label}, and {number} has no {table}"
                remedy = f"Give {number} a {table}, or link this issue with the twin of one."
                return Stuck(Side.SERVICENOW, told, remedy)
    return None


def note(runtime: Runtime, waiting: Sequence[Waiting]) -> None:
    """Remember what waits, and say why where a person can do something about it."""
    ledger = runtime.store.ledger
    put_aside = {(row.side, row.key) for row in ledger.parked()} if waiting else set()
    for one in waiting:
        candidate = one.candidate
        record, side = candidate.record, candidate.side
        await_twin(runtime, side, (record.container, record.key), one.at)
        if one.why is not None:
            error = Rejected(one.why.reason, remedy=one.why.remedy)
            park(runtime, Place(candidate.spec.pair, side, end_of(record)), error)
        elif (side, record.key) in put_aside:
            ledger.unpark(side, record.key, None)
    runtime.store.inbox.done([row for one in waiting for row in one.candidate.rows])


def led_elsewhere(runtime: Runtime, link: Link, case: Case) -> None:
    """Wake what hangs on a record by way of another one, where that way leads elsewhere by now."""
    ways = [rule for rule in case.spec.rules if isinstance(rule.relation, LinkTo)]
    now = runtime.store.links.bases([link.id]).get(link.id, {}) if ways else {}
    for rule in ways:
        before, after = case.bases.get(rule.name), now.get(rule.name)
        if before == after:
            continue
        wake(runtime, link)
        for other in followers(runtime, link, rule, before):
            end = other.servicenow
            runtime.store.inbox.nudge(Side.SERVICENOW, end.container, [end.key], "twin")
