"""Changing records: look again, write only what changed, remember what the side really holds.

A patch carries absolute values computed from the present state, so after a crash the next look
either finds the relation satisfied or writes the same again. The base is taken from the read-back,
never from what was sent: a value the side shortened or normalised is accepted, not fought over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.errors import Rejected
from connector.values import Done, Json, Move, Patch, Record, Refused, WriteResult
from mappings.model import MappingSpec
from mappings.sides import Side
from mappings.values import UNKNOWN, Unknown, Wish
from sync.apply.common import Place, close_conflicts, echo, park, postpone
from sync.apply.counts import incident_counts
from sync.apply.losses import Stored, confess, losses
from sync.core import marks
from sync.core.model import Base, HistoryRow, Link, Value
from sync.core.plan import FieldWrite, Update
from sync.errors import BrokenInvariant
from sync.runtime import Runtime, chunks, log

BATCH = 100
MOVING = 500
"""Records that only change their status: Jira leads them together, and looks are few."""


def update(runtime: Runtime, actions: Sequence[Update], plan: str) -> frozenset[int]:
    """Carry out all updates of a plan; the ids of links that need another look."""
    unfinished: set[int] = set()
    for side in Side:
        mine = [action for action in actions if action.side is side]
        for where in dict.fromkeys(action.link.end(side).container for action in mine):
            part = [one for one in mine if one.link.end(side).container == where]
            edits = [action for action in part if _still_writes(action)]
            moves = [action for action in part if not _still_writes(action)]
            for batch in (*chunks(edits, BATCH), *chunks(moves, MOVING)):
                unfinished |= _batch(runtime, side, where, batch, plan)
    return frozenset(unfinished)


def _batch(
    runtime: Runtime, side: Side, where: str, actions: Sequence[Update], plan: str
) -> set[int]:
    keys = [action.link.end(side).key for action in actions]
    fresh = runtime.read(side, where, keys, fresh=True)
    still = [action for action in actions if _unmoved(runtime, action, fresh)]
    unfinished = {action.link.id for action in actions} - {action.link.id for action in still}
    unfinished |= _touched(runtime, side, still, fresh)
    unfinished |= _patch(runtime, side, fresh, still, plan)
    moving = [
        (action, write, write.change.wish)
        for action in still
        for write in action.writes
        if write.change.wish is not None
    ]
    moves = [_move(side, action, wish, fresh) for action, _, wish in moving]
    names = runtime.names(side, where)
    runtime.store.ensure()
    results = runtime.adapters[side].move(moves, names) if moves else []
    for (action, write, _), result in zip(moving, results, strict=True):
        if not _after(runtime, action, (write,), result, plan):
            unfinished.add(action.link.id)
    return unfinished


def _unmoved(runtime: Runtime, action: Update, fresh: Mapping[str, Record]) -> bool:
    """Whether the record still holds what the plan was made from; else it is planned anew."""
    spec, end = runtime.spec(action.pair), action.link.end(action.side)
    record = fresh.get(end.key)
    if spec is None or record is None or record.container != end.container:
        echo(runtime, action.side, action.link)
        return False
    for rule in spec.rules:
        planned = next((write for write in action.writes if write.name == rule.name), None)
        if planned is None:
            continue
        if rule.relation.canonical(action.side, record.fields) != planned.old:
            log.info("moved while we looked", action="update.moved", record=end.label)
            echo(runtime, action.side, action.link)
            return False
    return True


def _touched(
    runtime: Runtime, side: Side, actions: Sequence[Update], fresh: Mapping[str, Record]
) -> set[int]:
    """Links whose record moved since the plan in something that no rule reads: a comment, say.

    Our write hides that from the feed, so one more look is asked for. Where reads lag, the plan may
    be older than our own latest write, so the version that was agreed on is what counts.
    """
    lagging = runtime.adapters[side].reads_lag
    found = set()
    for action in actions:
        end = action.link.end(side)
        record = fresh[end.key]
        if (end.version if lagging else action.version) not in ("", record.version):
            echo(runtime, side, action.link)
            found.add(action.link.id)
    return found


def _patch(
    runtime: Runtime, side: Side, fresh: Mapping[str, Record], actions: Sequence[Update], plan: str
) -> set[int]:
    where = next((action.link.end(side).container for action in actions), "")
    due = [(action, _still_writes(action)) for action in actions]
    due = [(action, writes) for action, writes in due if writes]
    if not due:
        return set()
    properties = _properties(runtime, side, [action.link for action, _ in due])
    patches = [
        replace(
            _as_patch(side, action, writes, properties),
            version=fresh[action.link.end(side).key].version,
        )
        for action, writes in due
    ]
    runtime.store.ensure()
    results = runtime.adapters[side].patch(patches, runtime.names(side, where))
    unfinished: set[int] = set()
    for (action, writes), result in zip(due, results, strict=True):
        if isinstance(result, Refused) and len(writes) > 1:
            unfinished |= _apart(runtime, where, action, writes, plan)
        elif not _after(runtime, action, writes, result, plan):
            unfinished.add(action.link.id)
    return unfinished


def _apart(
    runtime: Runtime, where: str, action: Update, writes: Sequence[FieldWrite], plan: str
) -> set[int]:
    """After a refusal each field by itself: one bad one must not hold the others back."""
    unfinished: set[int] = set()
    key = action.link.end(action.side).key
    for write in writes:
        fresh = runtime.read(action.side, where, [key], fresh=True)
        if key not in fresh:
            echo(runtime, action.side, action.link)
            return unfinished | {action.link.id}
        alone = replace(action, writes=(write,))
        unfinished |= _patch(runtime, action.side, fresh, [alone], plan)
    return unfinished


def _still_writes(action: Update) -> tuple[FieldWrite, ...]:
    return tuple(write for write in action.writes if write.change.wish is None)


def _properties(runtime: Runtime, side: Side, links: Sequence[Link]) -> dict[str, dict[str, Json]]:
    """The property that rides with every write to an issue."""
    if side is Side.SERVICENOW:
        return {}
    now = runtime.adapters[Side.SERVICENOW].server_now()
    counts = incident_counts(runtime, [link.servicenow for link in links], now)
    return {
        link.jira.key: {
            marks.PROPERTY: marks.jira_property(
                link.servicenow, now, counts.get(link.servicenow.key)
            )
        }
        for link in links
    }


def _as_patch(
    side: Side,
    action: Update,
    writes: Sequence[FieldWrite],
    properties: Mapping[str, Mapping[str, Json]],
) -> Patch:
    fields: dict[str, Value] = {}
    add: dict[str, tuple[str, ...]] = {}
    remove: dict[str, tuple[str, ...]] = {}
    for write in writes:
        fields.update(write.change.fields)
        for members, more in ((add, write.change.add), (remove, write.change.remove)):
            for name, values in more.items():
                members[name] = (*members.get(name, ()), *values)
    end = action.link.end(side)
    return Patch(end.container, end.key, fields, add, remove, properties.get(end.key, {}))


def _move(side: Side, action: Update, wish: Wish, fresh: Mapping[str, Record]) -> Move:
    end = action.link.end(side)
    present = fresh.get(end.key)
    return Move(end.container, end.key, wish.name, wish.targets, wish.fields, present)


def _after(
    runtime: Runtime,
    action: Update,
    writes: Sequence[FieldWrite],
    result: WriteResult,
    plan: str,
) -> bool:
    """Remember what came of a write; whether the link needs no other look for it."""
    end = action.link.end(action.side)
    if isinstance(result, Done):
        return _remember(runtime, action, writes, result, plan)
    if isinstance(result, Refused):
        _refused(runtime, action, writes, result.error)
        return True
    postpone(runtime, action.side, end, result)
    return False


def _refused(
    runtime: Runtime, action: Update, writes: Sequence[FieldWrite], error: Rejected
) -> None:
    """Put the refused field aside; the same value is not tried again by itself."""
    for write in writes:
        tried = f"{write.old!r} -> {write.new!r}"
        park(runtime, _place(action, write), error, tried)


def _remember(
    runtime: Runtime, action: Update, writes: Sequence[FieldWrite], result: Done, plan: str
) -> bool:
    """Take what the side holds now as the base; whether nobody else's work shows in it."""
    spec = runtime.spec(action.pair)
    if spec is None:
        raise BrokenInvariant(f"an action of the unknown pair {action.pair}")
    moved = any(write.change.wish for write in writes)
    runtime.tally.add("transitioned" if moved else "updated", action.side)
    if result.record is None:
        _unseen(runtime, action, writes, plan)
        return False
    stored = [_stored(spec, action.side, write, result.record) for write in writes]
    overwritten = losses(spec, action, stored, result)
    link = _with_version(action.link, action.side, result.record)
    end = action.link.end(action.side)
    with runtime.store.transaction():
        alone = not _company(runtime, spec, action, writes, result.record)
        if not alone:
            # The version just read covers the other's edit: the feed would not tell of it.
            echo(runtime, action.side, action.link)
        current = runtime.store.links.by_ids([link.id])[link.id]
        runtime.store.links.save(current.with_end(action.side, link.end(action.side)))
        bases = _bases(action.side, stored)
        runtime.store.links.set_bases(link.id, bases)
        close_conflicts(runtime, link.id, bases)
        _unpark(runtime, action, stored)
        runtime.store.ledger.record([_row(action, one, plan) for one in stored])
        for loss in overwritten:
            confess(runtime, action, loss)
    for one in stored:
        if _ignored(one):
            _park_ignored(runtime, action, one)
    log.info("wrote", action="wrote", record=end.label, fields=[w.name for w in writes])
    return alone


def _company(
    runtime: Runtime,
    spec: MappingSpec,
    action: Update,
    writes: Sequence[FieldWrite],
    record: Record,
) -> bool:
    """Whether a field that this write did not touch changed since the plan: a person was quicker,
    or a rule of that side answered to our write."""
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


def _unseen(runtime: Runtime, action: Update, writes: Sequence[FieldWrite], plan: str) -> None:
    """Written, but not read back: the next look takes what is there as the base."""
    with runtime.store.transaction():
        rows = [_row(action, Stored(write, write.new), plan) for write in writes]
        runtime.store.ledger.record(rows)
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
        held = {side: one.held, side.other: one.write.other}
        found[one.write.name] = Base(held[Side.SERVICENOW], held[Side.JIRA])
    return found


def _ignored(one: Stored) -> bool:
    """Whether the side said yes and kept its old value."""
    marked = one.write.name.startswith("@")
    return not marked and one.held == one.write.old and one.held != one.write.new


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
    names = [one.write.name for one in stored if not _ignored(one)]
    for side in Side:  # both sides agree now, whichever of them it waited on
        runtime.store.ledger.unpark(side, action.link.end(side).key, names)


def _with_version(link: Link, side: Side, record: Record) -> Link:
    end = link.end(side)
    return link.with_end(
        side, replace(end, version=record.version, label=record.label, url=record.url)
    )


def _row(action: Update, one: Stored, plan: str) -> HistoryRow:
    held = None if isinstance(one.held, Unknown) else one.held
    outcome = "done" if held == one.write.new else f"stored as {held!r}"
    kind = "transition" if one.write.change.wish else "update"
    end = action.link.end(action.side)
    return HistoryRow(
        action.pair, action.link.id, action.side, end.label, kind, one.write.name,
        one.write.old, one.write.new, one.write.reason, plan, outcome,
    )  # fmt: skip
