"""Leases: the exclusive, expiring right to work (I-21).

Expiry is judged by the database's clock alone. Every take-over raises the epoch, and a write can be
fenced with its lease (:meth:`sync.store.Store.fence`): a holder that was paused longer than its
lease finds its writes refused instead of mixed with its heir's.

A holder that was killed on this machine is replaced at once, so that a restart need not wait; of
any other only the end of its time is proof.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, RowMapping, Select, insert, select, text, update

from sync.errors import LeaseHeld, LeaseLost
from sync.store.database import Database
from sync.store.process import certainly_dead, this_process
from sync.store.tables import LEASE
from sync.store.values import Lease

_NOW_SQLITE = text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
_NOW_POSTGRES = text("SELECT clock_timestamp()")
_GUARD_NUMBER = 7_301_425
"""Advisory lock of PostgreSQL for the first take of a name, when there is no row to lock yet."""


class Leases:
    """All leases, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, holder: str, ttl: float) -> Lease:
        """Become the holder for ``ttl`` seconds, or raise ``LeaseHeld``."""
        with self._database.write(fenced=False) as connection:
            self._queue(connection)
            row = connection.execute(self._one(name)).mappings().one_or_none()
            now = self._now(connection)
            if row is not None and _holds(row, now):
                raise LeaseHeld(row["holder"], row["since"])
            epoch = 1 if row is None else row["epoch"] + 1
            values = {
                "name": name,
                "holder": holder,
                "process": this_process(),
                "epoch": epoch,
                "since": now,
                "expires": now + timedelta(seconds=ttl),
            }
            if row is None:
                connection.execute(insert(LEASE).values(**values))
            else:
                connection.execute(update(LEASE).where(LEASE.c.name == name).values(**values))
            return Lease(name, holder, epoch, ttl)

    def renew(self, lease: Lease) -> None:
        """Hold on for another ``ttl`` seconds; ``LeaseLost`` when somebody else holds it.

        One that ran out unnoticed by others is renewed: nobody worked in between.
        """
        with self._database.write(fenced=False) as connection:
            self._check(connection, lease)
            expires = self._now(connection) + timedelta(seconds=lease.ttl)
            statement = update(LEASE).where(LEASE.c.name == lease.name)
            connection.execute(statement.values(expires=expires))

    def release(self, lease: Lease) -> None:
        """Give it back; no harm where it is lost already."""
        with self._database.write(fenced=False) as connection:
            ours = (LEASE.c.name == lease.name) & (LEASE.c.epoch == lease.epoch)
            connection.execute(update(LEASE).where(ours).values(expires=None))

    def prove(self, lease: Lease) -> None:
        """Raise ``LeaseLost`` unless it is still ours; on PostgreSQL it stays so until commit."""
        with self._database.write(fenced=False) as connection:
            self._check(connection, lease, shared=True)

    def holder(self, name: str) -> tuple[str, datetime] | None:
        """Who holds a lease and since when; ``None`` when nobody does."""
        with self._database.read() as connection:
            row = connection.execute(select(LEASE).where(LEASE.c.name == name)).mappings().first()
            if row is None or not _holds(row, self._now(connection)):
                return None
            return row["holder"], row["since"]

    def _check(self, connection: Connection, lease: Lease, *, shared: bool = False) -> None:
        row = connection.execute(self._one(lease.name, shared)).mappings().one_or_none()
        if row is None or row["epoch"] != lease.epoch or row["expires"] is None:
            heir = f"{row['holder']} holds it" if row and row["expires"] else "it was given back"
            raise LeaseLost(f"the lock {lease.name} is no longer ours: {heir}")

    def _one(self, name: str, shared: bool = False) -> Select[tuple[object, ...]]:
        # The lock is for PostgreSQL: on SQLite a write transaction excludes every other one anyway.
        return select(LEASE).where(LEASE.c.name == name).with_for_update(read=shared)

    def _queue(self, connection: Connection) -> None:
        if not self._database.is_sqlite:
            statement = text("SELECT pg_advisory_xact_lock(:number)")
            connection.execute(statement, {"number": _GUARD_NUMBER})

    def _now(self, connection: Connection) -> datetime:
        if self._database.is_sqlite:
            stamp = connection.execute(_NOW_SQLITE).scalar_one()
            return datetime.fromisoformat(stamp).replace(tzinfo=UTC)
        now: datetime = connection.execute(_NOW_POSTGRES).scalar_one()
        return now.astimezone(UTC)


def _holds(row: RowMapping, now: datetime) -> bool:
    if row["expires"] is None or row["expires"] <= now:
        return False
    return not certainly_dead(row["process"])
