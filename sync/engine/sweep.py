"""The full audit: every linked record, the scopes anew, and twins that are one too many.

Finds what no cursor can see: edits that moved no stamp, rights that changed, records that went
away, scopes that records slipped into, and second twins, which no protocol can rule out entirely
without a unique key on the other side (reliability: I-04, I-11, 6.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from connector.values import Done, Patch
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.apply.counts import incident_counts
from sync.core import marks
from sync.core.model import Link, LinkState
from sync.engine.absent import graves
from sync.engine.cases import APPEARED, SWEEP
from sync.engine.doubles import report
from sync.engine.propose import end_of, made_by_us, mark_of
from sync.engine.unfiling import missed
from sync.engine.withdrawing import unshown
from sync.feed import load
from sync.runtime import Runtime, chunks, container

Progress = Callable[[str, int], None]


def _quiet(_what: str, _number: int) -> None:
    return


def sweep(runtime: Runtime, progress: Progress = _quiet) -> int:
    """Audit everything; the number of records that need a look or a person."""
    found = 0
    runtime.look_around(anew=True)
    for spec in runtime.specs:
        links = list(runtime.store.links.of_pair(spec.pair))
        for side in Side:
            found += _versions(runtime, spec, side, links)
            found += _returned(runtime, spec, side)
            progress(f"sweeping {spec.pair}", found)
        found += _wishes(runtime, spec)
        found += missed(runtime, spec, links)
        found += unshown(runtime, spec, links)
        found += _second_twins(runtime, spec)
        found += _appeared(runtime, spec)
        _refresh(runtime, links)
        found += load(runtime, spec, progress)
    return found


def _versions(runtime: Runtime, spec: MappingSpec, side: Side, links: Sequence[Link]) -> int:
    """Wake every record that is not at the version we know, and both of a link of which one was not
    shown: it may be back as it was, and no version tells that."""
    found = 0
    where = container(spec, side)
    for part in chunks(links, 100):
        known = {link.end(side).key: link for link in part}
        records = runtime.adapters[side].read(where, list(known), ())
        moved = [
            key
            for key, link in known.items()
            if link.state is LinkState.MISSING
            or key not in records
            or records[key].version != link.end(side).version
        ]
        runtime.store.inbox.nudge(side, where, moved, SWEEP)
        found += len(moved)
    return found


def _wishes(runtime: Runtime, spec: MappingSpec) -> int:
    """Have every write of a field that was refused tried once more."""
    names = {rule.name for rule in spec.rules}
    rows = [
        row
        for row in runtime.store.ledger.parked()
        if row.pair == spec.pair and row.field in names and " -> " in row.fingerprint
    ]
    for row in rows:
        runtime.store.inbox.nudge(row.side, row.container, [row.key], SWEEP)
    return len(rows)


def _returned(runtime: Runtime, spec: MappingSpec, side: Side) -> int:
    """Wake every record that counts as deleted and is there again."""
    found = 0
    keys = list(graves(runtime, spec.pair, side))
    for part in chunks(keys, 100):
        back = sorted(runtime.adapters[side].read(container(spec, side), part, ()))
        runtime.store.inbox.nudge(side, container(spec, side), back, SWEEP)
        found += len(back)
    return found


def _second_twins(runtime: Runtime, spec: MappingSpec) -> int:
    """Put aside every live record of ours that bears the mark of a link but is not its twin, also
    of a link that has ended: a record that was hidden all that time is nobody's by then."""
    found = 0
    links = list(runtime.store.links.of_pair(spec.pair, ended=True))
    for origin in Side:
        # A link at work comes last: it counts for a record that had another twin before.
        mine = sorted(
            (link for link in links if link.origin is origin),
            key=lambda link: link.state is not LinkState.ENDED,
        )
        latest = {link.end(origin).key: link for link in mine}
        for part in chunks(list(latest.values()), 50):
            found += _doubles(runtime, spec, origin, part)
    return found


def _appeared(runtime: Runtime, spec: MappingSpec) -> int:
    """Wake every record whose twin was not found in time after a lost answer, and is shown now: it
    may have been hidden until then, and the record may have left its scope since."""
    found = 0
    lost = runtime.store.intents.taken_for_lost(spec.pair)
    for origin in Side:
        keys = [one.source_key for one in lost if one.side is origin.other]
        alone = sorted(set(keys) - runtime.store.links.by_keys(origin, keys).keys())
        for part in chunks(alone, 50):
            back = sorted(_with_twin(runtime, spec, origin, part))
            runtime.store.inbox.nudge(origin, container(spec, origin), back, APPEARED)
            found += len(back)
    return found


def _with_twin(
    runtime: Runtime, spec: MappingSpec, origin: Side, keys: Sequence[str]
) -> frozenset[str]:
    """Those of these records whose mark a record of ours bears."""
    side = origin.other
    by_mark = {mark_of(runtime, spec.pair, origin, key): key for key in keys}
    carried = runtime.adapters[side].find(container(spec, side), list(by_mark))
    return frozenset(
        by_mark[mark]
        for mark, records in carried.items()
        if any(made_by_us(runtime, side, record) for record in records)
    )


def _doubles(runtime: Runtime, spec: MappingSpec, origin: Side, links: Sequence[Link]) -> int:
    side = origin.other
    by_mark = {mark_of(runtime, spec.pair, origin, link.end(origin).key): link for link in links}
    carried = runtime.adapters[side].find(container(spec, side), list(by_mark))
    doubles = [
        (by_mark[mark], record)
        for mark, records in carried.items()
        for record in records
        if record.key != by_mark[mark].end(side).key and made_by_us(runtime, side, record)
    ]
    for link, record in doubles:
        report(runtime, link, end_of(record))
    return len(doubles)


def _refresh(runtime: Runtime, links: Sequence[Link]) -> None:
    """Renew our property on epics whose numbers of incidents have changed meanwhile."""
    active = [
        link
        for link in links
        if link.servicenow.container == "problem" and link.state is LinkState.ACTIVE
    ]
    if not active:
        return
    now = runtime.adapters[Side.SERVICENOW].server_now()
    counts = incident_counts(runtime, [link.servicenow for link in active], now)
    due = [one for one in active if _told(runtime, one) != _text(counts[one.servicenow.key])]
    for part in chunks(due, 100):
        patches = [
            Patch(
                link.jira.container,
                link.jira.key,
                properties={
                    marks.PROPERTY: marks.jira_property(
                        link.servicenow, now, counts[link.servicenow.key]
                    )
                },
            )
            for link in part
        ]
        results = runtime.adapters[Side.JIRA].patch(patches, ())
        for link, result in zip(part, results, strict=True):
            if isinstance(result, Done):
                text = _text(counts[link.servicenow.key])
                runtime.store.meta.put(f"incidents:{link.id}", text)


def _told(runtime: Runtime, link: Link) -> str | None:
    return runtime.store.meta.get(f"incidents:{link.id}")


def _text(counts: Mapping[str, int]) -> str:
    return " ".join(f"{name}={number}" for name, number in sorted(counts.items()))
