"""Relations: for each field, which value pairs count as equal, and how to restore that. Pure.

A relation ``R`` is not a pair of copy functions. :meth:`Relation.holds` says whether two values fit
together; only where they do not, :meth:`Relation.translate` names the value that one side should
take, and where several would do it keeps the present one (least change). That is what keeps a
table of four states on three statuses from bouncing.

Laws that every relation keeps and a property test checks: after ``translate`` the pair is in R
(correct); where it was in R before, ``translate`` gives back what is there (Hippocratic). The two
exceptions are stated where they are: an empty value without a row in its table, and a parent that
is nobody's twin, say nothing about the other side.

A relation may be tolerant in one direction only: two issues linked in the same words fit one
reference, as long as its own is among them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mappings.sides import Side
from mappings.text import CUT_MARK, canonical_text, cut, is_cut, named, size, to_wiki
from mappings.values import UNKNOWN, Change, Fields, Lookup, Unknown, Unmappable, Value

MARK_PREFIX = "tandem-"
"""Labels under this prefix are the product's own marks."""


class Relation(Protocol):
    """One field's consistency between the sides."""

    @property
    def kind(self) -> str:
        """Name of the relation in a mapping file (``as:``)."""

    def names(self, side: Side) -> frozenset[str]:
        """Native fields it reads on a side."""

    def main(self, side: Side) -> str:
        """The one of them whose author is the author of the value."""

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        """The present value in normal form, in that side's own vocabulary."""

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        """Whether two values count as equal."""

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        """What ``to`` should hold, given the other side's value; ``current`` where that fits."""

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        """How to write a value; ``context`` are the other side's native fields."""

    def closes(self, side: Side, value: Value) -> bool:
        """Whether taking this value closes the record (a safety limit counts those)."""

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        """A value for people."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The native field of each side."""

    servicenow: str
    jira: str

    def of(self, side: Side) -> str:
        """The field of a side."""
        return self.servicenow if side is Side.SERVICENOW else self.jira


def naming(lookup: Lookup) -> Callable[[str], str | None]:
    """What people call somebody in Jira, if that is known."""

    def name(key: str) -> str | None:
        found = lookup.name(Side.JIRA, key)
        return None if found == key else found

    return name


def seats(to: Side, value: Value, current: Value) -> tuple[Value, Value]:
    """``(ServiceNow's value, Jira's value)``, where ``to`` holds ``current``."""
    return (current, value) if to is Side.SERVICENOW else (value, current)


def members_change(name: str, wanted: Collection[str], held: Collection[str]) -> Change:
    """What goes into a set and out of it, so that the members of others stay."""
    added, removed = tuple(sorted({*wanted} - {*held})), tuple(sorted({*held} - {*wanted}))
    return Change(add={name: added} if added else {}, remove={name: removed} if removed else {})


@dataclass(frozen=True, slots=True)
class OneField:
    """What most relations share: one native field a side, read and written as it is."""

    ends: Ends

    def names(self, side: Side) -> frozenset[str]:
        return frozenset({self.ends.of(side)})

    def main(self, side: Side) -> str:
        return self.ends.of(side)

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        return fields.get(self.ends.of(side), UNKNOWN)

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        return Change(fields={self.ends.of(side): wanted})

    def closes(self, side: Side, value: Value) -> bool:
        del side, value
        return False

    def show(self, side: Side, value: Value, lookup: Lookup) -> str:
        del side, lookup
        return "-" if value is None else str(value)


Normal = Callable[[Side, Value], Value]
"""A native value in normal form."""


@dataclass(frozen=True, slots=True)
class Plain(OneField):
    """Equality of normal forms. ``written`` turns a normal form into what a side stores.

    ``teller`` is the side whose empty value says nothing about the other one, where there is one.
    """

    kind: str
    normal: Normal
    written: Normal = field(default=lambda _side, value: value)
    teller: Side | None = None

    def canonical(self, side: Side, fields: Fields) -> Value | Unknown:
        value = fields.get(self.ends.of(side), UNKNOWN)
        return value if isinstance(value, Unknown) else self.normal(side, value)

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        del lookup
        return servicenow == jira or self._silent(servicenow, jira)

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        return current if self.holds(*seats(to, value, current), lookup) else value

    def _silent(self, servicenow: Value, jira: Value) -> bool:
        told = servicenow if self.teller is Side.SERVICENOW else jira
        return self.teller is not None and told is None

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        return Change(fields={self.ends.of(side): self.written(side, wanted)})


@dataclass(frozen=True, slots=True)
class Text(Plain):
    """Texts, which a side may have to shorten: a text cut at a side's limit counts as equal.

    ``limits`` are the longest texts a side takes. ``wiki`` says that Jira stores markup. Where one
    side holds a cut text and a person edits that, the part the person never saw is kept. Whom Jira
    mentions by key, ServiceNow calls by name where the name is known.
    """

    limits: Mapping[Side, int] = field(default_factory=dict)
    wiki: bool = False

    def holds(self, servicenow: Value, jira: Value, lookup: Lookup) -> bool:
        if self._silent(servicenow, jira) or self._alike(servicenow, jira):
            return True
        return self._alike(servicenow, self._told(jira, lookup))

    def translate(
        self, to: Side, value: Value, current: Value, lookup: Lookup
    ) -> Value | Unmappable:
        if self.holds(*seats(to, value, current), lookup):
            return current
        if to is Side.SERVICENOW:
            value = self._told(value, lookup)
        else:
            current = self._told(current, lookup)
        whole = self._rejoined(to, value, current)
        if whole is not None and self.holds(*seats(to, value, whole), lookup):
            return whole
        return self._fit(to, value)

    def _alike(self, servicenow: Value, jira: Value) -> bool:
        if servicenow == jira:
            return True
        if not isinstance(servicenow, str) or not isinstance(jira, str):
            return False
        limits = self.limits
        return is_cut(servicenow, jira, limits[Side.SERVICENOW]) or is_cut(
            jira, servicenow, limits[Side.JIRA]
        )

    def _told(self, jira: Value, lookup: Lookup) -> Value:
        """Jira's text as ServiceNow is told it: people by their names."""
        if not self.wiki or not isinstance(jira, str):
            return jira
        return canonical_text(named(jira, naming(lookup)))

    def native(self, side: Side, wanted: Value, current: Value, context: Fields) -> Change:
        del current, context
        markup = self.wiki and side is Side.JIRA and isinstance(wanted, str)
        return Change(fields={self.ends.of(side): to_wiki(str(wanted)) if markup else wanted})

    def _rejoined(self, to: Side, value: Value, current: Value) -> str | None:
        """An edited beginning with the rest that had been cut away from it."""
        if not isinstance(value, str) or not isinstance(current, str):
            return None
        shown = str(self._fit(to.other, current))
        if shown == current or not value.endswith(CUT_MARK):
            return None
        rest = current[len(shown) - len(CUT_MARK) :]
        return str(self._fit(to, value.removesuffix(CUT_MARK) + rest))

    def _fit(self, side: Side, value: Value) -> Value:
        if not isinstance(value, str):
            return value
        measure = _wiki_size if self.wiki and side is Side.JIRA else size
        return cut(value, self.limits[side], measure)


def _wiki_size(text: str) -> int:
    return size(to_wiki(text))
