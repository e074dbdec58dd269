"""Making twins: intent first, then the request, then the link (reliability: 6.2).

A create can not be repeated blindly. So the intent is durable before the request leaves, the mark
travels inside the new record, and an unclear answer is settled by looking for the mark
(:mod:`sync.engine.complete`), never by sending again at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connector.errors import Rejected
from connector.values import CommentDraft, Done, Draft, Json, Refused, Unclear, WriteResult
from mappings.model import Rule
from mappings.references import IssueLink, Reference
from mappings.relations import Relation
from mappings.sides import Side
from mappings.values import Unmappable
from sync.apply.common import ALL_OF_IT, LATER, Place, park, postpone
from sync.apply.counts import incident_counts
from sync.apply.once import once
from sync.apply.waiting import await_twin, wake
from sync.core import marks
from sync.core.model import Base, End, HistoryRow, Intent, IntentKind, Link, LinkState, Value
from sync.core.plan import Carried, Create, FieldWrite
from sync.core.reminders import WAITS, waits_for
from sync.runtime import Runtime, chunks, log

BATCH = 50
"""Jira's bulk create takes 50 issues."""


Counts = Mapping[str, dict[str, int]]
"""Problem key to its incident counts by window."""


def create(runtime: Runtime, actions: Sequence[Create], plan: str) -> None:
    """Make the twins of all these records, in batches."""
    for side in Side:
        mine = [action for action in actions if action.side is side]
        places = dict.fromkeys((action.pair, action.container) for action in mine)
        for place in places:
            part = [one for one in mine if (one.pair, one.container) == place]
            for batch in chunks(part, BATCH):
                _batch(runtime, side, batch, plan)


def _batch(runtime: Runtime, side: Side, actions: Sequence[Create], plan: str) -> None:
    adapter = runtime.adapters[side]
    kind = _kind(runtime, side, actions[0])
    now = runtime.adapters[Side.SERVICENOW].server_now()
    counted = actions if side is Side.JIRA else ()
    counts = incident_counts(runtime, [action.origin for action in counted], now)
    drafts = [_draft(runtime, action, kind, counts) for action in actions]
    results = once(runtime, side, list(_intents(actions)), lambda: adapter.create(drafts))
    for action, result in zip(actions, results, strict=True):
        _remember(runtime, action, result, plan)


def _kind(runtime: Runtime, side: Side, action: Create) -> str:
    spec = runtime.spec(action.pair)
    if side is Side.SERVICENOW or spec is None:
        return action.container
    return runtime.kind(spec).name


def _intents(actions: Iterable[Create]) -> Iterable[Intent]:
    for action in actions:
        yield Intent(
            action.marker,
            action.pair,
            IntentKind.CREATE,
            action.side,
            action.container,
            action.origin.key,
        )


def _draft(runtime: Runtime, action: Create, kind: str, counts: Counts) -> Draft:
    fields: dict[str, Value] = {}
    targets: tuple[str, ...] = ()
    labels: set[str] = set()
    for write in _resolved(runtime, action):
        fields.update(write.change.fields)
        labels.update(write.change.add.get("labels", ()))
        members = {name: added for name, added in write.change.add.items() if name != "labels"}
        fields.update(members)
        if write.change.wish is not None:
            targets = write.change.wish.targets
    marked, properties = _marked(runtime, action, fields, labels, counts)
    comments = tuple(_comment(action, remark) for remark in action.remarks)
    return Draft(action.container, kind, action.mark, marked, properties, targets, comments)


def _resolved(runtime: Runtime, action: Create) -> Iterable[FieldWrite]:
    """The writes with references to twins filled in; one without a twin yet is left out, and so is
    one to an issue that moved away or is gone, for which Jira may refuse the whole record."""
    relations = _relations(runtime, action)
    for write in action.writes:
        relation = relations[write.name]
        if not isinstance(relation, Reference):
            yield write
            continue
        linked = _named(runtime, action, relation, write) if action.side is Side.JIRA else ()
        away = any(link.state is not LinkState.ACTIVE for link in linked)
        twin = relation.translate(action.side, write.other, None, runtime.directory)
        if not away and twin is not None and not isinstance(twin, Unmappable):
            yield replace(write, change=relation.native(action.side, twin, None, {}))


def _relations(runtime: Runtime, action: Create) -> dict[str, Relation]:
    spec = runtime.spec(action.pair)
    return {rule.name: rule.relation for rule in spec.rules} if spec else {}


def _named(
    runtime: Runtime, action: Create, relation: Reference, write: FieldWrite
) -> Collection[Link]:
    """The links of the records that a reference names."""
    named = relation.mentions(action.side.other, write.other)
    return runtime.store.links.by_keys(action.side.other, named).values()


def _marked(
    runtime: Runtime, action: Create, fields: dict[str, Value], labels: set[str], counts: Counts
) -> tuple[dict[str, Value], dict[str, dict[str, Json]]]:
    if action.side is Side.SERVICENOW:
        own = {"correlation_id": action.mark, "correlation_display": action.origin.label}
        return {**fields, **own}, {}
    now = runtime.adapters[Side.SERVICENOW].server_now()
    value = marks.jira_property(action.origin, now, counts.get(action.origin.key))
    return {**fields, "labels": tuple(sorted({*labels, action.mark}))}, {marks.PROPERTY: value}


def _comment(action: Create, remark: Carried) -> CommentDraft:
    return CommentDraft(
        action.container, "", remark.lane, remark.body, remark.reference, remark.internal
    )


def _remember(runtime: Runtime, action: Create, result: WriteResult, plan: str) -> None:
    if isinstance(result, Done):
        now = runtime.adapters[action.side.other].server_now()
        link = joined(action, End(action.container, result.key, result.label), now)
        made(runtime, link, action.marker, plan, action.reason)
        runtime.tally.add("created", action.side)
        return
    if isinstance(result, Unclear):
        runtime.store.intents.unclear([action.marker])
        log.warning("a create is unclear", action="create.unclear", record=action.origin.label)
        return
    runtime.store.intents.drop([action.marker])
    if isinstance(result, Refused):
        _refuse(runtime, action, result.error)
    else:
        postpone(runtime, action.side.other, action.origin, result)


def _refuse(runtime: Runtime, action: Create, error: Rejected) -> None:
    origin = Place(action.pair, action.side.other, action.origin, error.field)
    with runtime.store.transaction():
        park(runtime, origin, error)
        _suspect(runtime, action)
    log.warning("a create was refused", action="create.refused", record=action.origin.label)


def _suspect(runtime: Runtime, action: Create) -> None:
    """Have the twins looked at that a refused record was to refer to, and itself once they are
    found to be in another state: one that is gone, which nobody noticed yet, may be why."""
    waits = (action.origin.container, action.origin.key)
    for relation, write in _references(runtime, action):
        for link in _named(runtime, action, relation, write):
            end = link.end(action.side)
            runtime.store.inbox.nudge(action.side, end.container, [end.key], LATER)
            await_twin(runtime, action.side.other, waits, [link.end(action.side.other).key])


def _references(runtime: Runtime, action: Create) -> Iterator[tuple[Reference, FieldWrite]]:
    relations = _relations(runtime, action)
    for write in action.writes:
        relation = relations[write.name]
        if isinstance(relation, Reference):
            yield relation, write


def joined(action: Create, twin: End, now: datetime) -> Link:
    """The link of a record and the twin just made; ``now`` is the clock of the record's side."""
    ends = {action.side: twin, action.side.other: action.origin}
    return Link(
        0,
        action.pair,
        ends[Side.SERVICENOW],
        ends[Side.JIRA],
        origin=action.side.other,
        made_at=now,
    )


def made(runtime: Runtime, link: Link, marker: str, plan: str, reason: str) -> Link:
    """Remember a new link, close its intent, and ask for a first full look: one transaction."""
    store = runtime.store
    side = link.origin.other
    with store.transaction():
        stored = store.links.add(link)
        store.intents.plan([_intent(link, marker)])
        store.intents.done(marker, link.end(side).key)
        # Whatever kept them from having a twin is over; fields are judged anew at the first look.
        store.ledger.unpark(link.origin, link.end(link.origin).key, None)
        store.ledger.unpark(side, link.end(side).key, [ALL_OF_IT])
        for one in Side:
            end = stored.end(one)
            store.inbox.nudge(one, end.container, [end.key], "made")
        wake(runtime, stored)
        for dependent in dependents(runtime, stored):
            store.inbox.nudge(
                Side.SERVICENOW, dependent.servicenow.container, [dependent.servicenow.key], "twin"
            )
        row = HistoryRow(
            link.pair, stored.id, side, link.end(side).label or link.end(side).key, "create", "",
            None, link.end(side).key, reason, plan, "done",
        )  # fmt: skip
        store.ledger.record([row])
    return stored


def _intent(link: Link, marker: str) -> Intent:
    """The intent that this link fulfils; one that stands already is left as it is."""
    twin, origin = link.end(link.origin.other), link.end(link.origin)
    return Intent(
        marker, link.pair, IntentKind.CREATE, link.origin.other, twin.container, origin.key
    )


def dependents(runtime: Runtime, link: Link) -> list[Link]:
    """Links that pointed at either record before it had a twin (an incident at its problem, a
    story at its epic or at an issue that it is linked with)."""
    rules = (rule for spec in runtime.specs for rule in spec.rules)
    places = {place for rule in rules for place in _places(rule, link)}
    pointing = [
        other
        for name, side in sorted(places)
        for other in runtime.store.links.with_base(name, side, link.end(side).key)
    ]
    return list({other.id: other for other in pointing}.values())


def followers(runtime: Runtime, link: Link, way: Rule, before: Base | None) -> list[Link]:
    """Links that point to where this one leads by ``way``, or did before."""
    columns = way.relation.names(Side.SERVICENOW)
    found: list[Link] = []
    for rule in (rule for spec in runtime.specs for rule in spec.rules):
        relation = rule.relation
        if not isinstance(relation, IssueLink) or relation.through not in columns:
            continue
        at = waits_for(rule.name, link.jira.key)
        found += runtime.store.links.with_base(at, Side.JIRA, link.jira.key)
        if before is not None and before.servicenow:
            old = before.servicenow
            found += runtime.store.links.with_base(rule.name, Side.SERVICENOW, old)
    return list({other.id: other for other in found}.values())


def _places(rule: Rule, link: Link) -> list[tuple[str, Side]]:
    """Under which names, and on which side, a link that points at this one is remembered."""
    told = (rule.name, rule.name + WAITS)
    if isinstance(rule.relation, IssueLink):
        place = link.servicenow.container
        if place not in rule.relation.tables and not rule.relation.through:
            return []
        member = (waits_for(rule.name, link.jira.key), Side.JIRA)
        return [*((name, Side.SERVICENOW) for name in told), member]
    if isinstance(rule.relation, Reference):
        return [(name, side) for name in told for side in Side]
    return []
