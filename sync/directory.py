"""Look-ups that relations need: people and groups, twins across sides, status categories.

Who is who is decided by :mod:`sync.core.people`; here people are asked for and remembered. What was
found is kept in the store, so that a pass with nothing new asks for nobody; only who could not be
matched is asked for again, now and then, because somebody may have corrected an e-mail. Where a
column of ServiceNow's users tells Jira's accounts, its people are asked anew in every process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.base import Adapter
from connector.values import Fields, Person
from mappings.people import ASK, People
from mappings.sides import Side
from mappings.values import UNKNOWN, Unknown, Unmappable
from sync.core.model import LinkState, PersonRow
from sync.core.people import Acquaintance, Found, Match, NoMatch, Roster
from sync.groups import Groups
from sync.store import Store

RETRY_UNKNOWN = timedelta(minutes=10)
"""How long a person nobody could match is not asked for again."""


@dataclass(frozen=True, slots=True)
class Words:
    """What people are asked for by."""

    keys: Collection[str] = ()
    emails: Collection[str] = ()
    logins: Collection[str] = ()
    accounts: Collection[str] = ()

    @classmethod
    def named(cls, words: Collection[str]) -> Words:
        """Words of the people file: each may be a key or a login, or an address and a login."""
        plain = [word for word in words if "@" not in word]
        return cls(plain, [word for word in words if "@" in word], words)


class Directory:
    """Implements :class:`mappings.values.Lookup` over the store and both adapters."""

    def __init__(
        self, store: Store, adapters: Mapping[Side, Adapter], people: People | None = None
    ) -> None:
        self.people = people or People()
        self.groups = Groups(adapters)
        self._store = store
        self._adapters = adapters
        self._rows: dict[Side, dict[str, PersonRow]] = {}
        self._acquaintance: Acquaintance | None = None
        self._categories: dict[str, str] = {}
        self._asked: dict[tuple[Side, str], datetime] = {}
        self._anew = False
        self.ways: Mapping[tuple[str, str], str] = {}
        """Names of rules by pair and by the ServiceNow column that they read."""

    def twin(self, side: Side, key: str, table: str = "") -> str | None:
        """The key of the record that is linked with this one; with a ``table`` only in a link that
        has not ended and whose ServiceNow record is of that table."""
        link = self._store.links.by_keys(side, [key]).get(key)
        if link is None:
            return None
        living = link.state is not LinkState.ENDED and link.servicenow.container == table
        return link.end(side.other).key if living or not table else None

    def above(self, issue: str, column: str) -> str | None:
        """What the twin of an issue pointed to in that column when the two last agreed."""
        link = self._store.links.by_keys(Side.JIRA, [issue]).get(issue)
        rule = self.ways.get((link.pair, column)) if link else None
        if link is None or rule is None or link.state is LinkState.ENDED:
            return None
        base = self._store.links.bases([link.id]).get(link.id, {}).get(rule)
        return str(base.servicenow) if base is not None and base.servicenow else None

    def category(self, status: str) -> str | None:
        """The category of a Jira status, once a record in it was read."""
        return self._categories.get(status)

    def name(self, side: Side, key: str) -> str:
        """What people call a person."""
        row = self._known(side).get(key)
        return row.name if row else key

    def person(self, side: Side, key: str) -> str | Unmappable:
        """The same person's key on the other side."""
        found = self.find(side, key)
        if isinstance(found, NoMatch):
            return Unmappable(found.reason, found.remedy, found.seen)
        return found.key

    def find(self, side: Side, key: str) -> Found:
        """The same person on the other side, with what told so, or why there is nobody."""
        return self.acquaintance.find(side, key)

    def same(self, servicenow: str, jira: str) -> bool:
        """Whether two keys stand for one person, active or not."""
        return self.acquaintance.same(servicenow, jira)

    def stand_in(self, side: Side) -> str | Unknown | Unmappable | None:
        """Whom a side gets for somebody without a counterpart."""
        if self.people.fallback[side] == ASK:
            return UNKNOWN
        found = self.acquaintance.stand_in(side)
        if isinstance(found, NoMatch):
            return Unmappable(found.reason, found.remedy)
        return found.key if found else None

    def group_name(self, key: str) -> str | None:
        """What the ServiceNow group behind a key is called."""
        return self.groups.name(key)

    def group_key(self, name: str) -> str | Unmappable:
        """The one active ServiceNow group of that name."""
        return self.groups.key(name)

    def learn_statuses(self, rows: Iterable[Fields]) -> None:
        """Remember which category a status belongs to."""
        for fields in rows:
            status, category = fields.get("status"), fields.get("status_category")
            if isinstance(status, str) and isinstance(category, str):
                self._categories[status] = category

    def prepare(self, keys: Mapping[Side, Collection[str]], now: datetime) -> None:
        """Fetch everybody who is mentioned and has no known counterpart, in bulk.

        Accounts change: who could not be matched is asked for again, and so is whoever stood in
        the way on the other side.
        """
        mentioned = {side: sorted(keys.get(side, ())) for side in Side}
        for side, wanted in self._wanted(mentioned).items():
            self._ask(side, Words(keys=wanted), now)
        self._anew = False
        missing = {side: self._unmatched(side, wanted) for side, wanted in mentioned.items()}
        for side in Side:
            self._ask(side, self._words(side, missing), now)

    def meet(self, side: Side, keys: Collection[str], now: datetime) -> None:
        """Fetch whoever is mentioned by a key without a known name, in bulk and once."""
        unknown = [key for key in sorted(keys) if key not in self._known(side)]
        self._ask(side, Words(keys=unknown), now)

    def ask_anew(self) -> None:
        """Forget whom we asked for lately: a person says that something has changed."""
        self._asked.clear()
        self._anew = True

    def ask_for(self, side: Side, words: Collection[str]) -> None:
        """Ask a side for the people whom words of the people file may name."""
        if words:
            self._save(side, self._found(side, Words.named(words)))

    @property
    def acquaintance(self) -> Acquaintance:
        """Everybody as known now, ready to be matched."""
        if self._acquaintance is None:
            rosters = {side: Roster.of(self._known(side).values()) for side in Side}
            self._acquaintance = Acquaintance.of(self.people, rosters)
        return self._acquaintance

    def _wanted(self, mentioned: Mapping[Side, list[str]]) -> dict[Side, list[str]]:
        """Whom to ask for first: those without a counterpart, or everybody with theirs."""
        if not self._anew:
            return {side: self._unmatched(side, keys) for side, keys in mentioned.items()}
        twins = {
            side.other: [one.key for key in keys if isinstance(one := self.find(side, key), Match)]
            for side, keys in mentioned.items()
        }
        return {side: sorted({*keys, *twins[side]}) for side, keys in mentioned.items()}

    def _unmatched(self, side: Side, mentioned: Collection[str]) -> list[str]:
        return [key for key in mentioned if isinstance(self.find(side, key), NoMatch)]

    def _words(self, side: Side, missing: Mapping[Side, Collection[str]]) -> Words:
        """Everything by which a side may know a counterpart of those who have none, or a namesake
        of theirs; the other side's people by what the file or the directory says of them."""
        told = self.acquaintance
        rows = {
            one: [row for key in keys if (row := self._known(one).get(key))]
            for one, keys in missing.items()
        }
        named = [e.of(side) for r in rows[side.other] for e in told.entries_of(side.other, r)]
        if missing[side.other] and isinstance(told.stand_in(side), NoMatch):
            named.append(self.people.stand_in(side))
        plain = [r for one, held in rows.items() for r in held if not told.entries_of(one, r)]
        emails = dict.fromkeys(row.email for row in plain if row.email and not row.account)
        held = [r.key for e in emails for r in told.rosters[side].by_email.get(e.casefold(), ())]
        accounts = [row.key for row in rows[Side.JIRA] if side is Side.SERVICENOW]
        pointed = [row.account for row in rows[Side.SERVICENOW] if side is Side.JIRA]
        own = Words.named(named)
        return Words([*held, *pointed, *own.keys], [*emails, *own.emails], own.logins, accounts)

    def _ask(self, side: Side, words: Words, now: datetime) -> None:
        """Ask for those of them that were not asked for lately."""

        def fresh(kind: str, values: Collection[str]) -> list[str]:
            wanted = dict.fromkeys(value for value in values if value)
            return [v for v in wanted if self._may_ask(side, f"{kind} {v.casefold()}", now)]

        left = Words(
            fresh("key", words.keys),
            fresh("e-mail", words.emails),
            fresh("login", words.logins),
            fresh("account", words.accounts if self.people.servicenow_field else ()),
        )
        if any((left.keys, left.emails, left.logins, left.accounts)):
            self._save(side, self._found(side, left))

    def _found(self, side: Side, words: Words) -> tuple[Person, ...]:
        """The people these words name; a search for an address also brings people who hide theirs,
        of whom it says nothing."""
        found = self._adapters[side].people(
            keys=words.keys,
            emails=words.emails,
            logins=words.logins,
            accounts=words.accounts,
            column=self.people.servicenow_field if side is Side.SERVICENOW else "",
        )
        meant = {*words.keys, *words.logins, *self._known(side)}
        return tuple(p for p in found if p.email or p.account or meant & {p.key, p.login})

    def _may_ask(self, side: Side, what: str, now: datetime) -> bool:
        last = self._asked.get((side, what))
        if last is not None and now - last < RETRY_UNKNOWN:
            return False
        self._asked[(side, what)] = now
        return True

    def _known(self, side: Side) -> dict[str, PersonRow]:
        if side not in self._rows:
            fleeting = side is Side.SERVICENOW and self.people.servicenow_field
            rows = () if fleeting else self._store.directory.people(side)
            self._rows[side] = {row.key: row for row in rows}
        return self._rows[side]

    def _save(self, side: Side, people: Iterable[Person]) -> None:
        rows = [
            PersonRow(side, p.key, p.name, p.email, p.active, p.login, p.account) for p in people
        ]
        self._store.directory.save_people(rows)
        self._known(side).update({row.key: row for row in rows})
        self._acquaintance = None
