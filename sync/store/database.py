"""Connections and transactions, for SQLite and PostgreSQL alike.

A transaction belongs to one thread. :meth:`Database.write` is re-entrant: whoever calls it inside
another one joins it, so that a repository never needs to know whether it is part of something
larger. A write begins with ``BEGIN IMMEDIATE`` on SQLite: it waits for its turn at the start and
can then no longer fail for being late. Writers of one process queue on a lock of ours, which is
fair and does not poll; other processes are waited for with the busy timeout.

What breaks underneath (disk full, lock never free, connection lost) becomes
:class:`~sync.errors.StoreUnusable`. After one that struck at the commit the outcome is unknown: the
next start reads what is there.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from sync.errors import BrokenInvariant, StoreUnusable
from sync.store.opening import check_file, is_memory, parse, remedy_of

BUSY_SECONDS = 20
"""How long another process' write is waited for before the store counts as locked."""

_QUIET: dict[str, Any] = {"hide_parameters": True}
"""People's texts are among the parameters: they have no place in messages and logs."""

_OPTIONS = (
    "-c synchronous_commit=on -c timezone=UTC"
    # A process that is stopped inside a transaction would keep its heir waiting for its locks.
    " -c idle_in_transaction_session_timeout=15000"
)

WRITES = {"tandem_begin": "BEGIN IMMEDIATE"}
"""Execution option read when a SQLite transaction begins; reads take the plain ``BEGIN``."""


class _Local(threading.local):
    """What this thread is in the middle of."""

    connection: Connection | None = None


class Database:
    """One database: its engine, its transactions and the fences every write has to pass."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.where = place_of(engine.url)
        self._local = _Local()
        self._fences: dict[str, Callable[[], None]] = {}
        lock = threading.RLock()
        idle: AbstractContextManager[object] = nullcontext()
        self._write_lock = lock if self.is_sqlite else idle
        # The connection in memory is one for all threads: reads have to queue, too.
        self._read_lock = lock if is_memory(engine.url) else idle

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Database:
        """Connect, or say why it cannot be done. A new SQLite file is only made with ``create``."""
        parsed = parse(url)
        if parsed.get_backend_name() == "sqlite":
            if not is_memory(parsed):
                check_file(parsed, create=create)
            database = cls(_sqlite_engine(parsed))
        else:
            database = cls(_postgres_engine(parsed))
        try:
            with database.read():
                return database
        except BaseException:
            database.close()
            raise

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is inside a transaction."""
        return self._local.connection is not None

    @contextmanager
    def write(self, *, fenced: bool = True) -> Iterator[Connection]:
        """A durable transaction of this thread, or the one it is already in."""
        if (joined := self._local.connection) is not None:
            yield joined
            return
        with self._write_lock, self._begun(WRITES) as connection:
            for prove in tuple(self._fences.values()) if fenced else ():
                prove()
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent look, or the transaction this thread is in."""
        if (joined := self._local.connection) is not None:
            yield joined
            return
        with self._read_lock, self._begun({}) as connection:
            yield connection

    @contextmanager
    def _begun(self, options: dict[str, str]) -> Iterator[Connection]:
        with self._translated(), self.engine.connect() as connection:
            connection = connection.execution_options(**options)
            with connection.begin():
                self._local.connection = connection
                try:
                    yield connection
                finally:
                    self._local.connection = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise BrokenInvariant(f"store {self.where}: {error.orig}") from error
        except (OperationalError, InterfaceError) as error:
            raise self._unusable(error.orig) from error
        except DatabaseError as error:
            if type(error) is not DatabaseError:
                raise  # a wrong query: a bug of ours, with its full context
            raise self._unusable(error.orig) from error

    def _unusable(self, error: BaseException | None) -> StoreUnusable:
        words = " ".join(str(error).split()).rstrip(".")
        return StoreUnusable(words, where=self.where, remedy=remedy_of(words, self.is_sqlite))

    def fence(self, name: str, prove: Callable[[], None]) -> None:
        """Run ``prove`` at the start of every write from now on."""
        self._fences[name] = prove

    def unfence(self, name: str) -> None:
        """Take a fence away."""
        self._fences.pop(name, None)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def place_of(url: URL) -> str:
    """The database's place in words, without a password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "(memory)"
    return url.render_as_string(hide_password=True)


def _sqlite_engine(url: URL) -> Engine:
    arguments: dict[str, Any] = {"check_same_thread": False}
    if "timeout" not in url.query:
        arguments["timeout"] = BUSY_SECONDS
    if is_memory(url):
        engine = create_engine(url, connect_args=arguments, poolclass=StaticPool, **_QUIET)
    else:
        engine = create_engine(url, connect_args=arguments, max_overflow=-1, **_QUIET)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own idea of transactions would commit before DDL: we begin by hand instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    # FULL: with NORMAL a committed intent may be gone after a power loss, and a twin made twice.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Switch to the write-ahead log. SQLite does not wait for others at this one step, so that
    processes which meet at the very first start would fail: we wait for them."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("tandem_begin", "BEGIN"))


def _postgres_engine(url: URL) -> Engine:
    # Options of the URL (a search_path, say) hold; ours come last, because durability is not a
    # matter of taste.
    wished = url.query.get("options", "")
    arguments = {
        "options": f"{wished if isinstance(wished, str) else ' '.join(wished)} {_OPTIONS}".strip(),
        "connect_timeout": 10,
        "application_name": "tandem",
    }
    return create_engine(url, connect_args=arguments, max_overflow=-1, pool_pre_ping=True, **_QUIET)
