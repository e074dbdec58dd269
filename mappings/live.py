"""Mappings against what both systems really have: fields, choices, statuses, issue types. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mappings.model import MappingSpec, Rule
from mappings.nodes import Problem
from mappings.sides import Side
from mappings.tables import CATEGORY, Tabled

ALWAYS = {
    Side.SERVICENOW: frozenset({"impact", "urgency", "priority"}),
    Side.JIRA: frozenset(
        {"status", "status_category", "resolution", "parent", "labels", "priority", "assignee"}
    ),
}
"""Fields that a create screen or dictionary may not list although they can be read."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What one side says about a pair's container.

    ``fields`` are the names that exist, with the values each allows (empty: any); ``kinds`` are
    issue types. ``statuses`` are Jira's status names.
    """

    fields: Mapping[str, frozenset[str]]
    kinds: frozenset[str] = frozenset()
    statuses: frozenset[str] = field(default_factory=frozenset)


def check(spec: MappingSpec, servicenow: Fact, jira: Fact) -> Iterator[Problem]:
    """Everything a mapping speaks of that does not exist."""
    facts = {Side.SERVICENOW: servicenow, Side.JIRA: jira}
    wanted = {name.casefold() for name in spec.jira.issue_types}
    if not wanted & {name.casefold() for name in jira.kinds}:
        yield _problem(
            spec, "jira.issue_type",
            f"project {spec.jira.project} has none of {', '.join(spec.jira.issue_types)}",
            f"It has: {', '.join(sorted(jira.kinds))}.",
        )  # fmt: skip
    for rule in spec.rules:
        for side, fact in facts.items():
            yield from _fields(spec, rule, side, fact)
            yield from _values(spec, rule, side, fact)


def _fields(spec: MappingSpec, rule: Rule, side: Side, fact: Fact) -> Iterator[Problem]:
    for name in sorted(rule.relation.names(side) - fact.fields.keys() - ALWAYS[side]):
        near = difflib.get_close_matches(name, list(fact.fields), 1)
        hint = f"Did you mean {near[0]}?" if near else "Name one that exists."
        yield _problem(spec, f"fields.{rule.name}", f"{side} has no field {name}", hint)


def _values(spec: MappingSpec, rule: Rule, side: Side, fact: Fact) -> Iterator[Problem]:
    """A row whose every alternative is unknown can never be reached."""
    relation = rule.relation
    if not isinstance(relation, Tabled):
        return
    known = _allowed(relation, side, fact)
    if not known:
        return
    for row in relation.table.rows:
        names = [one for one in row.of(side) if not one.startswith(CATEGORY)]
        open_ended = len(names) < len(row.of(side))
        if not open_ended and not any(one.casefold() in known for one in names):
            yield _problem(
                spec, f"fields.{rule.name}.table",
                f"{side} knows none of {', '.join(names)}", f"Known: {', '.join(sorted(known))}.",
            )  # fmt: skip


def _allowed(relation: Tabled, side: Side, fact: Fact) -> frozenset[str]:
    name = relation.ends.of(side)
    values = fact.statuses if relation.kind == "status" and side is Side.JIRA else None
    found = fact.fields.get(name, frozenset()) if values is None else values
    return frozenset(value.casefold() for value in found)


def _problem(spec: MappingSpec, path: str, text: str, remedy: str) -> Problem:
    return Problem(spec.file or spec.pair, 1, path, text, remedy)
