"""The door to the store in memory; see :mod:`sync.store.facade` for what it promises."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from time import monotonic

from sync.store.facade import Store
from sync.store.schema import SHIPPED, Migrations
from sync.store.values import Lease
from tests.support.memory.absences import MemoryAbsences
from tests.support.memory.comments import MemoryComments
from tests.support.memory.directory import MemoryDirectory
from tests.support.memory.files import MemoryFiles
from tests.support.memory.inbox import MemoryInbox
from tests.support.memory.insight import MemoryFacts
from tests.support.memory.intents import MemoryIntents
from tests.support.memory.lease import MemoryLeases
from tests.support.memory.ledger import MemoryLedger
from tests.support.memory.links import MemoryLinks
from tests.support.memory.maintenance import MemoryMaintenance
from tests.support.memory.pairs import MemoryMeta, MemoryPairs
from tests.support.memory.patches import MemoryPatches
from tests.support.memory.steps import Steps
from tests.support.memory.tables import PLACE, Copy, Tables


def _nothing() -> None:
    """Nobody wants to know of a commit."""


class MemoryStore(Store):
    """Everything the engine remembers, as long as this object lives.

    ``committing`` is called right before each outermost write transaction commits, be it one of
    :meth:`transaction` or a single call's; what it raises undoes the transaction.
    """

    def __init__(
        self, *, clock: Callable[[], datetime], committing: Callable[[], object] = _nothing
    ) -> None:
        self._steps = Steps(committing)
        self._tables = tables = Tables(self._steps)
        self._held: dict[str, tuple[Lease, float]] = {}
        self.links = MemoryLinks(tables)
        self.inbox = MemoryInbox(tables, clock)
        self.intents = MemoryIntents(tables)
        self.patches = MemoryPatches(tables)
        self.comments = MemoryComments(tables)
        self.files = MemoryFiles(tables)
        self.absences = MemoryAbsences(tables)
        self.ledger = MemoryLedger(tables, clock)
        self.directory = MemoryDirectory(tables)
        self.insight = MemoryFacts(tables)
        self.pairs = MemoryPairs(tables)
        self.meta = MemoryMeta(tables)
        self.lease = MemoryLeases(tables, clock)
        self.maintenance = MemoryMaintenance(tables)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        clock: Callable[[], datetime],
        upgrade: bool = True,
        migrations: Migrations = SHIPPED,
    ) -> MemoryStore:
        """A new, empty store, whatever the place."""
        del url, upgrade, migrations
        return cls(clock=clock)

    @property
    def where(self) -> str:
        """The store's place, for messages."""
        return PLACE

    def transaction(self) -> AbstractContextManager[object]:
        """One all-or-nothing step of this thread; an inner one joins the outer."""
        return self._steps.write()

    def fence(self, lease: Lease) -> None:
        """From now on every write first proves that the lease is ours."""
        self._held[lease.name] = (lease, monotonic())
        self._steps.fences[lease.name] = lambda: self.lease.prove(lease)

    def unfence(self, lease: Lease) -> None:
        """Write without this proof again."""
        self._held.pop(lease.name, None)
        self._steps.fences.pop(lease.name, None)

    def close(self) -> None:
        """Nothing to give back."""

    def copy(self) -> Copy:
        """All that the store holds now. Cheap: rows are shared, because none ever changes."""
        return self._tables.copy()

    def restore(self, copy: Copy) -> None:
        """Put an older state in the place of this one, numbers of rows included."""
        self._tables.restore(copy)
