"""Who is who on the other side: by the people file, ServiceNow's own directory, or e-mail. Pure.

The first of the three that speaks of somebody decides, also when it leads to nobody: an entry of
the file that names a leaver is a mistake to be told, no reason to go by e-mail after all. A match
is one active person and never the first of several; names are not compared at all. Jira Cloud
hides addresses at a person's wish, so an empty one is no fact about anybody (jira-api.md section
2).

``Roster`` holds everybody as last seen, ready to be looked up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mappings.people import Entry, People
from mappings.sides import Side
from sync.core.model import PersonRow


class By(StrEnum):
    """What told that two accounts are one person's."""

    MAP = "map"
    FIELD = "field"
    EMAIL = "e-mail"


class Why(StrEnum):
    """Why somebody has no counterpart."""

    HIDDEN = "hidden"
    INACTIVE = "inactive"
    DOUBLE = "double"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody's key on the other side."""

    key: str
    by: By


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why there is none, and what a person can do about it; ``seen``: the person is shown to us."""

    why: Why
    reason: str
    remedy: str
    seen: bool = True


Found = Match | NoMatch
_Index = dict[str, list[PersonRow]]

_CORRECT = (
    "Correct the people file; on Jira Cloud somebody who hides the e-mail is named by account id."
)
_SAY = "Name the two in the people file, or correct the e-mails; `tandem people` lists all."


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody known on one side, by what may name them."""

    by_key: Mapping[str, PersonRow] = field(default_factory=dict)
    by_word: Mapping[str, Sequence[PersonRow]] = field(default_factory=dict)
    by_email: Mapping[str, Sequence[PersonRow]] = field(default_factory=dict)
    by_account: Mapping[str, Sequence[PersonRow]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[PersonRow]) -> Roster:
        """From rows of one side; ``by_word`` finds whoever a word of the people file names."""
        held = sorted(rows, key=lambda row: row.key)
        return cls(
            {row.key: row for row in held},
            _indexed(held, lambda row: {*_words(row)}),
            _indexed(held, lambda row: {row.email.casefold()}),
            _indexed(held, lambda row: {row.account}),
        )


def _words(row: PersonRow) -> Iterator[str]:
    return (word.casefold() for word in (row.key, row.login, row.email))


def _indexed(rows: Iterable[PersonRow], words: Callable[[PersonRow], Iterable[str]]) -> _Index:
    found: _Index = defaultdict(list)
    for row in rows:
        for word in words(row):
            if word:
                found[word].append(row)
    return dict(found)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Both sides' rosters under one people file."""

    people: People
    rosters: Mapping[Side, Roster]
    entries: Mapping[Side, Mapping[str, Sequence[Entry]]]

    @classmethod
    def of(cls, people: People, rosters: Mapping[Side, Roster]) -> Acquaintance:
        """With the file's entries ready to be looked up by side and word."""
        entries: dict[Side, dict[str, list[Entry]]] = {side: defaultdict(list) for side in Side}
        for side in Side:
            for entry in people.entries:
                entries[side][entry.of(side).casefold()].append(entry)
        return cls(people, rosters, {side: dict(held) for side, held in entries.items()})

    def entries_of(self, side: Side, row: PersonRow) -> tuple[Entry, ...]:
        """The entries of the file that name a person, each once."""
        held = self.entries[side]
        return tuple(dict.fromkeys(e for word in _words(row) if word for e in held.get(word, ())))

    def find(self, side: Side, key: str) -> Found:
        """The same person on the other side."""
        row = self.rosters[side].by_key.get(key)
        if row is None:
            reason = f"the {side} person {key} is not shown to us"
            remedy = "Show the person to the account, then retry."
            return NoMatch(Why.UNKNOWN, reason, remedy, seen=False)
        entries = self.entries_of(side, row)
        if entries:
            return self._by_map(side, row, entries)
        return self._by_field(side, row) or self._by_email(side, row)

    def same(self, servicenow: str, jira: str) -> bool:
        """Whether two keys stand for one person, active or not."""
        here = self.rosters[Side.SERVICENOW].by_key.get(servicenow)
        there = self.rosters[Side.JIRA].by_key.get(jira)
        if here is None or there is None:
            return False
        named = {*self.entries_of(Side.SERVICENOW, here)}, {*self.entries_of(Side.JIRA, there)}
        if any(named):
            return bool(named[0] & named[1])
        accounts = self.rosters[Side.SERVICENOW].by_account
        if here.account or there.key in accounts:
            return here.account == there.key
        return bool(here.email) and here.email.casefold() == there.email.casefold()

    def stand_in(self, side: Side) -> Found | None:
        """The person who stands in on a side; ``None`` where the file names none."""
        named = self.people.stand_in(side)
        if not named:
            return None
        place = self.people.place(self.people.lines.get(f"fallback.{side}", 1))
        return self.named(side, named, By.MAP, f"{place}: the fallback {named}")

    def named(self, side: Side, word: str, by: By, who: str) -> Found:
        """The one active person whom a word names; ``who`` begins the sentence otherwise."""
        hits = self.rosters[side].by_word.get(word.casefold(), ())
        return _only(hits, by, who, f"in {side}", _CORRECT)

    def _by_map(self, side: Side, row: PersonRow, entries: Sequence[Entry]) -> Found:
        if len(entries) > 1:
            places = " and ".join(self.people.place(entry.line) for entry in entries)
            reason = f"the {side} person {row.name} stands in {places}"
            return NoMatch(Why.DOUBLE, reason, "Keep one of the entries.")
        word = entries[0].of(side.other)
        who = f"{self.people.place(entries[0].line)}: {word}, named for {row.name},"
        found = self.named(side.other, word, By.MAP, who)
        if not isinstance(found, Match):
            return found
        others = self.entries_of(side.other, self.rosters[side.other].by_key[found.key])
        if len(others) > 1:
            places = " and ".join(self.people.place(entry.line) for entry in others)
            reason = f"the {side.other} person {word} stands in {places}"
            return NoMatch(Why.DOUBLE, reason, "Keep one of the entries.")
        return found

    def _by_field(self, side: Side, row: PersonRow) -> Found | None:
        """What ServiceNow's directory says; ``None`` where it says nothing."""
        column = self.people.servicenow_field
        if not column:
            return None
        if side is Side.SERVICENOW:
            held = self.rosters[Side.JIRA].by_key.get(row.account)
            hits = [held] if held else []
            who = f"{row.account}, {column} of {row.name} in servicenow,"
            remedy = f"Correct {column}, or name the two in the people file."
            return _only(hits, By.FIELD, who, "in jira", remedy) if row.account else None
        pointing = self.rosters[Side.SERVICENOW].by_account.get(row.key, ())
        who = f"the jira person {row.name}, by {column},"
        remedy = f"Let {column} of one active person name this account."
        free = [one for one in pointing if not self.entries_of(Side.SERVICENOW, one)]
        return _only(free, By.FIELD, who, "in servicenow", remedy) if free else None

    def _by_email(self, side: Side, row: PersonRow) -> Found:
        who = f"the {side} person {row.name}"
        if not row.email:
            why = Why.HIDDEN if side is Side.JIRA else Why.UNKNOWN
            return NoMatch(why, f"{who} has no known e-mail", _SAY)
        address = row.email.casefold()
        twins = [one for one in self.rosters[side].by_email.get(address, ()) if one.active]
        if len(twins) > 1:
            told = f"{who} shares {row.email} with {len(twins) - 1} other active person in {side}"
            return NoMatch(Why.DOUBLE, told, _SAY)
        hits = self.rosters[side.other].by_email.get(address, ())
        free = [one for one in hits if not self._claimed(side.other, one)]
        return _only(free, By.EMAIL, who, f"with {row.email} on the other side", _SAY)

    def _claimed(self, side: Side, row: PersonRow) -> bool:
        """Whether the file or the directory says already who somebody is."""
        if self.entries_of(side, row):
            return True
        if side is Side.SERVICENOW:
            return bool(row.account)
        return row.key in self.rosters[Side.SERVICENOW].by_account


def _only(hits: Iterable[PersonRow], by: By, who: str, where: str, remedy: str) -> Found:
    """The only active one of them."""
    held = list(hits)
    active = [one for one in held if one.active]
    if len(active) == 1:
        return Match(active[0].key, by)
    if active:
        return NoMatch(Why.DOUBLE, f"{who} is {len(active)} active persons {where}", remedy)
    why = Why.INACTIVE if held else Why.UNKNOWN
    return NoMatch(why, f"{who} is nobody active {where}", remedy)
