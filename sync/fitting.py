"""A mapping cut to what its Jira project offers: fields, and the statuses in its tables.

The shipped mappings work on any stock project, but not every project has every field: team-managed
ones have no priority, service projects no epics. A rule whose field the project's issue type does
not offer is left out, said once, instead of being refused for every record. A status table keeps
the statuses that the issue type has, so that a stand-in serves only where it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.base import Adapter
from connector.errors import NotThere
from connector.values import KindInfo
from mappings.live import ALWAYS, Standing, custom, customs, own_columns, standing
from mappings.model import MappingSpec, Rule
from mappings.references import IssueLink
from mappings.sides import Side
from mappings.status import Status
from sync.errors import UserError

READABLE = frozenset({"status", "status_category", "resolution", "labels", "parent"})
"""Names that are no fields of a create screen: set by transitions, or judged apart."""


def chosen(spec: MappingSpec, kinds: Sequence[KindInfo]) -> KindInfo:
    """The first of the wanted issue types that the project has."""
    there = {kind.name.casefold(): kind for kind in kinds}
    for wanted in spec.jira.issue_types:
        if wanted.casefold() in there:
            return there[wanted.casefold()]
    raise NotThere(
        f"project {spec.jira.project} has none of the issue types "
        f"{', '.join(spec.jira.issue_types)}",
        side=Side.JIRA.value,
        remedy=f"It has {', '.join(sorted(kind.name for kind in kinds))}. Name one in the mapping.",
    )


def vouch(spec: MappingSpec, kinds: Sequence[KindInfo]) -> None:
    """Raise ``NotThere`` for a column that the ServiceNow table does not have.

    The Table API answers nothing for one it reads and passes over one it writes, both with 200
    (servicenow-api.md sections 1.3 and 2). An account that may not read the dictionary sees none.
    """
    known = {field.name for kind in kinds for field in kind.fields}
    missing = sorted(own_columns(spec.names(Side.SERVICENOW)) - ALWAYS[Side.SERVICENOW] - known)
    if known and missing:
        raise NotThere(
            f"pair {spec.pair} names what {spec.servicenow.table} does not have: "
            f"{', '.join(missing)}",
            side=Side.SERVICENOW.value,
            remedy="Correct the mapping; `tandem mappings check --live` says where and offers "
            "the nearest name.",
        )


def standings(spec: MappingSpec, adapter: Adapter, kind: KindInfo) -> dict[str, Standing]:
    """What a mapping's names for fields of people's own stand for; without any, nobody is asked."""
    names = customs(spec)
    if not names:
        return {}
    found = adapter.placings(spec.jira.project, kind.name, names)
    return {name: Standing(one.ids, one.create, one.edit) for name, one in found.items()}


def vouch_fields(spec: MappingSpec, adapter: Adapter, kind: KindInfo) -> None:
    """Raise ``UserError`` with every Jira field of people's own that is not there, is not one, or
    cannot be set: before anything is written, and with its place in the mapping file."""
    problems = [str(one) for one in standing(spec, standings(spec, adapter, kind))]
    if problems:
        raise UserError(problems)


def fitted(
    spec: MappingSpec, kinds: Mapping[str, KindInfo], table: KindInfo | None = None
) -> tuple[MappingSpec, tuple[str, ...]]:
    """The mapping without rules that its project cannot hold, and the names of those that it was
    meant to.

    ``kinds`` are the chosen issue types by pair, ``table`` is the ServiceNow table where states are
    named as people read them (:func:`by_label`).
    """
    fields = kinds[spec.pair].fields
    there = frozenset(name.casefold() for field in fields for name in (field.name, field.label))
    kept = tuple(rule for rule in spec.rules if _offered(spec, rule, kinds, there))
    names = {rule.name for rule in kept}
    left_out = tuple(r.name for r in spec.rules if r.name not in names and not r.optional)
    told = labelled(replace(spec, rules=kept), table)
    return replace(told, rules=tuple(_cut(rule, kinds[spec.pair]) for rule in told.rules)), left_out


def by_label(spec: MappingSpec) -> bool:
    """Whether a mapping names states as people read them."""
    return any(isinstance(r.relation, Status) and r.relation.by_label for r in spec.rules)


def labelled(spec: MappingSpec, table: KindInfo | None) -> MappingSpec:
    """The mapping with the values that its states are stored as: the number behind a label differs
    from instance to instance."""
    if table is None:
        return spec
    stored = {choice.label.casefold(): choice.value for choice in table.statuses}
    stored |= {choice.value.casefold(): choice.value for choice in table.statuses}
    return replace(spec, rules=tuple(_stored(rule, stored) for rule in spec.rules))


def _stored(rule: Rule, stored: Mapping[str, str]) -> Rule:
    relation = rule.relation
    if not (isinstance(relation, Status) and relation.by_label):
        return rule
    return replace(rule, relation=relation.with_states(stored))


def _cut(rule: Rule, kind: KindInfo) -> Rule:
    if isinstance(rule.relation, IssueLink):
        there = rule.relation.within({field.name for field in kind.fields})
        return rule if there is None else replace(rule, relation=there)
    if not isinstance(rule.relation, Status):
        return rule
    statuses = [status.value for status in kind.statuses]
    return replace(rule, relation=rule.relation.fitted({Side.JIRA: statuses}))


def _offered(
    spec: MappingSpec, rule: Rule, kinds: Mapping[str, KindInfo], there: frozenset[str]
) -> bool:
    kind = kinds[spec.pair]
    if rule.relation.kind == "link":
        return any(other.level == kind.level + 1 for other in kinds.values())
    if rule.relation.kind == "constant":
        return True
    if isinstance(rule.relation, IssueLink):
        return rule.relation.within(there) is not None
    names = rule.relation.names(Side.JIRA) - READABLE
    if not rule.flow.reaches(Side.JIRA):  # what is only read needs no screen
        names = frozenset(name for name in names if not custom(name))
    return {name.casefold() for name in names} <= there
