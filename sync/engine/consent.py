"""What was written unasked within the last hour, and how long a person's word on a plan holds.

The history of writes tells it all (reliability: 6.8). What a person released does not count: from
there on a pair is counted anew. Nor do writes to links younger than a day, made or joined: their
first looks write much, and people work on new tickets; creates and deleted files count in any case.
A plan is approved by its hash as long as it was shown lately: who approves it has seen it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from mappings.model import MappingSpec
from sync.core.model import HistoryRow
from sync.core.plan import NO_TWIN, Plan
from sync.core.safety import Sums
from sync.engine.complete import FOUND
from sync.runtime import Runtime

HOUR = timedelta(hours=1)
YOUNG = timedelta(hours=24)
"""So long the writes to a link made meanwhile count as those of its creation."""

_CONSENT, _SHOWN = "consent:", "plans.shown"
_TEXTS = frozenset({"text", "line", "html"})


def texts_of(spec: MappingSpec) -> frozenset[str]:
    """The fields of a pair that hold what people write."""
    return frozenset(rule.name for rule in spec.rules if rule.relation.kind in _TEXTS)


def last_hour(runtime: Runtime, spec: MappingSpec) -> Sums:
    """What was written for a pair within the hour, and since a person consented last."""
    now = runtime.clock()
    consent = runtime.store.meta.get(_CONSENT + spec.pair)
    since = max(now - HOUR, datetime.fromisoformat(consent) if consent else now - HOUR)
    rows = runtime.store.ledger.written(spec.pair, since)
    young = runtime.store.ledger.made(spec.pair, now - YOUNG) if rows else frozenset[int]()
    old = [row for row in rows if row.link_id not in young]
    changes = [row for row in old if row.kind in ("update", "transition")]
    texts = texts_of(spec)
    return Sums(
        sum(_made(row) for row in rows),
        sum(_closes(runtime, spec, row) for row in changes),
        sum(row.kind == "detach" for row in rows),
        sum(row.kind == "comment" for row in old),
        frozenset(row.link_id for row in changes),
        Counter(row.field for row in changes if row.new in (None, (), "")),
        Counter((row.field, str(row.new)) for row in changes if row.field in texts and row.new),
    )


def _made(row: HistoryRow) -> bool:
    """Whether a row tells of a record that was made, not of one that was only joined."""
    return row.kind == "ask" or (
        row.kind == "create" and (row.reason.endswith(NO_TWIN) or row.reason == FOUND)
    )


def _closes(runtime: Runtime, spec: MappingSpec, row: HistoryRow) -> bool:
    """Whether a write closed its record. What a state is stored as, the fitted mapping tells."""
    if row.kind != "transition":
        return False
    rule = next((rule for rule in runtime.fitted(spec).rules if rule.name == row.field), None)
    return rule is not None and rule.relation.closes(row.side, row.new)


def consented(runtime: Runtime, pairs: Collection[str]) -> None:
    """A person released what was just written for these pairs: they are counted anew."""
    now = runtime.clock().isoformat()
    for pair in sorted(pairs):
        runtime.store.meta.put(_CONSENT + pair, now)


def show(runtime: Runtime, plan: Plan) -> None:
    """Remember that a plan was shown to a person; others are forgotten in time."""
    now = runtime.clock()
    oldest = now - runtime.options.approval
    known = {one: at for one, at in _shown(runtime).items() if at >= oldest}
    told = {one: at.isoformat() for one, at in {**known, plan.hash: now}.items()}
    runtime.store.meta.put(_SHOWN, json.dumps(told))


def lapsed(runtime: Runtime, plan: str) -> str:
    """Why a person's word on a plan does not count any more; empty where it does."""
    at, limit = _shown(runtime).get(plan), runtime.options.approval
    if at is not None and runtime.clock() - at <= limit:
        return ""
    minutes = f"{limit.total_seconds() / 60:g}"
    return (
        f"plan {plan} was not shown within the last {minutes} minutes: read it again, as it "
        "stands here, and approve it then"
    )


def _shown(runtime: Runtime) -> Mapping[str, datetime]:
    held = json.loads(runtime.store.meta.get(_SHOWN) or "{}")
    return {plan: datetime.fromisoformat(at) for plan, at in held.items()}
