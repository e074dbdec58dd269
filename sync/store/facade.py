"""The store as the rest of the program sees it: one object, one attribute for each repository.

::

    store = Store.open("sqlite:///tandem.db", clock=clock)
    with store.transaction():            # all or nothing, this thread
        store.links.save(link)
        store.links.set_bases(link.id, bases)
        store.ledger.record(rows)

Outside :meth:`Store.transaction` every call is a transaction of its own. The store is safe to use
from several threads; a transaction belongs to the thread that began it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from time import monotonic
from types import TracebackType

from sync.store.absences import Absences
from sync.store.comments import Comments
from sync.store.database import Database
from sync.store.directory import Directory
from sync.store.files import Files
from sync.store.inbox import Inbox
from sync.store.insight import Facts
from sync.store.intents import Intents
from sync.store.lease import Leases
from sync.store.ledger import Ledger
from sync.store.links import Links
from sync.store.maintenance import Maintenance
from sync.store.pairs import Meta, Pairs
from sync.store.patches import Patches
from sync.store.schema import SHIPPED, Migrations
from sync.store.values import Lease

ENSURE_SECONDS = 5.0
"""How old a renewal may be when a request is sent: a lease of a minute then outlasts it."""


class Store:
    """Everything the engine remembers. Build it with :meth:`open`."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime], migrations: Migrations = SHIPPED
    ) -> None:
        self._database = database
        self._held: dict[str, tuple[Lease, float]] = {}
        self.links = Links(database)
        self.inbox = Inbox(database, clock)
        self.intents = Intents(database)
        self.patches = Patches(database)
        self.comments = Comments(database)
        self.files = Files(database)
        self.absences = Absences(database)
        self.ledger = Ledger(database, clock)
        self.directory = Directory(database)
        self.insight = Facts(database)
        self.pairs = Pairs(database)
        self.meta = Meta(database)
        self.lease = Leases(database)
        self.maintenance = Maintenance(database, clock, migrations)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        clock: Callable[[], datetime],
        upgrade: bool = True,
        migrations: Migrations = SHIPPED,
    ) -> Store:
        """Open the store, creating or upgrading its schema.

        With ``upgrade=False`` a missing or older schema is refused instead. Raises
        :class:`~sync.errors.StoreUnusable` with what, where and the next step.
        """
        database = Database.open(url, create=upgrade)
        store = cls(database, clock=clock, migrations=migrations)
        try:
            store.maintenance.prepare(upgrade=upgrade)
        except BaseException:
            database.close()
            raise
        return store

    @property
    def where(self) -> str:
        """The store's place without secrets, for messages."""
        return self._database.where

    def transaction(self) -> AbstractContextManager[object]:
        """One durable all-or-nothing step of this thread; an inner one joins the outer."""
        return self._database.write()

    def ensure(self) -> None:
        """Make sure that our leases last longer than a request may take; before every remote write.

        A process that was stopped and wakes up late finds out here that somebody else works now:
        no remote system would tell it. Raises :class:`~sync.errors.LeaseLost`.
        """
        for lease, renewed in list(self._held.values()):
            if monotonic() - renewed > min(ENSURE_SECONDS, lease.ttl / 8):
                self.lease.renew(lease)
                self._held[lease.name] = (lease, monotonic())

    def fence(self, lease: Lease) -> None:
        """From now on every write first proves, in its own transaction, that the lease is ours.

        A write after somebody took the lease over raises :class:`~sync.errors.LeaseLost` and
        leaves nothing behind.
        """
        self._held[lease.name] = (lease, monotonic())
        self._database.fence(lease.name, lambda: self.lease.prove(lease))

    def unfence(self, lease: Lease) -> None:
        """Write without this proof again, once the lease is given back."""
        self._held.pop(lease.name, None)
        self._database.unfence(lease.name)

    def close(self) -> None:
        """Give all connections back."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
