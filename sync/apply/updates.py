"""Changing records: look again, write only what changed, remember what the side really holds.

A patch carries absolute values computed from the present state, so after a crash the next look
either finds the relation satisfied or writes the same again. It is written down before it goes out,
because one whose answer was lost may have replaced what nobody has seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.values import Json, Move, Patch, Record, Refused
from mappings.sides import Side
from mappings.values import Wish
from sync.apply.answers import Order, answered
from sync.apply.common import echo
from sync.apply.counts import incident_counts
from sync.core import marks
from sync.core.model import Link, SentPatch, SentWrite, Value
from sync.core.plan import FieldWrite, Update
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
    unfinished |= _lead(runtime, side, fresh, still, plan)
    return unfinished


def _lead(
    runtime: Runtime, side: Side, fresh: Mapping[str, Record], actions: Sequence[Update], plan: str
) -> set[int]:
    """Bring records into other statuses; the ids of links that need another look."""
    moving = [
        (action, write, write.change.wish)
        for action in actions
        for write in action.writes
        if write.change.wish is not None
    ]
    if not moving:
        return set()
    due = [(action, (write,)) for action, write, _ in moving]
    orders = _written_down(runtime, due, [_as_step(side, *one, fresh) for one in moving], plan)
    moves = [_move(side, action, wish, fresh) for action, _, wish in moving]
    names = runtime.names(side, moves[0].container)
    runtime.store.ensure()
    results = runtime.adapters[side].move(moves, names)
    return {
        order.action.link.id
        for order, result in zip(orders, results, strict=True)
        if not answered(runtime, order, result)
    }


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
    be older than our own latest write, so the version that was agreed on is no news either.
    """
    lagging = runtime.adapters[side].reads_lag
    found = set()
    for action in actions:
        end = action.link.end(side)
        record = fresh[end.key]
        known = {action.version, end.version} if lagging else {action.version}
        if record.version not in known and "" not in known:
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
    orders = _written_down(runtime, due, patches, plan)
    runtime.store.ensure()
    results = runtime.adapters[side].patch(patches, runtime.names(side, where))
    unfinished: set[int] = set()
    for order, result in zip(orders, results, strict=True):
        if isinstance(result, Refused) and len(order.writes) > 1:
            runtime.store.patches.answered(order.sent)
            unfinished |= _apart(runtime, where, order.action, order.writes, plan)
        elif not answered(runtime, order, result):
            unfinished.add(order.action.link.id)
    return unfinished


def _written_down(
    runtime: Runtime,
    due: Sequence[tuple[Update, tuple[FieldWrite, ...]]],
    patches: Sequence[Patch],
    plan: str,
) -> list[Order]:
    """What goes out now, known to the store."""
    side = due[0][0].side
    now = runtime.adapters[side].server_now()
    ids = runtime.store.patches.sent(
        [
            SentPatch(
                0, action.pair, action.link.id, side, patch.container, patch.key, patch.version,
                patch.fields, tuple(_sent(side, write) for write in writes), plan, now,
            )
            for (action, writes), patch in zip(due, patches, strict=True)
        ]
    )  # fmt: skip
    return [
        Order(action, writes, plan, (number,))
        for (action, writes), number in zip(due, ids, strict=True)
    ]


def _sent(side: Side, write: FieldWrite) -> SentWrite:
    wish = write.change.wish
    change = write.change
    names = {*change.fields, *change.add, *change.remove}
    natives = tuple(sorted(names)) if wish is None else (wish.name,)
    walk = wish is not None and side is Side.JIRA
    told = (write.name, write.old, write.new, write.other, write.reason)
    return SentWrite(*told, natives, walk, write.agreed)


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


def _as_step(
    side: Side, action: Update, write: FieldWrite, wish: Wish, fresh: Mapping[str, Record]
) -> Patch:
    """A move as the patch that it comes down to."""
    end = action.link.end(side)
    fields: dict[str, Value] = {wish.name: write.new}
    return Patch(end.container, end.key, fields, version=fresh[end.key].version)


def _move(side: Side, action: Update, wish: Wish, fresh: Mapping[str, Record]) -> Move:
    end = action.link.end(side)
    present = fresh.get(end.key)
    return Move(end.container, end.key, wish.name, wish.targets, wish.fields, present)
