"""The standard path: telling on a change that it may go it, and taking the step where that is
allowed.

Taken is one step: a change that was raised from a template is moved from New to Scheduled, which
ServiceNow's own model offers for that type alone. A row of the store is written before, so a lost
answer is told by the record's state, and nobody's later decision is undone by a second try.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from connector.values import Done, Move, Record, Refused, Unclear, WriteResult
from mappings.acting import Acting
from mappings.sides import Side
from sync.core.model import HistoryRow, Link, LinkState
from sync.insight.changing.readiness import CANCELED, NEW, STANDARD
from sync.insight.changing.saying import PLAN, Note
from sync.insight.changing.standard import SCHEDULED, can_be_scheduled
from sync.insight.model import Standard
from sync.runtime import Runtime, log
from sync.store import Store
from sync.store.values import FactRow

KIND = "standard"
NOTHING, SENT, DONE, REFUSED = "", "sent", "done", "refused"
"""How far the step of a change is."""

PROPOSED, TAKEN = "proposed", "taken"
"""What was told of it, in the row's own words."""

HERE, TABLE = Side.SERVICENOW, "change_request"
ROOM = 20
"""Steps that one run takes, at most."""

BEYOND = frozenset({SCHEDULED, "-1", "0", "3"})
"""Scheduled, Implement, Review and Closed: what a standard change comes to by this step alone."""

CHECKED = ("state", "type", "std_change_producer_version", "on_hold")
"""Columns that are looked at right before the step."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One change about to be moved."""

    one: Standard
    link: Link


def take(runtime: Runtime, found: Sequence[Standard], acting: Acting, now: datetime) -> None:
    """Move those that can be moved, where the policy allows it."""
    store = runtime.store
    _look_after(runtime, now)
    fit = [one for one in found if can_be_scheduled(one)] if acting.path == "allow" else []
    keys = [one.change.key for one in fit]
    links, rows = store.links.by_keys(HERE, keys), store.insight.get(KIND, keys)
    steps = [
        _Step(one, links[one.change.key])
        for one in fit
        if _is_due(runtime, rows.get(one.change.key), now)
        and one.change.key in links
        and links[one.change.key].state is LinkState.ACTIVE
    ][:ROOM]
    if steps:
        _move(runtime, steps, now)


def notes(runtime: Runtime, found: Sequence[Standard], now: datetime) -> Iterator[Note]:
    """What is to be said of the standard path: that it was taken, or that it may be."""
    store = runtime.store
    done = [row for row in store.insight.all(KIND) if row.data["how"] == DONE]
    taken = [row for row in done if TAKEN not in row.data["told"]]
    keys = [one.change.key for one in found]
    rows = store.insight.get(KIND, keys)
    links = store.links.by_keys(HERE, [*keys, *(row.key for row in taken)])
    for row in taken:
        link = links.get(row.key)
        if link is not None and link.state is LinkState.ACTIVE:
            text = f"Scheduled without approval: the standard path, by the rule {row.data['rule']}."
            settle = partial(_told, store, row.key, now, TAKEN)
            yield Note(link, "standard path taken", text, now, settle)
    for one in found:
        key, link = one.change.key, links.get(one.change.key)
        how, told = _state(rows.get(key))
        proposed = PROPOSED in told or how not in (NOTHING, REFUSED)
        if not proposed and link is not None and link.state is LinkState.ACTIVE:
            settle = partial(_told, store, key, now, PROPOSED)
            yield Note(link, "standard path", proposal(one), now, settle)


def proposal(one: Standard) -> str:
    """What a change is told that may go the standard path. Pure."""
    head = f"May go the standard path, by the rule {one.rule}."
    if one.raised:
        return f"{head}\nIt is a standard change: it can be scheduled without approval."
    which = f"the template {one.template}" if one.template else "its template"
    return (
        f"{head}\nServiceNow makes no {one.change.type} change standard: raise it from {which} in "
        "the standard change catalog, and cancel this one; or go on as it is, with approval."
    )


def _state(row: FactRow | None) -> tuple[str, list[str]]:
    """How far a change is, and what was told of it."""
    return (NOTHING, []) if row is None else (row.data["how"], row.data["told"])


def _is_due(runtime: Runtime, row: FactRow | None, now: datetime) -> bool:
    """Never twice; again only where the answer was lost and it cannot arrive any more."""
    if row is None or row.data["how"] == NOTHING:
        return True
    settle = timedelta(seconds=runtime.options.settle[HERE])
    return row.data["how"] == SENT and now - row.at >= settle


def _look_after(runtime: Runtime, now: datetime) -> None:
    """Steps whose answer was lost: the state tells. Who has gone on from Scheduled was there; of
    one that was called off nobody can tell, and nothing more is tried."""
    store = runtime.store
    sent = {row.key: row for row in store.insight.all(KIND) if row.data["how"] == SENT}
    if not sent:
        return
    held = runtime.adapters[HERE].read(TABLE, sorted(sent), ("state",), fresh=True)
    links = store.links.by_keys(HERE, sorted(sent))
    for key, record in held.items():
        state = record.fields.get("state")
        if state in BEYOND and key in links:
            _done(runtime, links[key], str(sent[key].data["rule"]), now)
        elif state == CANCELED:
            _keep(store, key, now, how=REFUSED)


def _move(runtime: Runtime, steps: Sequence[_Step], now: datetime) -> None:
    adapter, store = runtime.adapters[HERE], runtime.store
    keys = [step.one.change.key for step in steps]
    held = adapter.read(TABLE, keys, CHECKED, fresh=True)
    still = [step for step in steps if _is_still(held, step.one.change.key)]
    if not still:
        return
    for step in still:
        _keep(store, step.one.change.key, now, how=SENT, rule=step.one.rule)
    store.ensure()
    moves = [Move(TABLE, step.one.change.key, "state", (SCHEDULED,)) for step in still]
    for step, result in zip(still, adapter.move(moves, ()), strict=True):
        _remember(runtime, step, result, now)


def _is_still(held: Mapping[str, Record], key: str) -> bool:
    """Whether a change is still as it has to be, and nobody holds it."""
    fields = held[key].fields if key in held else {}
    return (
        fields.get("state") == NEW
        and fields.get("type") == STANDARD
        and bool(fields.get("std_change_producer_version"))
        and fields.get("on_hold") != "true"
    )


def _remember(runtime: Runtime, step: _Step, result: WriteResult, now: datetime) -> None:
    store, key = runtime.store, step.one.change.key
    if isinstance(result, Done):
        _done(runtime, step.link, step.one.rule, now)
        return
    if isinstance(result, Refused):
        _keep(store, key, now, how=REFUSED)
    elif not isinstance(result, Unclear):
        _keep(store, key, now, how=NOTHING)
    log.info("a change was not scheduled", action="insight.refused",
             record=step.one.change.number, why=result.error.what)  # fmt: skip


def _done(runtime: Runtime, link: Link, rule: str, now: datetime) -> None:
    end = link.servicenow
    history = HistoryRow(
        link.pair, link.id, HERE, end.label, "update", "state", NEW, SCHEDULED,
        f"the standard path, by the rule {rule}", PLAN, "done",
    )  # fmt: skip
    with runtime.store.transaction():
        _keep(runtime.store, end.key, now, how=DONE)
        runtime.store.ledger.record([history])
    log.info("scheduled on the standard path", action="insight.standard", record=end.label)


def _told(store: Store, key: str, now: datetime, what: str) -> None:
    _, told = _state(store.insight.get(KIND, [key]).get(key))
    _keep(store, key, now, told=[*told, what])


def _keep(store: Store, key: str, now: datetime, **changed: object) -> None:
    row = store.insight.get(KIND, [key]).get(key)
    data = {"how": NOTHING, "rule": "", "told": []} if row is None else row.data
    store.insight.put([FactRow(KIND, key, now, {**data, **changed})])
