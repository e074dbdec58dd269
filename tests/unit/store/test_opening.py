"""A store that cannot be used says what is wrong, where, and what to do."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from sync.errors import StoreUnusable
from sync.store import Store
from sync.store.database import Database
from sync.store.opening import MAGIC
from tests.unit.store.conftest import HandClock


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tandem.db"


def refusal(url: str | Path, clock: HandClock, *, upgrade: bool = True) -> StoreUnusable:
    text = f"sqlite:///{url}" if isinstance(url, Path) else url
    with pytest.raises(StoreUnusable) as error:
        Store.open(text, clock=clock, upgrade=upgrade)
    assert len(error.value.problems) == 1
    assert error.value.exit_code == 2
    assert error.value.where in error.value.problems[0]
    assert error.value.remedy.endswith(".")
    return error.value


def made(file: Path, clock: HandClock) -> Path:
    Store.open(f"sqlite:///{file}", clock=clock).close()
    return file


def test_a_new_file_belongs_to_its_owner_alone(file: Path, clock: HandClock) -> None:
    with Store.open(f"sqlite:///{file}", clock=clock) as store:
        store.meta.put("a", "1")
        for path in file.parent.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert store.where == str(file)


def test_what_was_stored_is_there_again(file: Path, clock: HandClock) -> None:
    with Store.open(f"sqlite:///{file}", clock=clock) as store:
        store.meta.put("a", "1")
    with Store.open(f"sqlite:///{file}", clock=clock, upgrade=False) as store:
        assert store.meta.get("a") == "1"


def test_a_file_in_the_working_directory(
    file: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    Store.open(f"sqlite:///{file.name}", clock=clock).close()
    assert file.exists()


def test_a_missing_directory(tmp_path: Path, clock: HandClock) -> None:
    error = refusal(tmp_path / "no" / "tandem.db", clock)
    assert "does not exist" in error.what
    assert f"mkdir -p {tmp_path / 'no'}" in error.remedy
    assert not (tmp_path / "no").exists()


def test_a_directory_in_place_of_the_file(tmp_path: Path, clock: HandClock) -> None:
    assert "directory" in refusal(tmp_path, clock).what


def test_a_read_only_file_even_for_an_administrator(file: Path, clock: HandClock) -> None:
    made(file, clock).chmod(0o444)
    error = refusal(file, clock)
    assert "read-only" in error.what
    assert f"chmod u+w {file}" in error.remedy


def test_a_read_only_directory(file: Path, clock: HandClock) -> None:
    made(file, clock).parent.chmod(0o555)
    try:
        assert "read-only" in refusal(file, clock).what
    finally:
        file.parent.chmod(0o755)


def test_a_file_that_is_something_else(file: Path, clock: HandClock) -> None:
    file.write_text("pair: incident-story\n")
    assert "not a SQLite database" in refusal(file, clock).what
    assert file.read_text() == "pair: incident-story\n"


def test_a_damaged_file(file: Path, clock: HandClock) -> None:
    file.write_bytes(MAGIC + b"\xff" * 5000)
    error = refusal(file, clock)
    assert "backup" in error.remedy


def test_a_truncated_file(file: Path, clock: HandClock) -> None:
    whole = made(file, clock).read_bytes()
    file.write_bytes(whole[: len(whole) // 3])
    assert "malformed" in refusal(file, clock).what


def test_an_empty_file_becomes_a_store(file: Path, clock: HandClock) -> None:
    file.touch()
    with Store.open(f"sqlite:///{file}", clock=clock) as store:
        assert store.maintenance.schema_version()


def test_somebody_elses_database_is_left_alone(file: Path, clock: HandClock) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE invoice (id INTEGER)")
    assert "not Tandem's (invoice)" in refusal(file, clock).what
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("invoice",)]


def test_a_newer_schema(shared_url: str, clock: HandClock) -> None:
    Store.open(shared_url, clock=clock).close()
    database = Database.open(shared_url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE tandem_schema SET version_num = '9999'")
    for upgrade in (True, False):
        error = refusal(shared_url, clock, upgrade=upgrade)
        assert "schema 9999 is newer" in error.what
        assert "newer program" in error.remedy
    database.close()


def test_without_leave_to_upgrade_nothing_is_made(file: Path, clock: HandClock) -> None:
    assert "tandem db upgrade" in refusal(file, clock, upgrade=False).remedy
    assert not file.exists()
    file.touch()
    assert "tandem db upgrade" in refusal(file, clock, upgrade=False).remedy
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == []


@pytest.mark.parametrize(
    "url", ["", "tandem.db", "postgresql://me:hush@host:port/db", "mysql://me:hush@host/db"]
)
def test_a_url_that_is_none_of_ours(url: str, clock: HandClock) -> None:
    error = refusal(url, clock)
    assert error.where == "TANDEM_STORE__URL"
    assert "postgresql://" in error.remedy
    assert "hush" not in str(error)


def test_no_server_behind_the_url(clock: HandClock) -> None:
    error = refusal("postgresql://me:hush@127.0.0.1:1/tandem", clock)
    assert "server runs" in error.remedy
    assert "hush" not in str(error)
    assert error.where == "postgresql+psycopg://me:***@127.0.0.1:1/tandem"


def test_a_database_that_the_server_does_not_have(postgres_server: str, clock: HandClock) -> None:
    nowhere = make_url(postgres_server).set(database="tandem_nowhere")
    error = refusal(nowhere.render_as_string(hide_password=False), clock)
    assert "does not exist" in error.what
    assert "createdb" in error.remedy
