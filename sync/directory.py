"""Look-ups that relations need: people across sides, twins across sides, status categories.

People are matched by exact e-mail, never by name and never by "the first hit": nobody or several
active persons with one address is a reason to ask, not to guess. What was found is kept in the
store, so that a pass with nothing new asks for nobody; only who could not be matched is asked for
again, now and then, because somebody may have corrected an e-mail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from connector.base import Adapter
from connector.values import Fields, Person
from mappings.sides import Side
from mappings.values import Unmappable
from sync.core.model import LinkState, PersonRow
from sync.store import Store

RETRY_UNKNOWN = timedelta(minutes=10)
"""How long a person nobody could match is not asked for again."""


class Directory:
    """Implements :class:`mappings.values.Lookup` over the store and both adapters."""

    def __init__(self, store: Store, adapters: Mapping[Side, Adapter]) -> None:
        self._store = store
        self._adapters = adapters
        self._people: dict[Side, dict[str, PersonRow]] = {}
        self._categories: dict[str, str] = {}
        self._asked: dict[tuple[Side, str], datetime] = {}

    def twin(self, side: Side, key: str, table: str = "") -> str | None:
        """The key of the record that is linked with this one; with a ``table`` only in a link that
        has not ended and whose ServiceNow record is of that table."""
        link = self._store.links.by_keys(side, [key]).get(key)
        if link is None:
            return None
        living = link.state is not LinkState.ENDED and link.servicenow.container == table
        return link.end(side.other).key if living or not table else None

    def category(self, status: str) -> str | None:
        """The category of a Jira status, once a record in it was read."""
        return self._categories.get(status)

    def name(self, side: Side, key: str) -> str:
        """What people call a person."""
        row = self._known(side).get(key)
        return row.name if row else key

    def person(self, side: Side, key: str) -> str | Unmappable:
        """The same person's key on the other side."""
        row = self._known(side).get(key)
        if row is None or not row.email:
            return _unmappable(side, key if row is None else row.name, "has no known e-mail")
        hits = [
            other
            for other in self._known(side.other).values()
            if other.active and other.email.casefold() == row.email.casefold()
        ]
        if len(hits) == 1:
            return hits[0].key
        found = "nobody active" if not hits else f"{len(hits)} active persons"
        return _unmappable(side, row.name, f"is {found} with {row.email} on the other side")

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
        for side, wanted in keys.items():
            fresh = [key for key in self._unmatched(side, wanted) if self._may_ask(side, key, now)]
            if fresh:
                self._save(side, self._adapters[side].people(keys=fresh))
        for side in Side:
            emails = self._unmatched_emails(side, keys.get(side.other, ()), now)
            if emails:
                wanted = {email.casefold() for email in emails}
                held = [key for key, row in self._known(side).items() if _folded(row) in wanted]
                self._save(side, self._adapters[side].people(keys=held, emails=emails))

    def meet(self, side: Side, keys: Collection[str], now: datetime) -> None:
        """Fetch whoever is mentioned by a key without a known name, in bulk and once."""
        unknown = [key for key in sorted(keys) if key not in self._known(side)]
        fresh = [key for key in unknown if self._may_ask(side, key, now)]
        if fresh:
            self._save(side, self._adapters[side].people(keys=fresh))

    def ask_anew(self) -> None:
        """Forget whom we asked for lately: a person says that something has changed."""
        self._asked.clear()

    def _unmatched(self, side: Side, wanted: Collection[str]) -> list[str]:
        return [key for key in sorted(wanted) if isinstance(self.person(side, key), Unmappable)]

    def _unmatched_emails(self, side: Side, others: Collection[str], now: datetime) -> list[str]:
        known = self._known(side.other)
        rows = [known[key] for key in self._unmatched(side.other, others) if key in known]
        emails = dict.fromkeys(row.email for row in rows if row.email)
        return [email for email in emails if self._may_ask(side, email.casefold(), now)]

    def _may_ask(self, side: Side, what: str, now: datetime) -> bool:
        last = self._asked.get((side, what))
        if last is not None and now - last < RETRY_UNKNOWN:
            return False
        self._asked[(side, what)] = now
        return True

    def _known(self, side: Side) -> dict[str, PersonRow]:
        if side not in self._people:
            self._people[side] = {row.key: row for row in self._store.directory.people(side)}
        return self._people[side]

    def _save(self, side: Side, people: Iterable[Person]) -> None:
        rows = [PersonRow(side, p.key, p.name, p.email, p.active, p.login) for p in people]
        self._store.directory.save_people(rows)
        self._known(side).update({row.key: row for row in rows})


def _folded(row: PersonRow) -> str:
    return row.email.casefold()


def _unmappable(side: Side, who: str, why: str) -> Unmappable:
    return Unmappable(
        f"the {side} person {who} {why}",
        "Give the person the same e-mail on both sides (`tandem people` lists all), then retry.",
    )
