"""An empty column of ServiceNow is no evidence: rights that hide a value show it as empty too.

Where a column that had a value reads as empty, the instance is asked whether it really is. What
stays in doubt is taken out of the record, so it is unknown, which never clears anything; the other
fields flow (reliability: I-18).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from mappings.sides import Side
from mappings.values import UNKNOWN
from sync.engine.cases import Case
from sync.runtime import Runtime, log

NOTHING = (None, (), "")


def without_doubtful(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases without values that may only be hidden."""
    doubts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case in cases:
        for name in blanked(case):
            record = case.records[Side.SERVICENOW]
            doubts[(record.container, name)].add(record.key)
    if not doubts:
        return list(cases)
    witness = runtime.adapters[Side.SERVICENOW].witness
    hidden = {
        (key, name)
        for (where, name), keys in doubts.items()
        for key in keys - witness.empty(where, name, keys)
    }
    if hidden:
        log.warning(
            "columns look hidden",
            action="blank.doubt",
            columns=sorted({name for _, name in hidden}),
        )
    return [_without(case, hidden) for case in cases]


def blanked(case: Case) -> Iterator[str]:
    """Columns that were agreed on with a value and read as empty now; one that holds something for
    which a rule has no word is seen well enough."""
    record = case.records.get(Side.SERVICENOW)
    if record is None:
        return
    for rule in case.spec.rules:
        base = case.bases.get(rule.name)
        if base is None or base.servicenow in NOTHING:
            continue
        value = rule.relation.canonical(Side.SERVICENOW, record.fields)
        if value is not UNKNOWN and value in NOTHING:
            names = rule.relation.names(Side.SERVICENOW)
            yield from (name for name in names if record.fields.get(name) in NOTHING)


def _without(case: Case, hidden: Collection[tuple[str, str]]) -> Case:
    record = case.records.get(Side.SERVICENOW)
    if record is None or all(key != record.key for key, _ in hidden):
        return case
    fields = {
        name: value for name, value in record.fields.items() if (record.key, name) not in hidden
    }
    seen = replace(record, fields=fields)
    return replace(case, records={**case.records, Side.SERVICENOW: seen})
