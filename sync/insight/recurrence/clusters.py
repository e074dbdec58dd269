"""Which wordings of one item tell one thing: the likelier story wins. Pure.

Two groups of incidents are one trouble or two. Each trouble draws its words from a bag of its own
(a Dirichlet-multinomial), which is like the whole company's as long as nothing of it is known; so a
word that both use speaks for one the more, the rarer it is elsewhere, and words that only one of
them uses speak for two. :meth:`Bags.gain` is the logarithm of how much likelier one is. What
callers say and what solvers noted (the problem that they put it on is one of their words) are two
bags.

The pair with the highest gain is joined, again and again, while one trouble is likelier than two.
Candidates share one of their rarest words and are limited for each, so that the work grows with the
wordings, not with their pairs. Numbers were chosen on the stories of tests/README.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import lgamma

from sync.insight.facts import IncidentFact

STRANGERS = 4.5
"""Two incidents of one item are two things unless their words are e to the power of this likelier
from one."""
CROWD = 0.3
"""How much a large group attracts: 1 would be a Chinese restaurant's, 0 not at all."""
LOOSE = 12.0
"""How many words a trouble's bag takes from the company's: the more, the more wordings it has."""
CHOSEN = 16.0
"""A word's share is divided by this: words of one trouble are not drawn one by one."""
AGAIN = 0.25
"""A wording used n times counts as n to the power of this: machines and templates repeat."""
SMALL, SURE = 10, 2.5
"""A group of fewer incidents has to be so much likelier than strangers with each join."""
KIN, FAR_KIN, PARTED = 0.5, 0.35, 4
"""In a group of so many wordings each shares a word with the first part of the others, in one that
is not small with the second: what shares the name of a room with one of them is none of it."""
_HEARD = 100
"""Wordings of a group that are asked for their kin."""
_LEAST, _MOST, _WORK = 25, 200, 60_000
"""With how many others a group is compared, fewer in a large block: those first that share a word
with few."""

Share = Callable[[str], float]
"""How often a word is used anywhere, from 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """One way to tell it, with all incidents that are told so; ``notes`` has what their solvers
    noted, each different one."""

    terms: frozenset[str]
    facts: tuple[IncidentFact, ...]
    notes: tuple[frozenset[str], ...] = ()


@dataclass(slots=True)
class Bag:
    """Words and how often they are in it."""

    words: dict[str, float] = field(default_factory=dict)
    whole: float = 0.0

    def add(self, words: Iterable[str], times: float) -> None:
        """Put words in, in a stable order: sums do not depend on the run."""
        for word in sorted(words):
            self.words[word] = self.words.get(word, 0.0) + times
            self.whole += times

    def pour(self, other: Bag) -> None:
        """Put in what another bag has."""
        for word, times in other.words.items():
            self.words[word] = self.words.get(word, 0.0) + times
        self.whole += other.whole


@dataclass(slots=True, eq=False)
class Group:
    """Wordings that tell one thing."""

    told: Bag = field(default_factory=Bag)
    noted: Bag = field(default_factory=Bag)
    weight: float = 0.0
    wordings: list[Wording] = field(default_factory=list)
    gained: float = 0.0
    why: str = ""
    """Why they are one although no word says so, for people."""

    @classmethod
    def of(cls, *wordings: Wording, gained: float = 0.0) -> Group:
        """A group of these."""
        made = cls(gained=gained)
        for one in wordings:
            times = len(one.facts) ** AGAIN
            made.told.add(one.terms, times)
            for note in one.notes:
                made.noted.add(note, 1.0)
            made.weight += times
            made.wordings.append(one)
        return made

    def take(self, other: Group) -> None:
        """Join another group to this one."""
        self.told.pour(other.told)
        self.noted.pour(other.noted)
        self.weight += other.weight
        self.wordings += other.wordings
        self.gained += other.gained

    @property
    def size(self) -> int:
        """Its incidents, counted."""
        return sum(len(one.facts) for one in self.wordings)

    @property
    def convincing(self) -> bool:
        """Whether people should hear of it: of small groups some come about by chance."""
        joins = len(self.wordings) - 1
        return bool(self.why) or self.size >= SMALL or self.gained >= SURE * joins

    def facts(self) -> list[IncidentFact]:
        """All its incidents."""
        return [fact for one in self.wordings for fact in one.facts]


@dataclass(frozen=True, slots=True)
class Bags:
    """What words are worth at one item: the shares of callers' and of solvers' words."""

    told: Share
    noted: Share

    def gain(self, one: Group, other: Group) -> float:
        """How much likelier it is that they are one trouble than that they are two."""
        whole = lgamma(one.weight + other.weight) - lgamma(one.weight) - lgamma(other.weight)
        words = _gain(one.told, other.told, self.told) + _gain(one.noted, other.noted, self.noted)
        return words + CROWD * whole - STRANGERS


def _gain(one: Bag, other: Bag, share: Share) -> float:
    if not one.whole or not other.whole:
        return 0.0
    few, many = sorted((one.words, other.words), key=len)
    total = lgamma(LOOSE + one.whole) + lgamma(LOOSE + other.whole)
    total -= lgamma(LOOSE) + lgamma(LOOSE + one.whole + other.whole)
    for word, times in few.items():
        if word in many:
            given = LOOSE * share(word) / CHOSEN
            total += lgamma(given + times + many[word]) + lgamma(given)
            total -= lgamma(given + times) + lgamma(given + many[word])
    return total


def clustered(wordings: Sequence[Wording], bags: Bags) -> list[Group]:
    """Groups of the wordings of one item, in order of first use."""
    groups = _Joining(bags, [Group.of(one) for one in wordings]).groups()
    return [part for group in groups for part in _parted(group)]


def _parted(group: Group) -> list[Group]:
    """The group without the wordings that are kin to few of the others, and each of those."""
    if len(group.wordings) < PARTED:
        return [group]
    said = [one.terms.union(*one.notes) for one in group.wordings]
    heard, others = said[:_HEARD], len(said) - 1
    kin = KIN if group.size < SMALL else FAR_KIN
    near = [
        sum(not one.isdisjoint(other) for other in heard) - 1 >= kin * (len(heard) - 1)
        for one in said
    ]
    if all(near):
        return [group]
    kept = [one for one, there in zip(group.wordings, near, strict=True) if there]
    far = [one for one, there in zip(group.wordings, near, strict=True) if not there]
    gained = group.gained * max(0, len(kept) - 1) / others
    return [*([Group.of(*kept, gained=gained)] if kept else []), *map(Group.of, far)]


class _Joining:
    """Joins groups, the surest first."""

    def __init__(self, bags: Bags, groups: Sequence[Group]) -> None:
        self._bags = bags
        self._there: dict[int, Group] = {}
        self._holding: dict[str, list[int]] = defaultdict(list)
        self._heap: list[tuple[float, int, int]] = []
        self._next = 0
        self._room = max(_LEAST, min(_MOST, _WORK // max(1, len(groups))))
        for group in groups:
            self._offer(group)

    def groups(self) -> list[Group]:
        """What is left when nothing is likelier one than two."""
        while self._heap:
            gain, first, second = heappop(self._heap)
            if first in self._there and second in self._there:
                group = self._there.pop(first)
                group.take(self._there.pop(second))
                group.gained -= gain
                self._offer(group)
        return list(self._there.values())

    def _offer(self, group: Group) -> None:
        number, self._next = self._next, self._next + 1
        for other in self._candidates(group):
            gain = self._bags.gain(group, self._there[other])
            if gain > 0:
                heappush(self._heap, (-gain, other, number))
        self._there[number] = group

    def _candidates(self, group: Group) -> Mapping[int, None]:
        """Groups that share a word, and makes this one known to those that come."""
        found: dict[int, None] = {}
        words = {*group.told.words, *group.noted.words}
        for word in sorted(words, key=lambda word: (len(self._holding[word]), word)):
            held, gone = self._holding[word], 0
            for one in reversed(held):  # the newest are the largest
                if len(found) >= self._room:
                    break
                if one in self._there:
                    found[one] = None
                else:
                    gone += 1
            if gone > self._room:
                held = self._holding[word] = [one for one in held if one in self._there]
            held.append(self._next - 1)
        return found
