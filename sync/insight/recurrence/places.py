"""How much the place tells: whether what one item reports is one trouble, as people have judged.

A trouble may be told without any common word ("504 after Buy now", "no orders since ten"). Where
people have put incidents on problems, they have said which wordings of one place (item, category
and team) that share no word are one thing. If that was nearly always so, it is taken for true of
all groups of a place that recur themselves and of which people put some on one problem. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sync.insight.recurrence.clusters import Group, Wording

PAIRS, PLACES = 10, 3
"""So many pairs of wordings, and in so many places, have to have been judged."""
SURE = 0.9
"""The share of them that people put on one problem: what proposals as a whole have to reach."""
RECURS = 2
"""Incidents of a group; a single one that shares no word with any is something else."""
_LOOKED = 40
"""Wordings of a place that are compared at most."""

Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of wordings of one place that share no word and that people put on problems: how many,
    how many of them on one, and in how many places."""

    pairs: int = 0
    same: int = 0
    places: int = 0

    @property
    def sure(self) -> bool:
        """Whether the place tells."""
        enough = self.pairs >= PAIRS and self.places >= PLACES
        return enough and self.same >= SURE * self.pairs

    def __str__(self) -> str:
        return (
            "Some share no words: of such pairs of one item, category and team that people put on "
            f"problems, {self.same} of {self.pairs} are on one."
        )


def united(groups: Iterable[Group]) -> list[Group]:
    """The groups, those of one place joined where the place tells."""
    found: dict[Place, list[Group]] = defaultdict(list)
    for group in groups:
        found[_place(group)].append(group)
    judged = _judged(found)
    if not judged.sure:
        return [group for there in found.values() for group in there]
    return [group for there in found.values() for group in _joined(there, judged)]


def _place(group: Group) -> Place:
    told = Counter((fact.item, fact.category, fact.group) for fact in group.facts())
    return min(told, key=lambda one: (-told[one], one))


def _problems(wordings: Iterable[Wording]) -> frozenset[str]:
    return frozenset(fact.problem for one in wordings for fact in one.facts if fact.problem)


def _judged(found: Mapping[Place, Sequence[Group]]) -> Judged:
    pairs = same = places = 0
    for there in found.values():
        wordings = [one for group in there for one in group.wordings]
        on = [(one.terms, told) for one in wordings if (told := _problems([one]))][:_LOOKED]
        both = [
            bool(told & others)
            for (words, told), (other, others) in combinations(on, 2)
            if words.isdisjoint(other)
        ]
        pairs, same, places = pairs + len(both), same + sum(both), places + bool(both)
    return Judged(pairs, same, places)


def _joined(there: Sequence[Group], judged: Judged) -> list[Group]:
    able = [group for group in there if group.size >= RECURS]
    problems = [told for group in able if (told := _problems(group.wordings))]
    if len(able) == 1 or not problems or not frozenset.intersection(*problems):
        return list(there)
    home, *others = able
    for other in others:
        home.take(other)
        home.why = str(judged)
    return [group for group in there if group not in others]
