"""Telling on changes what insight runs found out: results of checks, flags, the standard path, and
who has to look. Each exactly once, on changes whose story is linked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice

from mappings.policy import Policy
from mappings.sides import Side
from sync.core.model import LinkState
from sync.insight.changing import flags, path
from sync.insight.changing.checks import Check
from sync.insight.changing.results import forget, told, untold
from sync.insight.changing.saying import Note, say
from sync.insight.model import Changes, Judged
from sync.insight.parts import Parts
from sync.runtime import Runtime
from sync.store import Store
from sync.store.values import FactRow

ESCALATION = "escalation"
"""Rows that say by which rule somebody was asked to look last."""

ROOM = 200
"""Notes that one run writes, at most: the rest has its turn at the next."""


def act(runtime: Runtime, changes: Changes, policy: Policy, now: datetime, parts: Parts) -> int:
    """Do all of it; how many notes were written."""
    forget(runtime.store, now)
    with parts.part("labels of flags are not set"):
        flags.update(runtime, changes, policy, now, parts)
    with parts.part("no change is scheduled"):
        path.take(runtime, changes.standard, policy.acting, now)
    wanted = chain(
        flags.notes(runtime, policy, now),
        path.notes(runtime, changes.standard, now),
        _escalations(runtime, changes.judged, policy, now),
        _checks(runtime, changes.called, policy, now),
    )
    with parts.part("nothing is said on changes"):
        return say(runtime, list(islice(wanted, ROOM)), parts)
    return 0


def check_text(one: Check) -> str:
    """What a change is told of a result; whatever its name holds is text. Pure."""
    lines = [
        f"Check {one.result}: {one.name}",
        f"At {one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" + (f", run {one.run}" * bool(one.run)),
        one.link,
    ]
    return "\n".join(filter(None, lines))


def _checks(
    runtime: Runtime, called: Mapping[str, str], policy: Policy, now: datetime
) -> Iterator[Note]:
    """Results that are not on their change yet; where nobody wants them there, none."""
    found = untold(runtime.store)
    if found and not policy.acting.check_notes:
        told(runtime.store, found)
        return
    keys = {called[one.change] for one in found if one.change in called}
    links = runtime.store.links.by_keys(Side.SERVICENOW, keys)
    for one in found:
        link = links.get(called.get(one.change, ""))
        if link is not None and link.state is LinkState.ACTIVE:
            settle = partial(told, runtime.store, [one])
            yield Note(link, f"check {one.id}", check_text(one), now, settle)


def _escalations(
    runtime: Runtime, judged: Iterable[Judged], policy: Policy, now: datetime
) -> Iterator[Note]:
    """Who has to look, where the rule is another one than was told last."""
    if not policy.acting.escalation_notes:
        return
    store = runtime.store
    found = [one for one in judged if one.judgement.escalates]
    keys = [one.change.key for one in found]
    links, rows = store.links.by_keys(Side.SERVICENOW, keys), store.insight.get(ESCALATION, keys)
    for one in found:
        link, row = links.get(one.change.key), rows.get(one.change.key)
        rule, round_ = one.judgement.escalates, int(row.data["round"]) if row else 0
        if link is None or link.state is not LinkState.ACTIVE or (row and row.data["rule"] == rule):
            continue
        settle = partial(_escalated, store, one, round_ + 1, now)
        yield Note(link, f"escalation {round_ + 1} {rule}", _escalation(one), now, settle)


def _escalation(one: Judged) -> str:
    told = one.judgement
    lines = [f"To be looked at by: {told.who}", f"Rule: {told.escalates}"]
    return "\n".join([*lines, *(f"- {why}" for why in told.why)])


def _escalated(store: Store, one: Judged, round_: int, now: datetime) -> None:
    data = {"rule": one.judgement.escalates, "round": round_}
    store.insight.put([FactRow(ESCALATION, one.change.key, now, data)])
