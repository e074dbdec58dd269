"""From incidents to clusters: what is compared with what, and what a cluster is called. Pure.

Incidents are compared with those of the same item; those that name no item, with the clusters of
items of their service and else among themselves; those that name neither, within their category.
What is similar is told by :mod:`sync.insight.recurrence.vocabulary` (words),
:mod:`sync.insight.recurrence.clusters` (groups of them) and
:mod:`sync.insight.recurrence.places` (groups that share no word).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from sync.insight.facts import IncidentFact
from sync.insight.recurrence.clusters import Bags, Group, Wording, clustered
from sync.insight.recurrence.places import united
from sync.insight.recurrence.vocabulary import THOUGHT, Vocabulary
from sync.insight.recurrence.wording import cleaned

_RARE, _FREQUENT = 0.01, 0.5
"""Shares that any word has at least and at most: of a word that nobody uses elsewhere it is not
known how rare it is, only that an item has words of its own."""
ITEMS = 10
"""Items that are thought to be there where solvers have not noted a word."""
_MARGIN = 1.0
"""An incident without an item joins a cluster of its service if that is likelier than nothing, and
e times likelier than the next one: two items with one failure."""
_SETTLED = 3
"""Incidents of a cluster that others may join without an item."""
_CENTRAL = 0.9
"""A title is taken from wordings at least so near to the centre as this part of the nearest."""
_COMMON, _WORDS = 0.3, 6
"""Words in common: in this share of the incidents, and so many at most."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Incidents that seem to be one thing, the oldest first; ``common`` are words that many say,
    ``solved`` words that many solvers note, ``why`` what joins them if no words do."""

    facts: tuple[IncidentFact, ...]
    title: str
    common: tuple[str, ...]
    solved: tuple[str, ...] = ()
    why: str = ""


def clusters(recent: Sequence[IncidentFact]) -> Iterator[Cluster]:
    """All clusters that are large enough, or hang on a problem; the incidents oldest first."""
    read = _Reading(recent)
    items, services, others = _blocks(recent)
    groups = [one for block in items.values() for one in clustered(*read.block(block))]
    of_service: dict[str, list[tuple[Group, list[IncidentFact]]]] = defaultdict(list)
    for group in united(groups):
        if group.size >= _SETTLED and group.convincing:
            of_service[group.wordings[0].facts[0].service].append((group, []))
    for service, block in services.items():
        left = _attached(block, read, of_service.get(service, []), items)
        others[f"service {service}"] = left
    for found in of_service.values():
        for group, more in found:
            yield read.cluster(group, more)
    for block in others.values():
        for group in clustered(*read.block(block)):
            if group.size >= _SETTLED and group.convincing:
                yield read.cluster(group, [])


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


def _attached(
    block: Sequence[IncidentFact],
    read: _Reading,
    found: Sequence[tuple[Group, list[IncidentFact]]],
    items: Mapping[str, Sequence[IncidentFact]],
) -> list[IncidentFact]:
    """Put incidents without an item to the clusters of their service; the rest is returned."""
    named = [group.wordings[0].facts[0].item for group, _ in found]
    bags = {item: read.bags(items[item]) for item in dict.fromkeys(named)}
    holding: dict[str, list[int]] = defaultdict(list)
    for place, (group, _) in enumerate(found):
        for word in _words(group):
            holding[word].append(place)
    left: list[IncidentFact] = []
    for wording in read.block(block)[0]:
        alone = Group.of(wording)
        able = {place for word in _words(alone) for place in holding.get(word, ())}
        gains = sorted((-bags[named[place]].gain(alone, found[place][0]), place) for place in able)
        near, second = [-gain for gain, _ in gains[:2]] + [0.0] * (2 - len(gains[:2]))
        if near > max(0.0, second + _MARGIN):
            found[gains[0][1]][1].extend(wording.facts)
        else:
            left += wording.facts
    return sorted(left, key=lambda fact: (fact.opened, fact.key))


def _words(group: Group) -> Iterator[str]:
    yield from group.told.words
    yield from group.noted.words


class _Reading:
    """What all incidents say, and what their solvers noted."""

    def __init__(self, recent: Sequence[IncidentFact]) -> None:
        self._told = Vocabulary(fact.summary for fact in recent)
        self._noted = Vocabulary(fact.solved for fact in recent if fact.solved)
        self._spread = self._spreads(recent)

    def _spreads(self, recent: Sequence[IncidentFact]) -> dict[str, float]:
        """In which share of the items solvers note a word: "restarted" is noted everywhere. Of a
        problem: on which share of all incidents it is."""
        where: dict[str, set[str]] = defaultdict(set)
        for fact in recent:
            for term in self._note(fact):
                where[term].add(fact.key if term[0] == "=" else fact.item)
        items = len({fact.item for fact in recent if fact.solved})
        return {
            term: len(there) / (len(recent) + THOUGHT if term[0] == "=" else items + ITEMS)
            for term, there in where.items()
        }

    def _note(self, fact: IncidentFact) -> frozenset[str]:
        noted = {f"#{term}" for term in self._noted.terms(fact.solved)} if fact.solved else set()
        return frozenset(noted | {f"={fact.problem}"} if fact.problem else noted)

    def bags(self, block: Sequence[IncidentFact]) -> Bags:
        """What words are worth in a block: how often they are used elsewhere."""
        here = Counter(term for fact in block for term in self._told.terms(fact.summary))

        def told(term: str) -> float:
            return min(_FREQUENT, max(_RARE, self._told.elsewhere(term, here[term], len(block))))

        def noted(term: str) -> float:
            spread = self._spread.get(term, 0.0)
            if term[0] == "=":
                return spread
            return min(_FREQUENT, max(spread, self._noted.elsewhere(term[1:])))

        return Bags(told, noted)

    def block(self, block: Sequence[IncidentFact]) -> tuple[list[Wording], Bags]:
        """The different wordings of a block, those without a word that tells something left out,
        and what words are worth there."""
        told: dict[frozenset[str], list[IncidentFact]] = defaultdict(list)
        for fact in block:
            told[self._told.terms(fact.summary)].append(fact)
        wordings = [
            Wording(terms, tuple(facts), tuple(dict.fromkeys(map(self._note, facts))))
            for terms, facts in told.items()
            if terms
        ]
        return wordings, self.bags(block)

    def cluster(self, group: Group, more: Sequence[IncidentFact]) -> Cluster:
        """A group with what people want to know of it."""
        facts = sorted((*group.facts(), *more), key=lambda fact: (fact.opened, fact.key))
        noted = [fact.solved for fact in facts if fact.solved]
        return Cluster(
            tuple(facts),
            self._title(group),
            _common([fact.summary for fact in facts], self._told),
            _common(noted, self._noted) if len(noted) >= _SETTLED else (),
            group.why,
        )

    def _title(self, group: Group) -> str:
        """The wording of most words that the others use, or one of hardly less that is better
        written."""
        near = {
            one: sum(map(group.told.words.__getitem__, one.terms)) / sqrt(len(one.terms))
            for one in group.wordings
        }
        high = max(near.values())
        able = [
            (self._told.slips(fact.summary), -len(one.facts), -near[one], len(text), text)
            for one in group.wordings
            if near[one] >= _CENTRAL * high
            for fact in one.facts
            if (text := cleaned(fact.summary))
        ]
        return min(able)[-1]


def _common(texts: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The words that many of them share, each in its commonest form."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for word in set(vocabulary.words(text)):
            for term in vocabulary.terms_of(word):
                forms[term][word] += 1
    often = {term: sum(told.values()) for term, told in forms.items()}
    found: dict[str, None] = {}
    for term in sorted(often, key=lambda one: (-often[one], one))[:_WORDS]:
        if often[term] >= _COMMON * len(texts):
            found[min(forms[term], key=lambda one: (-forms[term][one], one))] = None
    return tuple(found)
