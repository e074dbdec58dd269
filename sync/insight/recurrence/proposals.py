"""What keeps coming back in different words, proposed as one problem with its evidence. Pure.

Clusters come from :mod:`sync.insight.recurrence.blocks`. One that people have begun to put on a
problem that is open is proposed for that problem, every other one for a new one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from sync.insight.facts import IncidentFact, ProblemFact
from sync.insight.model import Proposal
from sync.insight.recurrence.blocks import Cluster, clusters
from sync.insight.recurrence.fixes import fitting
from sync.insight.recurrence.reasons import reasons, usual

DAYS = 90
"""Older incidents say little about today's software; a quarter has room for a monthly failure."""
LEAST = 4
"""Three alike are often one person who called three times."""
LEAST_DAYS = 3
"""All in two days is one outage, and its major incident is its record."""
HUNG, MOST = 2, 0.5
"""At least so many of a cluster on one active problem, and more than this share of those that are
on any: the rest belongs there, too."""


def recurring(
    incidents: Iterable[IncidentFact], problems: Iterable[ProblemFact], now: datetime
) -> tuple[Proposal, ...]:
    """Proposals, the largest first."""
    since = now - timedelta(days=DAYS)
    recent = [fact for fact in incidents if since < fact.opened <= now]
    recent.sort(key=lambda fact: (fact.opened, fact.key))
    active = {problem.key: problem for problem in problems if problem.active}
    fresh: list[Cluster] = []
    known: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters(recent):
        on = Counter(fact.problem for fact in cluster.facts if fact.problem in active)
        [(most, times)] = on.most_common(1) or [("", 0)]
        if times >= HUNG and times > MOST * on.total():
            known[most].append(cluster)
        else:
            fresh.append(_without(cluster, active))
    found = [_proposal(cluster, None) for cluster in fresh if _enough(cluster.facts)]
    for key, same in known.items():
        whole = _together(same)
        if _enough(whole.facts) and any(_can_join(fact, active) for fact in whole.facts):
            found.append(_proposal(whole, active[key]))
    return tuple(sorted(found, key=lambda one: (-len(one.incidents), one.id)))


def _can_join(fact: IncidentFact, active: Mapping[str, ProblemFact]) -> bool:
    """Whether an incident could still be put on a problem: a closed one keeps what it has."""
    return fact.problem not in active and fact.closed is None


def _without(cluster: Cluster, active: Mapping[str, ProblemFact]) -> Cluster:
    return replace(
        cluster, facts=tuple(fact for fact in cluster.facts if fact.problem not in active)
    )


def _together(clusters: Sequence[Cluster]) -> Cluster:
    """Several ways to tell what hangs on one problem."""
    largest = max(clusters, key=lambda one: len(one.facts))
    facts = sorted(
        (fact for one in clusters for fact in one.facts), key=lambda fact: (fact.opened, fact.key)
    )
    return replace(largest, facts=tuple(facts))


def _enough(facts: Sequence[IncidentFact]) -> bool:
    return len(facts) >= LEAST and len({fact.opened.date() for fact in facts}) >= LEAST_DAYS


def _proposal(cluster: Cluster, problem: ProblemFact | None) -> Proposal:
    """``id`` comes from the oldest incident alone: no two clusters share it, and it stays while
    others join. It changes once that one is older than the window."""
    facts = cluster.facts
    hanging = [fact for fact in facts if problem is not None and fact.problem == problem.key]
    closed = [fact for fact in facts if fact.closed is not None and fact not in hanging]
    fix, why = fitting(facts)
    bare = Proposal(
        sha256(facts[0].key.encode()).hexdigest()[:12],
        cluster.title,
        tuple(fact.number for fact in facts),
        (),
        service=usual(fact.service for fact in facts),
        item=usual(fact.item for fact in facts),
        fix=fix,
        problem=problem.number if problem else "",
        service_name=usual(fact.service_name for fact in facts),
        item_name=usual(fact.item_name for fact in facts),
        hanging=tuple(fact.number for fact in hanging),
        closed=tuple(fact.number for fact in closed),
    )
    return replace(bare, evidence=(*reasons(cluster, bare), f"Fix: {fix}, {why}."))
