"""A case to actions: every rule decided, our marks checked, new comments carried. Pure.

This is where one link's fate is settled: what is written where, what is remembered without
traffic, which field needs a person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connector.values import Record
from mappings.model import Rule
from mappings.references import Reference
from mappings.sides import Side
from mappings.values import Lookup, Unknown
from sync.apply.common import KEPT
from sync.core.flap import flapping, frozen
from sync.core.merge import Clash, Decision, Keep, Question, Stuck, Write, decide, pointing
from sync.core.model import Base, HistoryRow, LinkState, Parked, Value
from sync.core.plan import Action, Attach, Detach, FieldWrite, Note, Remark, Update
from sync.engine.carry import carried
from sync.engine.cases import SWEEP, Case, beginning, contested, context, of_old_copy, present
from sync.engine.ending import came_back, farewells
from sync.engine.epoch import RESTORED
from sync.engine.filing import NO_FILES, Desk, attached, notices
from sync.engine.marking import mark_writes
from sync.engine.parked import status_of, tried_again
from sync.engine.sayings import sayings
from sync.engine.unfiling import detached
from sync.engine.unseen import retracted, seeing
from sync.engine.wording import names_in
from sync.runtime import container

FROZEN = "frozen"
"""Fingerprint of a parked field that is not written at all until a person asks for it."""

BIRTH = timedelta(seconds=1)
"""What rides with a create moves the record's stamp by less than this."""

RETRY = "retry"
"""Reason of a row that a person asked for: parked writes are tried again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done about a case.

    ``settled`` are bases to remember without any write, ``cleared`` fields that were parked and
    are in order again, ``agreed`` those in dispute on which both sides agree again.
    """

    case: Case
    actions: tuple[Action, ...] = ()
    notes: tuple[Note, ...] = ()
    settled: Mapping[str, Base] = field(default_factory=dict)
    cleared: tuple[str, ...] = ()
    agreed: frozenset[str] = frozenset()
    state: LinkState = LinkState.ACTIVE


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging needs besides the case. ``recent`` is what was written lately, by link;
    ``own_steps`` are status rules whose change in Jira is our own unfinished walk, ``undone``
    those in which somebody put the issue back since."""

    lookup: Lookup
    installation: str
    jira_host: str
    now: datetime
    stamps: Mapping[str, Mapping[Side, datetime]] = field(default_factory=dict)
    repair: bool = False
    recent: Mapping[int, Sequence[HistoryRow]] = field(default_factory=dict)
    own_steps: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()
    desk: Desk = NO_FILES


def judge(case: Case, bench: Bench) -> Verdict:
    """Decide everything about one link."""
    if case.gone and case.link.state is not LinkState.ENDED:
        case, last = farewells(case, bench.installation)
        ended = not last and not case.removing
        return Verdict(case, last, state=LinkState.ENDED if ended else LinkState.MISSING)
    state = _state(case)
    bench = replace(bench, lookup=seeing(bench.lookup, case.unseen))
    if state is not LinkState.ACTIVE:
        return Verdict(case, state=state)
    decisions = {rule.name: _decide(case, rule, bench) for rule in case.spec.rules}
    writes = _writes(case, decisions, bench)
    notes = tuple(
        Note(case.spec.pair, case.link, name, finding)
        for name, finding in decisions.items()
        if isinstance(finding, Clash | Stuck) and not _known_trouble(case, name, finding)
    )
    settled = {
        rule.name: found.base
        for rule in case.spec.rules
        if isinstance(found := decisions[rule.name], Keep) and found.base is not None
        if not (_veiled(case, rule.name) or retracted(case, rule, bench.lookup))
    }
    updates = [_update(case, side, own) for side, own in writes.items() if own]
    kept = {name for name, decision in decisions.items() if isinstance(decision, Keep)}
    cleared = tuple(row.field for row in case.parked if row.field in kept and _whole(case))
    remarks, files = _remarks(case, _waiting(case, decisions), bench), _files(case, bench)
    actions: tuple[Action, ...] = (*updates, *remarks, *files)
    return Verdict(case, actions, notes, settled, cleared, _agreed(case, bench))


def _veiled(case: Case, name: str) -> bool:
    """Whether a set of linked issues lacks one that is not shown now: what was agreed on stays, so
    that a link that is taken away meanwhile is missed once the issue is back."""
    base = case.bases.get(name)
    return base is not None and isinstance(base.jira, tuple) and bool(case.unseen & {*base.jira})


def _whole(case: Case) -> bool:
    """Whether both sides were seen: of one that was not, nobody knows that all is well there."""
    return len(case.records) == len(Side)


def _agreed(case: Case, bench: Bench) -> frozenset[str]:
    """Fields in dispute whose values fit together after all."""
    rules = (rule for rule in case.spec.rules if rule.name in case.disputed and _whole(case))
    return frozenset(rule.name for rule in rules if _fits(case, rule, bench))


def _fits(case: Case, rule: Rule, bench: Bench) -> bool:
    servicenow, jira = (present(case, rule, side) for side in Side)
    if isinstance(servicenow, Unknown) or isinstance(jira, Unknown):
        return False
    return rule.relation.holds(servicenow, jira, bench.lookup)


def _update(case: Case, side: Side, writes: Sequence[FieldWrite]) -> Update:
    record = case.records.get(side)
    if record is None:
        return Update(case.spec.pair, side, case.link, tuple(writes))
    seen = {rule.name: rule.relation.canonical(side, record.fields) for rule in case.spec.rules}
    return Update(case.spec.pair, side, case.link, tuple(writes), seen, record.version)


def _state(case: Case) -> LinkState:
    if case.missing():
        ended = case.link.state is LinkState.ENDED
        return LinkState.ENDED if ended else LinkState.MISSING
    for side, record in case.records.items():
        if record.container != container(case.spec, side):
            return LinkState.FROZEN
    return LinkState.ACTIVE


def _decide(case: Case, rule: Rule, bench: Bench) -> Decision:
    """One field's decision; a fight that goes on and on is stopped."""
    decision = _merged(case, rule, bench)
    if not isinstance(decision, Write) or _retried(case):
        return decision
    if _gives_way(case, rule, decision, bench):
        return _told(case, rule, decision, "the two never agreed on it before")
    if rule.name in bench.undone and decision.side is Side.JIRA:
        return _told(case, rule, decision, "it was put back after a step of ours without an answer")
    if RESTORED in case.reasons or of_old_copy(case, rule.name):
        return _told(case, rule, decision, "the store is an old copy: the edit may be old")
    if any(row.field == rule.name and row.fingerprint == FROZEN for row in case.parked):
        return frozen(decision, rule.name)
    if flapping(decision, rule.name, bench.recent.get(case.link.id, ()), bench.now):
        return frozen(decision, rule.name)
    return decision


def _gives_way(case: Case, rule: Rule, write: Write, bench: Bench) -> bool:
    """Whether a value that was never agreed on, and that people may have given, is replaced.

    A twin that nobody touched since we made it holds nothing of that kind.
    """
    held = case.records.get(write.side)
    if rule.name in case.bases or write.old in (None, ()) or held is None:
        return False
    relation = rule.relation
    if isinstance(relation, Reference) and not relation.points(write.side, write.old, bench.lookup):
        return False
    is_twin = case.making and write.side is not case.link.origin
    return not is_twin or _edited(held)


def _edited(twin: Record) -> bool:
    """Whether a record that we made was written again, by somebody else where that is told."""
    if twin.updated_by:
        return twin.updated_by != twin.created_by
    return twin.updated - twin.created >= BIRTH


def _told(case: Case, rule: Rule, write: Write, why: str) -> Clash:
    """The side that tells writes all the same; what the other one held stays to be found."""
    held = {side: present(case, rule, side) for side in Side}
    values = {side: None if isinstance(one, Unknown) else one for side, one in held.items()}
    here = Base(values[Side.SERVICENOW], values[Side.JIRA])
    teller = write.side.other
    return Clash(here, str(teller), f"{why}: {teller} tells", write)


def _merged(case: Case, rule: Rule, bench: Bench) -> Decision:
    values = {side: present(case, rule, side) for side in Side}
    question = Question(
        rule,
        None if came_back(case, rule, values) else case.bases.get(rule.name),
        values[Side.SERVICENOW],
        values[Side.JIRA],
        first=_first(case, rule, values, bench),
        repair=bench.repair or isinstance(rule.relation, Reference) or _retried(case),
        stamps=bench.stamps.get(f"{case.link.id}/{rule.name}"),
        ours=Side.JIRA if rule.name in bench.own_steps else None,
        contested=contested(case, rule.name),
    )
    return decide(question, bench.lookup)


def _first(case: Case, rule: Rule, values: Mapping[Side, Value | Unknown], bench: Bench) -> Side:
    """Who tells a field without a base: where the link came from. A reference that was mapped later
    is told by the only side that points at something."""
    if case.returned is not None and came_back(case, rule, values):
        return case.returned
    known = {side: None if isinstance(one, Unknown) else one for side, one in values.items()}
    here = Base(known[Side.SERVICENOW], known[Side.JIRA])
    sides = [] if beginning(case, rule.name) else pointing(rule, here, bench.lookup)
    return sides[0] if len(sides) == 1 else case.link.origin


def _retried(case: Case) -> bool:
    return RETRY in case.reasons


def _writes(
    case: Case, decisions: Mapping[str, Decision], bench: Bench
) -> dict[Side, list[FieldWrite]]:
    found: dict[Side, list[FieldWrite]] = {side: [] for side in Side}
    for rule in case.spec.rules:
        decision = decisions[rule.name]
        write = decision.write if isinstance(decision, Clash) else decision
        if isinstance(write, Write) and not _refused_before(case, rule.name, decision):
            made = field_write(rule, write, case.records)
            found[write.side].append(replace(made, agreed=case.bases.get(rule.name)))
    marking = case.making or _retried(case)
    for side, mark in mark_writes(
        case, bench.installation, bench.jira_host, marking=marking
    ).items():
        found[side].append(mark)
    return found


def field_write(rule: Rule, write: Write, records: Mapping[Side, Record]) -> FieldWrite:
    """A decided write in the native form of its side."""
    told = context(records.get(write.side.other))
    mine = records.get(write.side)
    return FieldWrite(
        rule.name,
        write.old,
        write.wanted,
        write.reason,
        _other_value(rule, write.side.other, told),
        rule.relation.native(write.side, write.wanted, write.old, told),
        closes=rule.relation.closes(write.side, write.wanted) and mine is not None,
    )


def _other_value(rule: Rule, side: Side, fields: Mapping[str, Value]) -> Value:
    value = rule.relation.canonical(side, fields)
    return None if isinstance(value, Unknown) else value


def fingerprint(write_old: Value, wanted: Value) -> str:
    """What a refused write looked like; the same one is not tried again by itself."""
    return f"{write_old!r} -> {wanted!r}"


def _refused_before(case: Case, name: str, decision: Decision) -> bool:
    """Whether a write is not to be tried now, because it was refused. One that decides a conflict
    replaces a person's words: no move of a record is reason enough to try that again."""
    write = decision.write if isinstance(decision, Clash) else decision
    if _retried(case) or not isinstance(write, Write):
        return False
    lost = isinstance(decision, Clash) and SWEEP not in case.reasons
    return any(lost or not tried_again(case, row) for row in _refusals(case, name, write))


def _refusals(case: Case, name: str, write: Write) -> list[Parked]:
    """What was put aside when this very write was refused."""
    return [
        row
        for row in case.parked
        if row.side is write.side and row.field == name and _of(row, write)
    ]


def _of(row: Parked, write: Write) -> bool:
    refused = row.fingerprint.removeprefix(KEPT)
    if write.begun:  # where the refused walk ended is no reason to set out again
        return refused.endswith(f" -> {write.wanted!r}")
    return refused == fingerprint(write.old, write.wanted)


def _known_trouble(case: Case, name: str, finding: Clash | Stuck) -> bool:
    """What is already parked with the same reason needs no second word."""
    if isinstance(finding, Clash):
        known = finding.write is not None and bool(_refusals(case, name, finding.write))
        return known and not _retried(case)
    return any(row.field == name and row.reason == finding.reason for row in case.parked)


def _remarks(case: Case, waiting: Collection[str], bench: Bench) -> tuple[Remark, ...]:
    """New comments, words on files left out, and what is to be said of the fields that wait for a
    person."""
    still = replace(case, parked=tuple(row for row in case.parked if row.field in waiting))
    names = names_in(bench.lookup, case.comments.get(Side.JIRA, ()))
    told = [
        (side.other, one)
        for side in Side
        for one in (
            *carried(case, side, bench.installation, names),
            *notices(case, side, bench.desk),
        )
    ]
    said = [(side, one) for side in Side for one in sayings(still, side, bench.installation)]
    return tuple(
        Remark(case.spec.pair, side, case.link, text, status_of(case, side))
        for side, text in (*told, *said)
    )


def _files(case: Case, bench: Bench) -> tuple[Attach | Detach, ...]:
    new = (file for side in Side for file in attached(case, side, bench.desk))
    return (*new, *detached(case, bench.desk))


def _waiting(case: Case, decisions: Mapping[str, Decision]) -> frozenset[str]:
    """Fields whose write was refused before and is still wished for, and comments put aside."""
    found = {row.field for row in case.parked if row.field not in decisions}
    for name, decision in decisions.items():
        if _refused_before(case, name, decision):
            found.add(name)
    return frozenset(found)
