"""A case to actions: every rule decided, our marks checked, new comments carried. Pure.

This is where one link's fate is settled: what is written where, what is remembered without
traffic, which field needs a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.values import Record
from mappings.model import Rule
from mappings.sides import Side
from mappings.values import Change, Lookup, Unknown
from sync.core import marks
from sync.core.flap import flapping, frozen
from sync.core.merge import Clash, Decision, Keep, Question, Stuck, Write, decide
from sync.core.model import Base, HistoryRow, LinkState, Value
from sync.core.plan import Action, FieldWrite, Note, Remark, Update
from sync.engine.carry import carried, names_in
from sync.engine.cases import Case, context
from sync.engine.epoch import RESTORED
from sync.runtime import container

MARKS = "@marks"
"""Name of the write that puts our marks on a record."""

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


def judge(case: Case, bench: Bench) -> Verdict:
    """Decide everything about one link."""
    state = _state(case)
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
        name: found.base
        for name, found in decisions.items()
        if isinstance(found, Keep) and found.base is not None
    }
    updates = [_update(case, side, own) for side, own in writes.items() if own]
    kept = {name for name, decision in decisions.items() if isinstance(decision, Keep)}
    cleared = tuple(row.field for row in case.parked if row.field in kept and _whole(case))
    return Verdict(
        case, (*updates, *_remarks(case, bench)), notes, settled, cleared, _agreed(case, bench)
    )


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
    if case.deleted:
        return LinkState.ENDED
    if case.missing():
        return LinkState.MISSING
    for side, record in case.records.items():
        if record.container != container(case.spec, side):
            return LinkState.FROZEN
    return LinkState.ACTIVE


def _decide(case: Case, rule: Rule, bench: Bench) -> Decision:
    """One field's decision; a fight that goes on and on is stopped."""
    decision = _merged(case, rule, bench)
    if not isinstance(decision, Write) or _retried(case):
        return decision
    if _gives_way(case, rule, decision):
        return _told(case, rule, decision, "the two never agreed on it before")
    if rule.name in bench.undone and decision.side is Side.JIRA:
        return _told(case, rule, decision, "it was put back after a step of ours without an answer")
    if RESTORED in case.reasons:
        return _told(case, rule, decision, "the store is an old copy: the edit may be old")
    if any(row.field == rule.name and row.fingerprint == FROZEN for row in case.parked):
        return frozen(decision, rule.name)
    if flapping(decision, rule.name, bench.recent.get(case.link.id, ()), bench.now):
        return frozen(decision, rule.name)
    return decision


def _gives_way(case: Case, rule: Rule, write: Write) -> bool:
    """Whether a value that was never agreed on, and that people may have given, is replaced.

    A twin that nobody touched since we made it holds nothing of that kind.
    """
    held = case.records.get(write.side)
    if rule.name in case.bases or write.old in (None, ()) or held is None:
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
        case.bases.get(rule.name),
        values[Side.SERVICENOW],
        values[Side.JIRA],
        first=case.link.origin,
        repair=bench.repair or rule.relation.kind == "link" or _retried(case),
        stamps=bench.stamps.get(f"{case.link.id}/{rule.name}"),
        ours=Side.JIRA if rule.name in bench.own_steps else None,
    )
    return decide(question, bench.lookup)


def _retried(case: Case) -> bool:
    return RETRY in case.reasons


def present(case: Case, rule: Rule, side: Side) -> Value | Unknown:
    """The present value; a side that was not read still holds its base (nothing woke it)."""
    record = case.records.get(side)
    if record is not None:
        return rule.relation.canonical(side, record.fields)
    base = case.bases.get(rule.name)
    return rule.relation.canonical(side, {}) if base is None else base.of(side)


def _writes(
    case: Case, decisions: Mapping[str, Decision], bench: Bench
) -> dict[Side, list[FieldWrite]]:
    found: dict[Side, list[FieldWrite]] = {side: [] for side in Side}
    for rule in case.spec.rules:
        decision = decisions[rule.name]
        write = decision.write if isinstance(decision, Clash) else decision
        if isinstance(write, Write) and not _refused_before(case, rule.name, write):
            found[write.side].append(field_write(rule, write, case.records))
    for side, mark in mark_writes(case, bench).items():
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


def _refused_before(case: Case, name: str, write: Write) -> bool:
    if _retried(case):
        return False
    refused = [
        row.fingerprint for row in case.parked if row.side is write.side and row.field == name
    ]
    if write.begun:  # where the refused walk ended is no reason to set out again
        return any(one.endswith(f" -> {write.wanted!r}") for one in refused)
    return fingerprint(write.old, write.wanted) in refused


def _known_trouble(case: Case, name: str, finding: Clash | Stuck) -> bool:
    """What is already parked with the same reason needs no second word."""
    if isinstance(finding, Clash):
        return finding.write is not None and _refused_before(case, name, finding.write)
    return any(row.field == name and row.reason == finding.reason for row in case.parked)


def _remarks(case: Case, bench: Bench) -> tuple[Remark, ...]:
    names = names_in(bench.lookup, case.comments.get(Side.JIRA, ()))
    return tuple(
        Remark(case.spec.pair, side.other, case.link, comment)
        for side in Side
        for comment in carried(case, side, bench.installation, names)
    )


def mark_writes(case: Case, bench: Bench) -> dict[Side, FieldWrite]:
    """Our marks where they are missing; a foreign correlation is left alone."""
    marker_label = marks.label(
        marks.marker(bench.installation, case.spec.pair, Side.JIRA, case.link.jira.key)
    )
    found: dict[Side, FieldWrite] = {}
    servicenow, jira = case.records.get(Side.SERVICENOW), case.records.get(Side.JIRA)
    if servicenow is not None:
        wanted = marks.correlation(bench.jira_host, case.link.jira.key)
        label = jira.label if jira else case.link.jira.label
        write = _correlate(servicenow, wanted, label, bench.jira_host)
        if write is not None:
            found[Side.SERVICENOW] = write
    marking = case.making or _retried(case)
    if jira is not None and marking and case.link.origin is Side.JIRA:
        labels = jira.fields.get("labels")
        if isinstance(labels, tuple) and marker_label not in labels:
            change = Change(add={"labels": (marker_label,)})
            found[Side.JIRA] = FieldWrite(MARKS, None, marker_label, "mark the twin", change=change)
    return found


def _correlate(record: Record, wanted: str, label: str, jira_host: str) -> FieldWrite | None:
    if "correlation_id" not in record.fields:
        return None
    held, shown = record.fields["correlation_id"], record.fields.get("correlation_display")
    if held is not None and marks.issue_of(str(held), jira_host) is None:
        return None
    if held == wanted and shown == label:
        return None
    change = Change(fields={"correlation_id": wanted, "correlation_display": label})
    return FieldWrite(MARKS, held, f"{wanted} {label}", "mark the twin", change=change)
