"""Relations over people and over other records, which each side names in its own way. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.relations import OneField, seats
from mappings.sides import Side
from mappings.values import Lookup, Unknown, Unmappable, Value


@dataclass(frozen=True, slots=True)
class User(OneField):
    """A person on both sides, matched and never guessed.

    Somebody without a counterpart fits whom the other side got instead, so the stand-in (or nobody)
    stays there and does not travel back. Nobody stands in for or takes the place of a person who is
    not shown to us: that is a question. A stand-in says nothing about the person on the other
    side, and leaves whoever is there alone: the one value that does not fit after translating.
    """

    kind: str = "user"

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        if servicenow is not None and jira is not None:
            if lookup.same(str(servicenow), str(jira)):
                return True
        elif servicenow == jira:
            return True
        return _stands_for(Side.SERVICENOW, servicenow, jira, lookup) or _stands_for(
            Side.JIRA, jira, servicenow, lookup
        )

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if self.holds(*seats(to, value, current), lookup):
            return current
        found = None if value is None else lookup.person(to.other, str(value))
        if not isinstance(found, Unmappable):
            return found
        if current is not None and value == lookup.stand_in(to.other):
            return current
        if not found.seen or not _seen(to, current, lookup):
            return found
        instead = lookup.stand_in(to)
        return found if isinstance(instead, Unknown) else instead

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        return "-" if value is None else lookup.name(side, str(value))


def _seen(side: Side, person: Value, lookup: Lookup) -> bool:
    """Whether a person is shown to us: who is not may be the very one that is looked for."""
    told = None if person is None else lookup.person(side, str(person))
    return not isinstance(told, Unmappable) or told.seen


def _stands_for(side: Side, person: Value, other: Value, lookup: Lookup) -> bool:
    """Whether the other side holds what it gets for a person who has no counterpart there."""
    if person is None or other != lookup.stand_in(side.other):
        return False
    found = lookup.person(side, str(person))
    return isinstance(found, Unmappable) and found.seen


@dataclass(frozen=True, slots=True)
class LinkTo(OneField):
    """A reference to another synced record: an incident's problem, a story's epic.

    A reference to a record without a twin tells the other side nothing. Below an epic of people's
    own a story is left alone, and so is the incident's problem, until somebody gives the incident
    a problem that has an epic: then the story goes there.
    """

    kind: str = "link"

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        there = _twin(Side.SERVICENOW, servicenow, lookup)
        back = _twin(Side.JIRA, jira, lookup)
        if there is None and back is None:
            return True
        return there == jira

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if self.holds(*seats(to, value, current), lookup):
            return current
        twin = _twin(to.other, value, lookup)
        if twin is None and value is not None and to is Side.SERVICENOW:
            return current
        return twin


def _twin(side: Side, value: Value, lookup: Lookup) -> str | None:
    return lookup.twin(side, str(value)) if value else None
