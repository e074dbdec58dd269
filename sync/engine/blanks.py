"""An empty column of ServiceNow is no evidence: rights that hide a value show it as empty too.

Where a column that had a value reads as empty, the instance is asked both ways: is it empty, is it
not? A column is taken for empty only when the first question names the record and the second does
not; a condition that was ignored or forbidden answers otherwise. What stays in doubt is taken out
of the record, so it is unknown, which never clears anything (reliability: I-18).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from connector.errors import AccessLost, Rejected
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
    hidden = {
        (key, name)
        for (where, name), keys in doubts.items()
        for key in keys - _empty(runtime, where, name, keys)
    }
    return [_without(case, hidden) for case in cases]


def blanked(case: Case) -> Iterator[str]:
    """Columns that were agreed on with a value and read as empty now."""
    record = case.records.get(Side.SERVICENOW)
    if record is None:
        return
    for rule in case.spec.rules:
        base = case.bases.get(rule.name)
        if base is None or base.servicenow in NOTHING:
            continue
        value = rule.relation.canonical(Side.SERVICENOW, record.fields)
        if value is not UNKNOWN and value in NOTHING:
            yield from rule.relation.names(Side.SERVICENOW)


def _empty(runtime: Runtime, where: str, name: str, keys: Collection[str]) -> frozenset[str]:
    adapter = runtime.adapters[Side.SERVICENOW]
    try:
        empty = adapter.in_scope(where, f"{name}ISEMPTY", keys)
        return empty - adapter.in_scope(where, f"{name}ISNOTEMPTY", empty) if empty else empty
    except (AccessLost, Rejected) as error:
        log.info("cannot tell whether a column is empty", action="blank.doubt", why=str(error))
        return frozenset()


def _without(case: Case, hidden: Collection[tuple[str, str]]) -> Case:
    record = case.records.get(Side.SERVICENOW)
    if record is None or all(key != record.key for key, _ in hidden):
        return case
    fields = {
        name: value for name, value in record.fields.items() if (record.key, name) not in hidden
    }
    seen = replace(record, fields=fields)
    return replace(case, records={**case.records, Side.SERVICENOW: seen})
