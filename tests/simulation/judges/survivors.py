"""What may be done to the twins of records that are gone (I-07, I-18).

A survivor is closed or deleted by us only under that policy, and only on evidence: ServiceNow's
own line, where our account may read it; the word of a person, and people tell the truth; or that
its twin was away for seven days, deleted or not, while something around it was shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from connector.sandbox.jira import native
from connector.sandbox.jira.model import Issue
from connector.sandbox.servicenow import direct_shapes as shapes
from mappings.model import MappingSpec, OnDelete
from mappings.sides import Side
from mappings.values import Unknown, Value
from sync.core.model import Link
from tests.simulation.journal import Entry
from tests.simulation.people.mourners import Mourners
from tests.simulation.rig import Rig
from tests.simulation.veils import around


def harm(rig: Rig, mourners: Mourners, specs: Sequence[MappingSpec]) -> Iterator[str]:
    """Survivors that we closed or deleted without being allowed to (I-07, I-18); ``specs`` are the
    mappings as they fit these systems."""
    links = {
        (side, link.end(side).key): link
        for spec in rig.specs
        for link in rig.store.links.of_pair(spec.pair, ended=True)
        for side in Side
    }
    for one in rig.journal.entries:
        link = links.get((one.side, one.key))
        if link is None and any(one.n in window for window in rig.forgotten):
            continue  # the store that knew of the link was put back
        if one.ours and one.op == "delete":
            why = _forbidden(rig, mourners, link, one, OnDelete.DELETE)
            if why and _forbidden(rig, mourners, link, _sent(rig, one), OnDelete.DELETE):
                yield f"I-07 we deleted {one.label}: {why}"
        elif one.ours and one.cause != "late" and link and _away_then(mourners, link, one):
            spec = next(spec for spec in specs if spec.pair == link.pair)
            closed = _closes(rig, spec, one)
            why = closed and _forbidden(rig, mourners, link, one, OnDelete.CLOSE)
            if why:
                yield f"I-07 we closed {one.label}: {why}"
            elif closed:
                mourners.closings.update(_steps(rig, mourners, link, spec, one))


def _sent(rig: Rig, one: Entry) -> Entry:
    """An entry as it may have been sent: one that landed late was right at some time until then."""
    if one.cause != "late":
        return one
    at = one.at - timedelta(seconds=rig.setup.late[str(one.side)])
    return replace(one, at=at, n=sum(entry.at <= at for entry in rig.journal.entries))


def _forbidden(
    rig: Rig, mourners: Mourners, link: Link | None, one: Entry, policy: OnDelete
) -> str:
    """Why something must not have been done to a survivor, if so."""
    if link is None:
        return "it is nobody's twin"
    spec = next(spec for spec in rig.specs if spec.pair == link.pair)
    other = one.side.other
    key = link.end(other).key
    if spec.on_delete is not policy:
        return f"the mapping says {spec.on_delete}"
    proven = (other is Side.SERVICENOW and rig.setup.proofs) or (other, key) in mourners.sworn
    if proven and _dead_then(rig, link, one):
        mourners.closings.add((one.side, one.call))
        return ""
    said = mourners.sworn.get((other, key))
    if said is not None and mourners.crowd.veils.away_since(other, key, said, one.n):
        rig.reached["excused: it was brought back out of our sight after a true word"] += 1
        mourners.closings.add((one.side, one.call))
        return ""
    if not mourners.crowd.veils.for_a_week(other, key, one.n, one.at):
        return "its twin was not away for a week, and nothing proves that it died"
    if not _neighbours(rig, mourners, link, one):
        return "nothing else was shown where its twin had been"
    rig.reached["taken for deleted after a week"] += 1
    mourners.closings.add((one.side, one.call))
    return ""


def _neighbours(rig: Rig, mourners: Mourners, link: Link, one: Entry) -> bool:
    """Whether any other linked record was shown there, or there was none. A link that had ended by
    then was none, nor was one of records that were made later."""
    other = one.side.other
    ended = {label for n, label in rig.ended if n <= one.n}
    keys = [
        each.end(other).key
        for spec in rig.specs
        for each in rig.store.links.of_pair(spec.pair, ended=True)
        if each.id != link.id and each.end(other).container == link.end(other).container
        if each.servicenow.label not in ended
        if all(any(told.n < one.n for told in rig.journal.of(s, each.end(s).key)) for s in Side)
    ]
    shown = list(around(rig, mourners.crowd.veils, other, keys, one.n))
    return any(shown) or not shown


def _away_then(mourners: Mourners, link: Link, one: Entry) -> bool:
    """Whether the twin of an entry's record could not be shown when that was written."""
    other = one.side.other
    return mourners.crowd.veils.away(other, link.end(other).key, one.n)


def _dead_then(rig: Rig, link: Link, one: Entry) -> bool:
    """Whether the twin of an entry's record was deleted when that was written."""
    other = one.side.other
    told = [
        entry.op
        for entry in rig.journal.of(other, link.end(other).key)
        if entry.op in ("delete", "undelete") and entry.n < one.n
    ]
    return bool(told) and told[-1] == "delete"


def _closes(rig: Rig, spec: MappingSpec, one: Entry) -> bool:
    """Whether an entry ended the work on its record."""
    rule = next(rule for rule in spec.rules if rule.relation.kind == "status")
    before, after = _moved(rig, spec, one)
    known = not isinstance(before, Unknown) and not isinstance(after, Unknown)
    closed = known and rule.relation.closes(one.side, after)
    return closed and not rule.relation.closes(one.side, before)


def _steps(
    rig: Rig, mourners: Mourners, link: Link, spec: MappingSpec, end: Entry
) -> Iterator[tuple[Side, int]]:
    """Calls of ours that led to a closing: a change goes through its review."""
    for one in rig.journal.of(end.side, end.key):
        if one.ours and one.n < end.n and one.state and _away_then(mourners, link, one):
            before, after = _moved(rig, spec, one)
            if before != after:
                yield one.side, one.call


def _moved(rig: Rig, spec: MappingSpec, one: Entry) -> tuple[Value | Unknown, Value | Unknown]:
    """The status before and after an entry."""
    rule = next(rule for rule in spec.rules if rule.relation.kind == "status")
    earlier = [e for e in rig.journal.of(one.side, one.key) if e.n < one.n and e.state]
    before = rule.relation.canonical(one.side, _fields(rig, spec, earlier[-1])) if earlier else None
    return before, rule.relation.canonical(one.side, _fields(rig, spec, one))


def _fields(rig: Rig, spec: MappingSpec, one: Entry) -> Mapping[str, Value]:
    rule = next(rule for rule in spec.rules if rule.relation.kind == "status")
    names = rule.relation.names(one.side)
    if isinstance(one.state, Issue):
        world = rig.jira.world
        return {n: native.value_of(world, one.state, n) for n in names if native.has(world, n)}
    state = dict(one.state or {})
    return {name: shapes.column(rig.servicenow.world, state, name) for name in names}
