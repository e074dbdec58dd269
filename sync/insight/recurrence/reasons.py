"""What speaks for a proposal, a line a reason, for people. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from sync.insight.facts import IncidentFact
from sync.insight.model import Proposal
from sync.insight.recurrence.blocks import Cluster


def reasons(cluster: Cluster, proposal: Proposal) -> Iterator[str]:
    """The evidence of a proposal, but for the fix."""
    facts = cluster.facts
    days = len({fact.opened.date() for fact in facts})
    first, last = facts[0].opened.date(), facts[-1].opened.date()
    yield f"{len(facts)} incidents on {days} days, from {first} to {last}."
    yield from proposal.fate
    yield from _place(facts)
    if cluster.common:
        yield f"Words in common: {', '.join(cluster.common)}."
    if cluster.solved:
        yield f"Words in common in their close notes: {', '.join(cluster.solved)}."
    if cluster.why:
        yield cluster.why
    hours = [
        (fact.resolved - fact.opened).total_seconds() / 3600 for fact in facts if fact.resolved
    ]
    if hours:
        yield f"Median time to restore: {median(hours):.1f} hours, of {len(hours)} resolved ones."
    reopened = sum(fact.reopened > 0 for fact in facts)
    yield f"{reopened} of {len(facts)} were reopened."


def usual(keys: Iterable[str]) -> str:
    """The key that most have, of those that have one."""
    told = Counter(key for key in keys if key)
    return min(told, key=lambda key: (-told[key], key)) if told else ""


def _place(facts: Sequence[IncidentFact]) -> Iterator[str]:
    """By name: the key of one whose name is kept from us says nothing to people."""
    item = usual(fact.item_name for fact in facts)
    service = usual(fact.service_name for fact in facts)
    named = [f"item {item}"] * bool(item) + [f"service {service}"] * bool(service)
    if named:
        missing = sum(not fact.item for fact in facts)
        rest = f"; {missing} of them without an item." if item and missing else "."
        yield f"All on {' of '.join(named)}{rest}"
