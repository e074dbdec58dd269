"""Relations over people and over other records, which each side names in its own way. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.relations import OneField, seats
from mappings.sides import Side
from mappings.values import Lookup, Unmappable, Value


@dataclass(frozen=True, slots=True)
class User(OneField):
    """A person on both sides. Somebody without a counterpart is a question, never a guess."""

    kind: str = "user"

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        if servicenow is None or jira is None:
            return servicenow == jira
        return (
            lookup.person(Side.SERVICENOW, str(servicenow)) == jira
            or lookup.person(Side.JIRA, str(jira)) == servicenow
        )

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if self.holds(*seats(to, value, current), lookup):
            return current
        return None if value is None else lookup.person(to.other, str(value))

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        return "-" if value is None else lookup.name(side, str(value))


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
