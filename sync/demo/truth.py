"""The oracle: where both sides' true content differs from what the mappings promise, in words.

It knows nothing of the engine's store, plans or history. Couples are found by their marks alone,
fields are compared through the mappings' relations, comments by the reference in their first line.
:func:`compare` reads two fake systems; :func:`differences` is pure and judges what was read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeAlias

from mappings.model import MappingSpec, Rule
from mappings.people import People
from mappings.references import Reference
from mappings.sides import Side
from mappings.values import Unknown, Value
from sync.demo import remarks
from sync.demo.bounces import bounces
from sync.demo.content import Truth, Worlds, fit, read
from sync.demo.couples import Couple, Marks, Names, TruthLookup
from sync.runtime import Options

Waiting: TypeAlias = Collection[tuple[str, str]]
"""Records (by number or key) and fields that are known to wait for a person; ``""`` for all."""

_SAYS_NOTHING_EMPTY = frozenset({"value", "priority", "status"})
"""Relations in which an empty value is no statement about the other side."""


def compare(
    worlds: Worlds,
    specs: tuple[MappingSpec, ...],
    options: Options,
    waiting: Waiting = (),
    people: People | None = None,
) -> list[str]:
    """Read both fake systems and judge. Nobody may be writing."""
    fitting = fit(worlds, specs)
    column = people.servicenow_field if people else ""
    return differences(read(worlds, fitting, column), fitting, options, waiting, people)


def differences(
    truth: Truth,
    specs: tuple[MappingSpec, ...],
    options: Options,
    waiting: Waiting = (),
    people: People | None = None,
) -> list[str]:
    """Everything that is not as it should be, sorted; empty when both sides agree."""
    marked = Marks(truth, specs, Names(options.installation, options.jira_host))
    lookup = TruthLookup(marked, people)
    found = [*_alone(marked, lookup, waiting), *_crowded(marked)]
    found += [*_strangers(marked), *_labels(truth)]
    for couple in marked.couples():
        found += marked.missing(couple)
        found += _fields(couple, lookup, waiting)
        found += remarks.faults(couple, truth, options.installation)
        found += bounces(couple, truth)
    return sorted(found)


def couples(worlds: Worlds, specs: tuple[MappingSpec, ...], options: Options) -> tuple[Couple, ...]:
    """All couples there are."""
    names = Names(options.installation, options.jira_host)
    return Marks(read(worlds, specs), specs, names).couples()


def _alone(marked: Marks, lookup: TruthLookup, waiting: Waiting) -> Iterator[str]:
    """Records in scope without a twin, but for those that first need one above them."""
    for side in Side:
        content = marked.truth.of(side)
        for pair, keys in content.scoped.items():
            for key in keys:
                if not asks(marked, lookup, pair, side, key):
                    continue
                label = content.records[key].label
                if not marked.twins(side, key) and (label, "") not in waiting:
                    yield f"{label} is in scope of {pair} and has no twin in {side.other}"


def asks(marked: Marks, lookup: TruthLookup, pair: str, side: Side, key: str) -> bool:
    """Whether a record in scope is to have a twin: not before it is linked, where that is asked."""
    spec = next(one for one in marked.specs if one.pair == pair)
    record = marked.truth.of(side).records[key]
    relations = (rule.relation for rule in spec.rules)
    told = (
        (relation, relation.canonical(side, record.fields))
        for relation in relations
        if isinstance(relation, Reference)
    )
    return not spec.create.only_linked or any(
        relation.tells(side, value, lookup)
        for relation, value in told
        if not isinstance(value, Unknown)
    )


def _crowded(marked: Marks) -> Iterator[str]:
    """Records with more than one twin."""
    for side in Side:
        here, there = marked.truth.of(side).records, marked.truth.of(side.other).records
        for key, twins in (marked.issues if side is Side.SERVICENOW else marked.rows).items():
            if len(twins) > 1:
                names = ", ".join(sorted(there[twin].label for twin in twins))
                yield f"{here[key].label} has {len(twins)} twins in {side.other}: {names}"


def _strangers(marked: Marks) -> Iterator[str]:
    """Records that we wrote to although nothing ties them to a twin."""
    for side in Side:
        content = marked.truth.of(side)
        for key in content.touched & content.records.keys():
            if not marked.twins(side, key):
                yield f"{content.records[key].label} was written to and has no twin"


def _labels(truth: Truth) -> Iterator[str]:
    """People's own labels that are gone, and labels of ours that are no marks."""
    for key, own in truth.jira.own.items():
        issue = truth.jira.records.get(key)
        held = issue.fields.get("labels") if issue else None
        if issue is not None and isinstance(held, tuple):
            for label in own - set(held):
                yield f"{issue.label}: people's own label {label} is gone"


def _fields(couple: Couple, lookup: TruthLookup, waiting: Waiting) -> Iterator[str]:
    names = (couple.servicenow.label, couple.jira.label)
    for rule in couple.spec.rules:
        if any((name, rule.name) in waiting for name in names):
            continue
        values = {side: rule.relation.canonical(side, couple.of(side).fields) for side in Side}
        here, there = values[Side.SERVICENOW], values[Side.JIRA]
        if isinstance(here, Unknown) or isinstance(there, Unknown):
            if rule.relation.kind != "constant" and here is not there:
                yield f"{couple}: {rule.name} cannot be read on one side"
        elif not _agree(rule, here, there, lookup):
            shown = [_shown(rule, side, values[side], lookup) for side in Side]
            yield f"{couple}: {rule.name} is {shown[0]} in servicenow and {shown[1]} in jira"


def _agree(rule: Rule, here: Value, there: Value, lookup: TruthLookup) -> bool:
    if rule.relation.kind in _SAYS_NOTHING_EMPTY and (here is None or there is None):
        return True
    return rule.relation.holds(here, there, lookup)


def _shown(rule: Rule, side: Side, value: Value | Unknown, lookup: TruthLookup) -> str:
    if isinstance(value, Unknown):
        return value.value
    if isinstance(rule.relation, Reference):
        return lookup.label(side, value)
    return repr(rule.relation.show(side, value, lookup))
