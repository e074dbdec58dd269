"""A mapping cut to what its Jira project offers.

The shipped mappings work on any stock project, but not every project has every field: team-managed
ones have no priority, service projects no epics. A rule whose field the project's issue type does
not offer is left out, said once, instead of being refused for every record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.errors import NotThere
from connector.values import KindInfo
from mappings.model import MappingSpec, Rule
from mappings.sides import Side

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


def fitted(spec: MappingSpec, kinds: Mapping[str, KindInfo]) -> tuple[MappingSpec, tuple[str, ...]]:
    """The mapping without rules that its project cannot hold, and their names.

    ``kinds`` are the chosen issue types by pair.
    """
    kept = tuple(rule for rule in spec.rules if _offered(spec, rule, kinds))
    left_out = tuple(rule.name for rule in spec.rules if rule not in kept)
    return replace(spec, rules=kept), left_out


def _offered(spec: MappingSpec, rule: Rule, kinds: Mapping[str, KindInfo]) -> bool:
    kind = kinds[spec.pair]
    if rule.relation.kind == "link":
        return any(other.level == kind.level + 1 for other in kinds.values())
    if rule.relation.kind == "constant":
        return True
    fields = {name for field in kind.fields for name in (field.name, field.label)}
    return rule.relation.names(Side.JIRA) - READABLE <= fields
