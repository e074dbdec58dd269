"""Mappings against what both systems really have. Pure.

:func:`check` names everything a mapping speaks of that does not exist, and every value that exists
and has no place in its table. :func:`fit` cuts tables to what is there, so that a stand-in is used
only where it is needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mappings.build import LINK
from mappings.fixed import Constant
from mappings.groups import Group
from mappings.lint import nearest
from mappings.model import MappingSpec, Rule
from mappings.nodes import Problem
from mappings.references import IssueLink
from mappings.sides import Side
from mappings.status import Status
from mappings.tables import CATEGORY, Known, Tabled

ALWAYS = {
    Side.SERVICENOW: frozenset({"impact", "urgency", "priority"}),
    Side.JIRA: frozenset(
        {"status", "status_category", "resolution", "parent", "labels", "priority", "assignee"}
    ),
}
"""Fields that a create screen or dictionary may not list although they can be read."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the name of a Jira field stands for, and on which screens the field can be set."""

    ids: tuple[str, ...]
    create: bool = True
    edit: bool | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """What one side says about a pair's container.

    ``fields`` are the names that exist, with the values each allows (empty: any); ``kinds`` are
    issue types. ``statuses`` are Jira's status names, ``groups`` those of ServiceNow's that a
    mapping speaks of. ``standings`` are Jira's fields of people's own, by the name in the mapping.
    """

    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    groups: frozenset[str] | None = None
    standings: Mapping[str, Standing] = field(default_factory=dict)


def custom(name: str) -> bool:
    """Whether a Jira field's name is one of people's own: an id, or the name that people see.

    Native names are words like ``duedate`` and ``fixVersions``.
    """
    return name.startswith("customfield_") or not (name[:1].islower() and name.isalnum())


def customs(spec: MappingSpec) -> frozenset[str]:
    """The Jira fields of people's own that a mapping needs; issue links are no fields."""
    held = (
        rule
        for rule in spec.rules
        if rule.relation.kind != "status"
        and not rule.optional
        and not isinstance(rule.relation, IssueLink)
    )
    named = frozenset().union(*(rule.relation.names(Side.JIRA) for rule in held))
    return frozenset(name for name in named | _made(spec) if custom(name))


def _made(spec: MappingSpec) -> frozenset[str]:
    """What constants set in Jira, though they do not read it."""
    held = (rule.relation for rule in spec.rules)
    made = (one.fields for one in held if isinstance(one, Constant) and one.side is Side.JIRA)
    return frozenset().union(*made)


def standing(spec: MappingSpec, standings: Mapping[str, Standing]) -> Iterator[Problem]:
    """Fields of people's own that do not exist, that are several, or that cannot be set where the
    mapping sets them. A field that only flows to ServiceNow needs no screen."""
    for rule in spec.rules:
        names = rule.relation.names(Side.JIRA)
        if isinstance(rule.relation, Constant) and rule.relation.side is Side.JIRA:
            names = frozenset(rule.relation.fields)
        for name in sorted(names & standings.keys()):
            for text, remedy in _ill_placed(spec, rule, name, standings[name]):
                yield _problem(spec, rule, "", text, remedy)


def _ill_placed(
    spec: MappingSpec, rule: Rule, name: str, found: Standing
) -> Iterator[tuple[str, str]]:
    if len(found.ids) != 1:
        yield _unknown(name, found)
    elif rule.flow.reaches(Side.JIRA):
        remedy = "Have it put on that screen, or write `flow: to_servicenow`."
        where = f"screen of {' or '.join(spec.jira.issue_types)} in {spec.jira.project}"
        if spec.create.in_jira and not found.create:
            yield f"{name!r} is not on the create {where}", remedy
        if found.edit is False:
            yield f"{name!r} is not on the edit {where}", remedy


def _unknown(name: str, found: Standing) -> tuple[str, str]:
    """What is wrong with a name that no field has, or several, and the remedy."""
    if not found.ids:
        return f"jira has no field {name!r}", "Use its name as people see it, or its id."
    told = f"{len(found.ids)} Jira fields are called {name!r}: {', '.join(found.ids)}"
    return told, "Name the one that is meant by its id."


def unshown(spec: MappingSpec, name: str, found: Standing) -> tuple[str, str] | None:
    """What keeps a field from being written on the twins of a mapping, and the remedy."""
    if len(found.ids) != 1:
        return _unknown(name, found)
    if found.edit is not False:
        return None
    where = f"screen of {' or '.join(spec.jira.issue_types)} in {spec.jira.project}"
    return f"{name!r} is not on the edit {where}", "Have it put on that screen."


def check(spec: MappingSpec, servicenow: Fact, jira: Fact) -> Iterator[Problem]:
    """Everything a mapping speaks of that does not exist, and what it forgot."""
    facts = {Side.SERVICENOW: servicenow, Side.JIRA: jira}
    yield from _kind(spec, jira)
    yield from standing(spec, jira.standings)
    for rule in spec.rules:
        for side, fact in facts.items():
            yield from _fields(spec, rule, side, fact)
            if isinstance(rule.relation, Tabled):
                yield from _rows(spec, rule, rule.relation, side, fact)
                yield from _forgotten(spec, rule, rule.relation, side, fact)
        if isinstance(rule.relation, Status):
            yield from _codes(spec, rule, rule.relation, servicenow)
        if isinstance(rule.relation, Group):
            yield from _groups(spec, rule, rule.relation, facts)


def own_columns(names: Collection[str]) -> frozenset[str]:
    """The columns of the table itself: ``chg_model.name`` is read by way of ``chg_model``."""
    return frozenset(name.partition(".")[0] for name in names)


def fit(spec: MappingSpec, servicenow: Fact, jira: Fact) -> MappingSpec:
    """The mapping with its tables cut to the values both sides have; empty facts cut nothing."""
    facts = {Side.SERVICENOW: servicenow, Side.JIRA: jira}
    return replace(spec, rules=tuple(_fitted(rule, facts) for rule in spec.rules))


def _fitted(rule: Rule, facts: Mapping[Side, Fact]) -> Rule:
    relation = rule.relation
    if not isinstance(relation, Tabled):
        return rule
    known: Known = {side: _allowed(relation, side, fact) for side, fact in facts.items()}
    cut = relation.fitted(known)
    if isinstance(cut, Status) and cut.closing:
        codes: Known = {
            Side.SERVICENOW: facts[Side.SERVICENOW].fields.get(cut.closing.code, frozenset()),
            Side.JIRA: facts[Side.JIRA].fields.get("resolution", frozenset()),
        }
        cut = cut.with_codes(codes)
    return replace(rule, relation=cut)


def _kind(spec: MappingSpec, jira: Fact) -> Iterator[Problem]:
    wanted = {name.casefold() for name in spec.jira.issue_types}
    if not wanted & {name.casefold() for name in jira.kinds}:
        told = f"project {spec.jira.project} has none of {', '.join(spec.jira.issue_types)}"
        remedy = f"It has: {', '.join(sorted(jira.kinds))}."
        yield Problem(spec.file or spec.pair, 1, "jira.issue_type", told, remedy)


def left_out(spec: MappingSpec, jira: Fact) -> Iterator[Problem]:
    """Issue links that the site does not know: no fault, the mapping works without them."""
    known = [name.removeprefix(LINK) for name in sorted(jira.fields) if name.startswith(LINK)]
    for rule in spec.rules:
        if isinstance(rule.relation, IssueLink):
            words = rule.relation.ends.jira.removeprefix(LINK)
            if rule.relation.within(jira.fields) is None:
                told = f"left out, since Jira has no link that reads {words!r}"
                yield _problem(spec, rule, "", told, nearest(words, known))


def _fields(spec: MappingSpec, rule: Rule, side: Side, fact: Fact) -> Iterator[Problem]:
    if (rule.optional or isinstance(rule.relation, IssueLink)) and side is Side.JIRA:
        return
    apart = ALWAYS[side] | fact.standings.keys()
    names = rule.relation.names(side)
    names = own_columns(names) if side is Side.SERVICENOW else names
    for name in sorted(names - fact.fields.keys() - apart):
        hint = nearest(name, list(fact.fields))
        yield _problem(spec, rule, "", f"{side} has no field {name}", hint)


def _rows(
    spec: MappingSpec, rule: Rule, relation: Tabled, side: Side, fact: Fact
) -> Iterator[Problem]:
    """A row whose every alternative is unknown can never be reached."""
    known = _allowed(relation, side, fact)
    have = {value.casefold() for value in known}
    for row in relation.table.rows if known else ():
        names = row.of(side)
        if any(name.startswith(CATEGORY) or name.casefold() in have for name in names):
            continue
        told = f"{side} knows none of {', '.join(names)}"
        yield _problem(spec, rule, ".table", told, nearest(names[0], list(known)))


def _forgotten(
    spec: MappingSpec, rule: Rule, relation: Tabled, side: Side, fact: Fact
) -> Iterator[Problem]:
    """A value that exists and has no counterpart would be parked whenever somebody sets it."""
    table = relation.table
    if side.other in table.otherwise or not rule.flow.reaches(side.other):
        return
    if any(name.startswith(CATEGORY) for row in table.rows for name in row.of(side)):
        return
    for value in sorted(_allowed(relation, side, fact)):
        if next(table.rows_of(side, value), None) is None:
            told = f"{side} knows {value!r}, which stands in no row"
            yield _problem(spec, rule, ".table", told, "Add a row for it, or `otherwise:`.")


def _groups(
    spec: MappingSpec, rule: Rule, relation: Group, facts: Mapping[Side, Fact]
) -> Iterator[Problem]:
    """A row of groups or of Jira values of which none exists."""
    known = {
        Side.SERVICENOW: facts[Side.SERVICENOW].groups,
        Side.JIRA: facts[Side.JIRA].fields.get(relation.ends.jira) or None,
    }
    for side, there in known.items():
        have = {name.casefold() for name in there or ()}
        for row in relation.table.rows if there is not None else ():
            if not any(name.casefold() in have for name in row.of(side)):
                told = f"{side} has none of {', '.join(row.of(side))}"
                yield _problem(spec, rule, ".table", told, nearest(row.of(side)[0], sorted(have)))


def _codes(spec: MappingSpec, rule: Rule, relation: Status, fact: Fact) -> Iterator[Problem]:
    """The default close code has to exist; the others only say what would be understood."""
    closing = relation.closing
    known = fact.fields.get(closing.code, frozenset()) if closing else frozenset()
    if closing is None or not known:
        return
    default = closing.codes.rows[0].servicenow
    if not {name.casefold() for name in default} & {name.casefold() for name in known}:
        told = f"servicenow knows none of the default close codes {', '.join(default)}"
        yield _problem(spec, rule, ".closing.codes", told, nearest(default[0], list(known)))


def _allowed(relation: Tabled, side: Side, fact: Fact) -> frozenset[str]:
    if relation.kind == "status" and side is Side.JIRA:
        return fact.statuses
    return fact.fields.get(relation.ends.of(side), frozenset())


def _problem(spec: MappingSpec, rule: Rule, inside: str, text: str, remedy: str) -> Problem:
    line = spec.lines.get(rule.name, 1)
    return Problem(spec.file or spec.pair, line, f"fields.{rule.name}{inside}", text, remedy)
