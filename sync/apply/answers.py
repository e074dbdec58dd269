"""What came of a write: the read-back becomes the base, a refusal waits for a person.

The base is taken from the read-back, never from what was sent: a value the side shortened or
normalised is accepted, not fought over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connector.errors import Kept, Rejected
from connector.values import Done, Record, Refused, Unclear, WriteResult
from mappings.model import MappingSpec
from mappings.sides import Side
from mappings.values import UNKNOWN, Unknown
from sync.apply.common import KEPT, LATER, Place, close_conflicts, echo, park, postpone
from sync.apply.losses import Stored, confess, losses
from sync.core.model import Base, HistoryRow, Link
from sync.core.plan import FieldWrite, Update
from sync.errors import BrokenInvariant
from sync.runtime import Runtime, log


@dataclass(frozen=True, slots=True)
class Order:
    """One request about one record. ``sent`` are the ids of the store's rows about it."""

    action: Update
    writes: tuple[FieldWrite, ...]
    plan: str
    sent: tuple[int, ...] = ()


def answered(runtime: Runtime, order: Order, result: WriteResult) -> bool:
    """Remember what came of a write; whether the link needs no other look for it.

    An unclear one stays open in the store: :mod:`sync.engine.patches` finds out about it.
    """
    if isinstance(result, Done):
        return _remember(runtime, order, result)
    if not isinstance(result, Unclear):
        runtime.store.patches.answered(order.sent)
    if isinstance(result, Refused):
        _refused(runtime, order, result.error)
        return True
    postpone(runtime, order.action.side, order.action.link.end(order.action.side), result)
    return False


def _refused(runtime: Runtime, order: Order, error: Rejected) -> None:
    """Put the refused field aside; the same value is not tried again by itself.

    What only a person can do there is said on the record: the next look at it finds that unsaid.
    The twin is nudged for it, and only once, because a row that is there to have this tried again
    would keep that reason.
    """
    mark = KEPT if isinstance(error, Kept) else ""
    tried = [f"{mark}{write.old!r} -> {write.new!r}" for write in order.writes]
    action = order.action
    key, twin = action.link.end(action.side).key, action.link.end(action.side.other)
    known = {row.fingerprint for row in runtime.store.ledger.parked_of(action.side, [key])[key]}
    with runtime.store.transaction():
        for write, fingerprint in zip(order.writes, tried, strict=True):
            park(runtime, _place(action, write), error, fingerprint)
        if mark and not known.issuperset(tried):
            runtime.store.inbox.nudge(action.side.other, twin.container, [twin.key], LATER)


def _remember(runtime: Runtime, order: Order, result: Done) -> bool:
    """Take what the side holds now as the base; whether nobody else's work shows in it."""
    action, writes = order.action, order.writes
    spec = runtime.spec(action.pair)
    if spec is None:
        raise BrokenInvariant(f"an action of the unknown pair {action.pair}")
    moved = any(write.change.wish for write in writes)
    runtime.tally.add("transitioned" if moved else "updated", action.side)
    if result.record is None:
        _unseen(runtime, order)
        return False
    stored = [_stored(spec, action.side, write, result.record) for write in writes]
    overwritten = losses(spec, action.side, stored, result)
    link = _with_version(action.link, action.side, result.record)
    end = action.link.end(action.side)
    with runtime.store.transaction():
        _close(runtime, order, result)
        alone = not _company(runtime, spec, action, writes, result.record)
        dropped = _dropped(spec, order, stored, result.record)
        if not alone:
            # The version just read covers the other's edit: the feed would not tell of it.
            echo(runtime, action.side, action.link)
        if dropped:
            runtime.store.ledger.unpark(action.side, end.key, dropped)
            runtime.store.inbox.nudge(action.side, end.container, [end.key], LATER)
        current = runtime.store.links.by_ids([link.id])[link.id]
        runtime.store.links.save(current.with_end(action.side, link.end(action.side)))
        bases = _bases(action.side, stored)
        runtime.store.links.set_bases(link.id, bases)
        close_conflicts(runtime, link.id, bases)
        _unpark(runtime, action, stored)
        runtime.store.ledger.record([history_row(action, one, order.plan) for one in stored])
        for loss in overwritten:
            confess(runtime, action, loss)
    for one in stored:
        if _ignored(one):
            _park_ignored(runtime, action, one)
    log.info("wrote", action="wrote", record=end.label, fields=[w.name for w in writes])
    return alone and not dropped


def _company(
    runtime: Runtime,
    spec: MappingSpec,
    action: Update,
    writes: Sequence[FieldWrite],
    record: Record,
) -> bool:
    """Whether a field that this write did not touch changed since the plan, or others put members
    among ours: a person was quicker, or a rule of that side answered to our write."""
    if any(_joined_in(_stored(spec, action.side, write, record)) for write in writes):
        return True
    ours = {write.name: write for write in action.writes}
    bases = runtime.store.links.bases([action.link.id])[action.link.id]
    for name in action.seen.keys() - {write.name for write in writes}:
        rule = next((rule for rule in spec.rules if rule.name == name), None)
        held = UNKNOWN if rule is None else rule.relation.canonical(action.side, record.fields)
        expected = [action.seen[name]]
        if name in ours and name in bases:
            expected.append(bases[name].of(action.side))
        if held is not UNKNOWN and held not in expected:
            return True
    return False


def _close(runtime: Runtime, order: Order, result: Done) -> None:
    """What was sent is answered, but for a walk of which a step may still land and lead it astray:
    that is to be known for ours as long as it may."""
    if result.doubted:
        runtime.store.patches.arrived(order.sent)
    else:
        runtime.store.patches.answered(order.sent)


def _unseen(runtime: Runtime, order: Order) -> None:
    """Written, but not read back: the next look takes what is there as the base."""
    action = order.action
    seen = [Stored(write, write.new) for write in order.writes]
    with runtime.store.transaction():
        runtime.store.patches.answered(order.sent)
        runtime.store.ledger.record([history_row(action, one, order.plan) for one in seen])
        echo(runtime, action.side, action.link)


def _stored(spec: MappingSpec, side: Side, write: FieldWrite, record: Record) -> Stored:
    rule = next((rule for rule in spec.rules if rule.name == write.name), None)
    return Stored(
        write, write.new if rule is None else rule.relation.canonical(side, record.fields)
    )


def _bases(side: Side, stored: Sequence[Stored]) -> dict[str, Base]:
    found = {}
    for one in stored:
        if one.write.name.startswith("@") or isinstance(one.held, Unknown) or _ignored(one):
            continue
        if not one.write.settles:
            continue
        if _joined_in(one) and not isinstance(one.write.other, tuple):
            continue  # a link that others made beside ours may tell another reference: both changed
        # What others put among our members was never agreed on: it is their change.
        own = one.write.new if _joined_in(one) else one.held
        held = {side: own, side.other: one.write.other}
        found[one.write.name] = Base(held[Side.SERVICENOW], held[Side.JIRA])
    return found


def _joined_in(one: Stored) -> bool:
    """Whether a set that we added to or took from holds other members than we left in it."""
    by_members = bool(one.write.change.add or one.write.change.remove)
    marked = one.write.name.startswith("@")
    return by_members and not marked and one.held not in (one.write.new, UNKNOWN)


def _ignored(one: Stored) -> bool:
    """Whether the side said yes and kept its old value."""
    marked = one.write.name.startswith("@")
    return not marked and one.held == one.write.old and one.held != one.write.new


def _dropped(
    spec: MappingSpec, order: Order, stored: Sequence[Stored], record: Record
) -> tuple[str, ...]:
    """What the record did not take before its status moved, and may take now.

    A closed one takes nothing but the status that opens it again (servicenow-api 5).
    """
    statuses = {rule.name: rule for rule in spec.rules if rule.relation.kind == "status"}
    if not any(one.write.name in statuses and not _ignored(one) for one in stored):
        return ()
    others = [write for write in order.action.writes if write not in order.writes]
    return tuple(one.name for one in others if not _took(spec, order.action, one, record))


def _took(spec: MappingSpec, action: Update, write: FieldWrite, record: Record) -> bool:
    """Whether a record shows what was written to it."""
    if write.name.startswith("@"):
        return all(record.fields.get(name) == held for name, held in write.change.fields.items())
    return _stored(spec, action.side, write, record).held == write.new


def _park_ignored(runtime: Runtime, action: Update, one: Stored) -> None:
    error = Rejected(
        f"{action.side} accepted {one.write.name} and kept its old value",
        side=action.side.value,
        remedy="Look for a business rule, an ACL or a screen that holds this field back.",
        field=one.write.name,
    )
    tried = f"{one.write.old!r} -> {one.write.new!r}"
    park(runtime, _place(action, one.write), error, tried)


def _place(action: Update, write: FieldWrite) -> Place:
    return Place(action.pair, action.side, action.link.end(action.side), write.name)


def _unpark(runtime: Runtime, action: Update, stored: Sequence[Stored]) -> None:
    names = [one.write.name for one in stored if one.write.settles and not _ignored(one)]
    for side in Side:  # both sides agree now, whichever of them it waited on
        runtime.store.ledger.unpark(side, action.link.end(side).key, names)


def _with_version(link: Link, side: Side, record: Record) -> Link:
    end = link.end(side)
    return link.with_end(
        side, replace(end, version=record.version, label=record.label, url=record.url)
    )


def history_row(action: Update, one: Stored, plan: str) -> HistoryRow:
    """What the history keeps of one field's write."""
    held = None if isinstance(one.held, Unknown) else one.held
    outcome = "done" if held == one.write.new else f"stored as {held!r}"
    kind = "transition" if one.write.change.wish else "update"
    end = action.link.end(action.side)
    return HistoryRow(
        action.pair, action.link.id, action.side, end.label, kind, one.write.name,
        one.write.old, one.write.new, one.write.reason, plan, outcome,
    )  # fmt: skip
