"""Wordings that tell one thing, told from those that only share a word. Pure.

Three steps over the distinct wordings of one block (an item, a service).

1. Each wording goes to the nearest group whose centre it is close to (:data:`NEAR`), in order of
   first use, and is put again twice.
2. The two nearest groups are joined, again and again. Two groups have to be the nearer the smaller
   they are, since the centre of few wordings says little; and sharing one word counts for less than
   sharing several ("label" is in "labels are not printed" and in "labels cannot be scanned").
3. A small group joins a large one that it is somewhat like, if it is like no other.

Only centres are compared, so one wording between two things does not make a chain of them.
Candidates are found through shared rare terms, never by all pairs. The numbers were chosen on a
planted company (tests/README.md); letters beside words (a token set ratio) made none
of them better there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import sqrt

from sync.insight.facts import IncidentFact
from sync.insight.recurrence.vocabulary import Vector

NEAR = 0.36
"""Cosine from which a wording belongs to a group, and two single incidents to each other."""
JOIN = 0.16
"""Where that limit falls to for two large groups."""
_FALL = 0.6
"""How quickly: with the smaller group's size to the power of this."""
_BREADTH = 0.75
"""How much less sharing one term counts than sharing several."""
_SETTLED, _LATE, _CLEARLY = 4, 0.17, 0.5
"""A group of fewer incidents joins one of at least so many from this likeness on, if the second
nearest is at most so much as near: nothing else is there that it could be."""
_ROUNDS = 2
_TERMS, _GROUPS = 6, 40
"""Candidates share one of a wording's rarest terms; a term is asked for so many groups."""


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """One way to tell it, and the incidents that are told so."""

    vector: Vector
    facts: tuple[IncidentFact, ...]


@dataclass(slots=True, eq=False)
class Group:
    """Wordings with the sum of their vectors, each as often as it was used."""

    size: int = 0
    sums: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    square: float = 0.0
    wordings: dict[Wording, None] = field(default_factory=dict)

    def add(self, one: Wording) -> None:
        """Take a wording in."""
        self._weigh(one, len(one.facts))
        self.wordings[one] = None

    def remove(self, one: Wording) -> None:
        """Let a wording go."""
        self._weigh(one, -len(one.facts))
        del self.wordings[one]

    def _weigh(self, one: Wording, times: int) -> None:
        self.square += times * (2 * self._along(one.vector) + times)
        for term, weight in one.vector.items():
            self.sums[term] += weight * times
        self.size += times

    def _along(self, vector: Vector) -> float:
        total, sums = 0.0, self.sums
        for term, weight in vector.items():
            if term in sums:
                total += weight * sums[term]
        return total

    def near(self, vector: Vector) -> float:
        """Cosine of a wording and the centre."""
        return self._along(vector) / sqrt(self.square) if self.size and self.square > 0 else 0.0

    def likeness(self, other: Group) -> float:
        """Cosine of the two centres, less where a single term makes it."""
        few, many = sorted((self, other), key=lambda one: len(one.sums))
        shared = [v * many.sums[term] for term, v in few.sums.items() if term in many.sums]
        total = sum(shared)
        if total <= 1e-9:
            return 0.0
        breadth = total * total / sum(one * one for one in shared)
        weighed = (1 - _BREADTH / breadth) / (1 - _BREADTH / 2)
        return weighed * total / sqrt(self.square * other.square)

    def rarest(self) -> list[str]:
        """The terms that say most about it."""
        return sorted(self.sums, key=lambda term: (-self.sums[term], term))[:_TERMS]

    def facts(self) -> list[IncidentFact]:
        """All its incidents."""
        return [fact for wording in self.wordings for fact in wording.facts]


def clustered(wordings: Sequence[Wording]) -> list[Group]:
    """Groups of the wordings of one block, in order of first use."""
    return _settled(_joined(_Sorting(wordings).groups()))


class _Sorting:
    """Puts wordings to the nearest group."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        self._wordings = wordings
        self._of: dict[Wording, Group] = {}
        self._holding: dict[str, dict[Group, None]] = defaultdict(dict)

    def groups(self) -> list[Group]:
        for wording in self._wordings:
            self._put(wording)
        for _ in range(_ROUNDS):
            for wording in self._wordings:
                self._of[wording].remove(wording)
                self._put(wording)
        return [group for group in dict.fromkeys(self._of.values()) if group.size]

    def _put(self, wording: Wording) -> None:
        group = nearest(wording.vector, self._candidates(wording.vector), NEAR)[0] or Group()
        group.add(wording)
        self._of[wording] = group
        for term in wording.vector:
            self._holding[term][group] = None

    def _candidates(self, vector: Vector) -> Iterable[Group]:
        rarest = sorted(vector, key=lambda term: (-vector[term], term))[:_TERMS]
        found: dict[Group, None] = {}
        for term in rarest:
            holding = self._holding[term]
            if len(holding) > _GROUPS:
                for group in [one for one in holding if not one.sums.get(term, 0.0) > 1e-9]:
                    del holding[group]
            found.update(dict.fromkeys(_largest(holding)))
        return found


def _largest(groups: Iterable[Group]) -> list[Group]:
    held = list(groups)
    if len(held) <= _GROUPS:
        return held
    return sorted(held, key=lambda one: -one.size)[:_GROUPS]


def nearest(
    vector: Vector, groups: Iterable[Group], least: float
) -> tuple[Group | None, float, float]:
    """The nearest group, how near it is, and how near the second one."""
    best, high, second = None, least, 0.0
    for group in groups:
        near = group.near(vector)
        if near >= high:
            best, high, second = group, near, high if best else second
        else:
            second = max(second, near)
    return best, high, second


def _joined(groups: list[Group]) -> list[Group]:
    """Join the nearest two until none are near enough. Single incidents were compared before."""
    place, fresh = dict(enumerate(groups)), count(len(groups))
    holding: dict[str, set[int]] = defaultdict(set)
    heap: list[tuple[float, int, int]] = []
    for number, group in place.items():
        if group.size > 1:
            for term in group.rarest():
                holding[term].add(number)
    for number in place:
        _offer(number, place, holding, heap)
    while heap:
        _, first, second = heappop(heap)
        if first not in place or second not in place:
            continue
        merged, other = place.pop(first), place.pop(second)
        for wording in other.wordings:
            merged.add(wording)
        number = next(fresh)
        place[number] = merged
        for term in merged.rarest():
            holding[term].add(number)
        _offer(number, place, holding, heap)
    return list(place.values())


def _offer(
    number: int,
    place: dict[int, Group],
    holding: dict[str, set[int]],
    heap: list[tuple[float, int, int]],
) -> None:
    """Put the joins of a group that are near enough on the heap, the best first."""
    group = place[number]
    seen = {number}
    for term in group.rarest():
        there = [one for one in holding.get(term, ()) if one in place]
        holding[term] = set(there)
        for other in sorted(there, key=lambda one: (-place[one].size, one))[:_GROUPS]:
            if other in seen:
                continue
            seen.add(other)
            small = min(group.size, place[other].size)
            over = group.likeness(place[other]) - (JOIN + (NEAR - JOIN) / small**_FALL)
            if over > 0:
                heappush(heap, (-over, min(number, other), max(number, other)))


def _settled(groups: list[Group]) -> list[Group]:
    """Small groups that are like one large group only go there; sizes are those before."""
    large = [group for group in groups if group.size >= _SETTLED]
    holding: dict[str, list[Group]] = defaultdict(list)
    for group in large:
        for term in group.rarest():
            holding[term].append(group)
    moving = []
    for group in groups:
        if group.size >= _SETTLED:
            continue
        able = {one: None for term in group.sums for one in _largest(holding.get(term, ()))}
        likely = sorted(((group.likeness(one), one) for one in able), key=lambda one: -one[0])
        near, second = [one[0] for one in likely[:2]] + [0.0] * (2 - len(likely[:2]))
        if near >= _LATE and second <= _CLEARLY * near:
            moving.append((group, likely[0][1]))
    for group, home in moving:
        for wording in group.wordings:
            home.add(wording)
    gone = {id(group) for group, _ in moving}
    return [group for group in groups if id(group) not in gone]
