"""A PostgreSQL server for tests: the one named from outside, or one of our own for the session.

In this order: the DSN in ``TANDEM_TEST_POSTGRES``; the server of the distribution, run as the user
``postgres`` when we are root; the PyPI package ``pgserver``; else the tests are skipped and say so.
Each test works in a schema of its own, or in one that it empties first: making the tables takes ten
times as long as most of what is done with them.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, make_url, text

from sync.store import Store
from sync.store.database import Database
from sync.store.tables import METADATA

SETTING = "TANDEM_TEST_POSTGRES"


class NoServer(Exception):
    """There is no PostgreSQL here, for this reason."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server, one for the whole session."""
    try:
        with _server() as url:
            yield url
    except NoServer as error:
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty schema."""
    with fresh_schema(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_kept(postgres_server: str) -> Iterator[str]:
    """The URL of a schema with our tables. It outlives the test, so :func:`empty` it first."""
    with fresh_schema(postgres_server) as url:
        Store.open(url, clock=lambda: datetime.now(UTC)).close()
        yield url


def empty(database: Database) -> None:
    """Take every row away and count from one again."""
    counters = "SELECT setval(quote_ident(sequencename), 1, false) FROM pg_sequences"
    with database.write() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(delete(table))
        connection.exec_driver_sql(f"{counters} WHERE schemaname = current_schema()")


@contextmanager
def fresh_schema(server: str) -> Iterator[str]:
    """A schema that lives as long as the test."""
    name = f"tandem_{uuid.uuid4().hex[:12]}"
    parsed = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        wished = parsed.update_query_dict({"options": f"-c search_path={name}"})
        yield wished.render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        engine.dispose()


@contextmanager
def _server() -> Iterator[str]:
    if given := os.environ.get(SETTING):
        yield given
        return
    binaries = _binaries()
    if binaries is not None:
        with _own_server(binaries) as url:
            yield url
        return
    if importlib.util.find_spec("pgserver") is None:
        raise NoServer(f"{SETTING} is not set, and neither postgresql nor pgserver is installed")
    with _packaged_server() as url:
        yield url


def _binaries() -> Path | None:
    versions = Path("/usr/lib/postgresql")
    found = [path for path in versions.glob("*/bin") if (path / "initdb").exists()]
    return max(found, key=lambda path: float(path.parent.name), default=None)


@contextmanager
def _own_server(binaries: Path) -> Iterator[str]:
    place = Path(tempfile.mkdtemp(prefix="tandem-pg-"))
    data = place / "data"
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    # No TCP: a socket in a folder of its own can collide with nobody's port.
    options = f"-k {place} -c fsync=off -c listen_addresses=''"
    _run(f"{binaries}/initdb -A trust --no-sync -U postgres -D {data}")
    _run(f'{binaries}/pg_ctl -w -D {data} -l {place}/log -o "{options}" start')
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={place}"
    finally:
        _run(f"{binaries}/pg_ctl -w -D {data} -m immediate stop")
        shutil.rmtree(place, ignore_errors=True)


def _run(command: str) -> None:
    words = ["su", "postgres", "-c", command] if os.geteuid() == 0 else ["sh", "-c", command]
    # A file and not a pipe: the server keeps the output it inherits open.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(words, cwd="/", stdout=output, stderr=output, timeout=60, check=False)
        output.seek(0)
        if done.returncode:
            raise NoServer(output.read().decode(errors="replace").strip()[-300:])


@contextmanager
def _packaged_server() -> Iterator[str]:
    import pgserver

    place = tempfile.mkdtemp(prefix="tandem-pg-")
    server = pgserver.get_server(place, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
