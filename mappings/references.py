"""Relations over people and over other records, which each side names in its own way. Pure.

Terms: a value *points* at records of its own side; it *tells* the other side something as far as
those have twins there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from mappings.relations import Ends, OneField, seats
from mappings.sides import Side
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value


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
class Reference(OneField):
    """What relations to other synced records share, and what the engine asks of them.

    No ``ABC``: the engine asks every rule of every link whether it is one, which takes ten times as
    long of an abstract class.
    """

    def points(self, side: Side, value: Value, lookup: Lookup) -> tuple[str, ...]:
        """The records of its own side that a value points at, as far as the relation reads them."""
        raise NotImplementedError

    def mentions(self, side: Side, value: Value) -> tuple[str, ...]:
        """All records of its own side that a value names, whether anybody knows them or not."""
        del side
        return (str(value),) if value else ()

    def twin(self, side: Side, key: str, lookup: Lookup) -> str | None:
        """The twin of a record that a value of that side points at."""
        raise NotImplementedError

    def tells(self, side: Side, value: Value, lookup: Lookup) -> bool:
        """Whether a value says anything to the other side."""
        return any(self.twin(side, key, lookup) for key in self.points(side, value, lookup))

    def agrees(self, side: Side, value: Value, other: Value, lookup: Lookup) -> bool:
        """Whether everything that a value points at is the twin of what the other side held."""
        there = set(self.points(side.other, other, lookup))
        mine = self.points(side, value, lookup)
        return all(self.twin(side, key, lookup) in there for key in mine)


@dataclass(frozen=True, slots=True)
class LinkTo(Reference):
    """A reference to another synced record: an incident's problem, a story's epic.

    A reference to a record without a twin tells the other side nothing. Below an epic of people's
    own a story is left alone, and so is the incident's problem, until somebody gives the incident
    a problem that has an epic: then the story goes there.
    """

    kind: str = "link"

    def points(self, side: Side, value: Value, lookup: Lookup) -> tuple[str, ...]:
        del side, lookup
        return (str(value),) if value else ()

    def twin(self, side: Side, key: str, lookup: Lookup) -> str | None:
        return lookup.twin(side, key)

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        there = self._twin(Side.SERVICENOW, servicenow, lookup)
        back = self._twin(Side.JIRA, jira, lookup)
        if there is None and back is None:
            return True
        return there == jira

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if self.holds(*seats(to, value, current), lookup):
            return current
        twin = self._twin(to.other, value, lookup)
        if twin is None and value is not None and to is Side.SERVICENOW:
            return current
        return twin

    def _twin(self, side: Side, value: Value, lookup: Lookup) -> str | None:
        return lookup.twin(side, str(value)) if value else None


@dataclass(frozen=True, slots=True)
class IssueLink(Reference):
    """A reference in ServiceNow, and the issues that are linked in certain words in Jira.

    ``tables`` are where the reference points to. The two fit where the twin of the record is among
    the linked issues, or where neither side names a record with a twin: a reference that is empty
    or has no twin, and no linked issue that is the twin of a record of these tables. Links to other
    issues are people's own: neither read as a statement nor touched. A reference holds one record,
    so whatever a change of it leads to, of the links to twins only its own one stays.

    Links in the words ``also`` count like those that we make ourselves. ``through`` is a column of
    other records (an incident's ``problem_id``): an issue that is the twin of such a one stands for
    the record that it points to.
    """

    tables: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    through: str = ""
    kind: str = "issue_link"

    @property
    def words(self) -> tuple[str, ...]:
        """The sets of linked issues that it reads; new links go into the first."""
        return (self.ends.jira, *self.also)

    def names(self, side: Side) -> frozenset[str]:
        return frozenset(self.words if side is Side.JIRA else (self.ends.servicenow,))

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        if side is Side.SERVICENOW:
            return fields.get(self.ends.servicenow, UNKNOWN)
        found: set[str] = set()
        for name in self.words:
            value = fields.get(name, UNKNOWN)
            if isinstance(value, Unknown):
                return UNKNOWN
            found.update(linked(value))
        return tuple(sorted(found, key=_order))

    def within(self, known: Collection[str]) -> IssueLink | None:
        """The relation with the words that a site has; ``None`` where it has none of them."""
        there = [name for name in self.words if name in known]
        if not there:
            return None
        ends = Ends(self.ends.servicenow, there[0])
        return replace(self, ends=ends, also=tuple(there[1:]))

    def mentions(self, side: Side, value: Value) -> tuple[str, ...]:
        return linked(value) if side is Side.JIRA else ((str(value),) if value else ())

    def points(self, side: Side, value: Value, lookup: Lookup) -> tuple[str, ...]:
        if side is Side.SERVICENOW:
            return (str(value),) if value else ()
        return tuple(key for key in linked(value) if self.twin(side, key, lookup))

    def twin(self, side: Side, key: str, lookup: Lookup) -> str | None:
        found = (lookup.twin(side, key, table) for table in self.tables)
        own = next((twin for twin in found if twin is not None), None)
        if own is None and self.through and side is Side.JIRA:
            return lookup.above(key, self.through)
        return own

    def strangers(self, jira: Value, lookup: Lookup) -> tuple[str, ...]:
        """Linked issues that are nobody's twin yet."""
        return tuple(key for key in linked(jira) if not self.twin(Side.JIRA, key, lookup))

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        there = self.twin(Side.SERVICENOW, str(servicenow), lookup) if servicenow else None
        told = {self.twin(Side.JIRA, key, lookup) for key in self.points(Side.JIRA, jira, lookup)}
        if there is None:
            return not told or servicenow in told
        return there in linked(jira) or servicenow in told

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if self.holds(*seats(to, value, current), lookup):
            return current
        if to is Side.SERVICENOW:
            first = next(iter(self.points(Side.JIRA, value, lookup)), None)
            return None if first is None else self.twin(Side.JIRA, first, lookup)
        there = self.twin(Side.SERVICENOW, str(value), lookup) if value else None
        kept = (*self.strangers(current, lookup), *((there,) if there else ()))
        return tuple(sorted(set(kept), key=_order))

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del context
        if side is Side.SERVICENOW:
            return Change(fields={self.ends.servicenow: wanted})
        want, held = linked(wanted), linked(current)
        added = tuple(key for key in want if key not in held)
        removed = tuple(key for key in held if key not in want)
        return Change(
            add={self.ends.jira: added} if added else {},
            remove=dict.fromkeys(self.words, removed) if removed else {},
        )

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del lookup
        return str(value or "-") if side is Side.SERVICENOW else ", ".join(linked(value)) or "-"


def linked(value: Value) -> tuple[str, ...]:
    """The members of a set of linked issues."""
    return value if isinstance(value, tuple) else ()


def _order(key: str) -> tuple[int, str]:
    """Ids are numbers without leading zeros."""
    return len(key), key
