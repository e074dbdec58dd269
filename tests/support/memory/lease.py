"""Leases in memory. There is one process, so that nobody who holds one can be dead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sync.errors import LeaseHeld, LeaseLost
from sync.store.lease import Leases
from sync.store.values import Lease
from tests.support.memory.kept import stamp, words
from tests.support.memory.tables import Held, Tables


class MemoryLeases(Leases):
    """All leases, by name; the database's clock is the store's."""

    def __init__(self, tables: Tables, clock: Callable[[], datetime]) -> None:
        self._tables = tables
        self._clock = clock

    def take(self, name: str, holder: str, ttl: float) -> Lease:
        """Become the holder for ``ttl`` seconds, or raise ``LeaseHeld``."""
        now = stamp(self._clock())
        with self._tables.write(fenced=False):
            known = self._tables.leases.get(name)
            if known is not None and _holds(known, now):
                raise LeaseHeld(known.holder, known.since)
            epoch = 1 if known is None else known.epoch + 1
            held = Held(words(holder), epoch, now, now + timedelta(seconds=ttl))
            self._tables.leases.put(name, held)
        return Lease(name, holder, epoch, ttl)

    def renew(self, lease: Lease) -> None:
        """Hold on for another ``ttl`` seconds; ``LeaseLost`` when somebody else holds it."""
        with self._tables.write(fenced=False):
            expires = stamp(self._clock()) + timedelta(seconds=lease.ttl)
            self._tables.leases.put(lease.name, replace(self._ours(lease), expires=expires))

    def release(self, lease: Lease) -> None:
        """Give it back; no harm where it is lost already."""
        with self._tables.write(fenced=False):
            known = self._tables.leases.get(lease.name)
            if known is not None and known.epoch == lease.epoch:
                self._tables.leases.put(lease.name, replace(known, expires=None))

    def prove(self, lease: Lease) -> None:
        """Raise ``LeaseLost`` unless it is still ours."""
        with self._tables.write(fenced=False):
            self._ours(lease)

    def holder(self, name: str) -> tuple[str, datetime] | None:
        """Who holds a lease and since when."""
        with self._tables.lock:
            known = self._tables.leases.get(name)
        if known is None or not _holds(known, stamp(self._clock())):
            return None
        return known.holder, known.since

    def _ours(self, lease: Lease) -> Held:
        known = self._tables.leases.get(lease.name)
        if known is None or known.epoch != lease.epoch or known.expires is None:
            heir = f"{known.holder} holds it" if known and known.expires else "it was given back"
            raise LeaseLost(f"the lock {lease.name} is no longer ours: {heir}")
        return known


def _holds(held: Held, now: datetime) -> bool:
    return held.expires is not None and held.expires > now
