"""What keeps coming back in different words, proposed as one problem with its evidence. Pure.

Incidents of :data:`DAYS` days are compared with those of the same item; those that name no item,
with the clusters of items of their service and else among themselves; those that name neither,
within their category. What is similar is told by :mod:`sync.insight.recurrence.vocabulary` (words)
and :mod:`sync.insight.recurrence.clusters` (groups of them).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from statistics import median

from sync.insight.facts import IncidentFact, ProblemFact
from sync.insight.model import Proposal
from sync.insight.recurrence.clusters import Group, Wording, clustered, nearest
from sync.insight.recurrence.fixes import fitting
from sync.insight.recurrence.vocabulary import Vocabulary
from sync.insight.recurrence.wording import cleaned, parts

DAYS = 90
"""Older incidents say little about today's software; a quarter has room for a monthly failure."""
LEAST = 4
"""Three alike are often one person who called three times."""
LEAST_DAYS = 3
"""All in two days is one outage, and its major incident is its record."""
MOST = 0.5
"""More than this share of a cluster on one active problem: the rest belongs there, too."""

_NEAR_ITEM = 0.31
"""An incident without an item joins a cluster of its service from this cosine on (the service
already agrees, and it cannot move the centre) ..."""
_CLEARLY = 0.9
"""... if the second nearest is not as near as this part of it: two items with one failure."""
_SETTLED = 3
"""Incidents of a cluster that others may join without an item."""
_CENTRAL = 0.9
"""A title is taken from wordings at least so near to the centre as this part of the nearest."""
_COMMON, _WORDS = 0.3, 6
"""Words in common: in this share of the incidents, and so many at most."""


@dataclass(frozen=True, slots=True)
class _Cluster:
    facts: tuple[IncidentFact, ...]
    title: str
    common: tuple[str, ...]


def recurring(
    incidents: Iterable[IncidentFact], problems: Iterable[ProblemFact], now: datetime
) -> tuple[Proposal, ...]:
    """Proposals, the largest first."""
    since = now - timedelta(days=DAYS)
    recent = [fact for fact in incidents if since < fact.opened <= now]
    recent.sort(key=lambda fact: (fact.opened, fact.key))
    active = {problem.key: problem for problem in problems if problem.active}
    fresh: list[_Cluster] = []
    known: dict[str, list[_Cluster]] = defaultdict(list)
    for cluster in _clusters(recent):
        on = Counter(fact.problem for fact in cluster.facts if fact.problem in active)
        [(most, times)] = on.most_common(1) or [("", 0)]
        if times > MOST * len(cluster.facts):
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


def _without(cluster: _Cluster, active: Mapping[str, ProblemFact]) -> _Cluster:
    free = tuple(fact for fact in cluster.facts if fact.problem not in active)
    return _Cluster(free, cluster.title, cluster.common)


def _together(clusters: Sequence[_Cluster]) -> _Cluster:
    """Several ways to tell what hangs on one problem."""
    largest = max(clusters, key=lambda one: len(one.facts))
    facts = sorted(
        (fact for one in clusters for fact in one.facts), key=lambda fact: (fact.opened, fact.key)
    )
    return _Cluster(tuple(facts), largest.title, largest.common)


def _enough(facts: Sequence[IncidentFact]) -> bool:
    return len(facts) >= LEAST and len({fact.opened.date() for fact in facts}) >= LEAST_DAYS


def _clusters(recent: Sequence[IncidentFact]) -> Iterator[_Cluster]:
    """All clusters that are large enough, or hang on a problem."""
    vocabulary = Vocabulary(fact.summary for fact in recent)
    items, services, others = _blocks(recent)
    of_service: dict[str, list[tuple[Group, list[IncidentFact]]]] = defaultdict(list)
    for block in items.values():
        for group in clustered(_wordings(block, vocabulary)):
            if group.size >= _SETTLED:
                of_service[block[0].service].append((group, []))
    for service, block in services.items():
        left = _attached(block, vocabulary, of_service.get(service, []))
        others[f"service {service}"] = left
    for found in of_service.values():
        for group, more in found:
            yield _cluster(group, more, vocabulary)
    for block in others.values():
        for group in clustered(_wordings(block, vocabulary)):
            if group.size >= _SETTLED:
                yield _cluster(group, [], vocabulary)


def _blocks(recent: Iterable[IncidentFact]) -> tuple[dict[str, list[IncidentFact]], ...]:
    """Incidents by item; those without by service; those without both by category."""
    blocks: tuple[dict[str, list[IncidentFact]], ...] = (
        defaultdict(list), defaultdict(list), defaultdict(list),
    )  # fmt: skip
    for fact in recent:
        place = 0 if fact.item else 1 if fact.service else 2
        key = (fact.item, fact.service, f"category {fact.category}")[place]
        blocks[place][key].append(fact)
    return blocks


def _own(fact: IncidentFact, vocabulary: Vocabulary) -> frozenset[str]:
    """What the item and service are called: any of their incidents may say so."""
    return vocabulary.terms(parts(f"{fact.item_name} {fact.service_name}"))


def _wordings(block: Sequence[IncidentFact], vocabulary: Vocabulary) -> list[Wording]:
    """The different wordings of a block, those without a word that tells something left out."""
    told: dict[frozenset[str], list[IncidentFact]] = defaultdict(list)
    for fact in block:
        told[vocabulary.terms(fact.summary)].append(fact)
    own = _own(block[0], vocabulary) if block else frozenset()
    return [
        Wording(vocabulary.vector(terms, own), tuple(facts))
        for terms, facts in told.items()
        if terms
    ]


def _attached(
    block: Sequence[IncidentFact],
    vocabulary: Vocabulary,
    found: Sequence[tuple[Group, list[IncidentFact]]],
) -> list[IncidentFact]:
    """Put incidents without an item to the clusters of their service; the rest is returned."""
    more = {id(group): facts for group, facts in found}
    holding: dict[str, list[Group]] = defaultdict(list)
    for group, _ in found:
        for term in group.rarest():
            holding[term].append(group)
    left: list[IncidentFact] = []
    for wording in _wordings(block, vocabulary):
        able = {one: None for term in wording.vector for one in holding.get(term, ())}
        home, near, second = nearest(wording.vector, able, _NEAR_ITEM)
        if home is not None and second < _CLEARLY * near:
            more[id(home)] += wording.facts
        else:
            left += wording.facts
    return sorted(left, key=lambda fact: (fact.opened, fact.key))


def _cluster(group: Group, more: Sequence[IncidentFact], vocabulary: Vocabulary) -> _Cluster:
    facts = sorted((*group.facts(), *more), key=lambda fact: (fact.opened, fact.key))
    title = _title(group, vocabulary)
    return _Cluster(tuple(facts), title, tuple(_common(facts, vocabulary)))


def _title(group: Group, vocabulary: Vocabulary) -> str:
    """The summary nearest to the centre, or one hardly less near that is better written."""
    near = {one: group.near(one.vector) for one in group.wordings}
    high = max(near.values())
    able = [
        (vocabulary.slips(fact.summary), -len(one.facts), -near[one], len(text), text)
        for one in group.wordings
        if near[one] >= _CENTRAL * high
        for fact in one.facts
        if (text := cleaned(fact.summary))
    ]
    return min(able)[-1]


def _common(facts: Sequence[IncidentFact], vocabulary: Vocabulary) -> Iterator[str]:
    """The words that many of them share, each in its commonest form."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for fact in facts:
        for word in set(vocabulary.words(fact.summary)):
            for term in vocabulary.terms_of(word):
                forms[term][word] += 1
    often = {term: sum(told.values()) for term, told in forms.items()}
    seen: set[str] = set()
    for term in sorted(often, key=lambda one: (-often[one], one))[:_WORDS]:
        if often[term] >= _COMMON * len(facts):
            word = min(forms[term], key=lambda one: (-forms[term][one], one))
            if word not in seen:
                yield word
            seen.add(word)


def _proposal(cluster: _Cluster, problem: ProblemFact | None) -> Proposal:
    """``id`` comes from the oldest incident alone: no two clusters share it, and it stays while
    others join. It changes once that one is older than the window."""
    oldest = cluster.facts[0]
    loose = [
        fact
        for fact in cluster.facts
        if problem is None or (fact.problem != problem.key and fact.closed is None)
    ]
    fix, reason = fitting(cluster.facts)
    return Proposal(
        sha256(oldest.key.encode()).hexdigest()[:12],
        cluster.title,
        tuple(fact.number for fact in loose),
        tuple(_evidence(cluster, problem, len(loose), f"Fix: {fix}, {reason}.")),
        service=_usual(fact.service for fact in cluster.facts),
        item=_usual(fact.item for fact in cluster.facts),
        fix=fix,
        problem=problem.number if problem else "",
        service_name=_usual(fact.service_name for fact in cluster.facts),
        item_name=_usual(fact.item_name for fact in cluster.facts),
    )


def _usual(keys: Iterable[str]) -> str:
    told = Counter(key for key in keys if key)
    return min(told, key=lambda key: (-told[key], key)) if told else ""


def _evidence(
    cluster: _Cluster, problem: ProblemFact | None, loose: int, fix: str
) -> Iterator[str]:
    facts = cluster.facts
    days = len({fact.opened.date() for fact in facts})
    first, last = facts[0].opened.date(), facts[-1].opened.date()
    yield f"{len(facts)} incidents on {days} days, from {first} to {last}."
    if problem is not None:
        yield f"{len(facts) - loose} of them hang on {problem.number} already."
    item = _usual(fact.item_name or fact.item for fact in facts)
    service = _usual(fact.service_name or fact.service for fact in facts)
    named = [f"item {item}"] * bool(item) + [f"service {service}"] * bool(service)
    if named:
        yield f"All on {' of '.join(named)}" + _unnamed(facts, bool(item))
    if cluster.common:
        yield f"Words in common: {', '.join(cluster.common)}."
    hours = [
        (fact.resolved - fact.opened).total_seconds() / 3600 for fact in facts if fact.resolved
    ]
    if hours:
        yield f"Median time to restore: {median(hours):.1f} hours, of {len(hours)} resolved ones."
    reopened = sum(fact.reopened > 0 for fact in facts)
    yield f"{reopened} of {len(facts)} were reopened."
    yield fix


def _unnamed(facts: Sequence[IncidentFact], item: bool) -> str:
    missing = sum(not fact.item for fact in facts)
    return f"; {missing} name the service only." if item and missing else "."
