"""Transactions: all or nothing, joined by whoever is called inside, one thread's own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mappings.sides import Side
from sync.errors import StoreUnusable
from sync.store import Store
from sync.store.database import Database
from tests.support.links import a_link
from tests.unit.store.conftest import HandClock


class Crash(Exception):
    """Something went wrong in the middle."""


def fail_after(*steps: Callable[[], object]) -> None:
    for step in steps:
        step()
    raise Crash


def test_a_crash_undoes_everything(store: Store) -> None:
    with pytest.raises(Crash), store.transaction():
        fail_after(lambda: store.meta.put("a", "1"), lambda: store.links.add(a_link()))
    assert store.meta.get("a") is None
    assert store.links.count("incident-story") == 0


def test_an_inner_transaction_joins_the_outer_one(store: Store) -> None:
    def inner() -> None:
        with store.transaction():
            store.meta.put("inner", "1")

    with pytest.raises(Crash), store.transaction():
        fail_after(inner)
    assert store.meta.get("inner") is None


def test_a_transaction_sees_its_own_writes(store: Store) -> None:
    with store.transaction():
        store.meta.put("a", "1")
        assert store.meta.get("a") == "1"
    assert store.meta.get("a") == "1"


def test_the_store_works_on_after_a_crash(store: Store) -> None:
    for _ in range(3):
        with pytest.raises(Crash), store.transaction():
            fail_after(lambda: store.meta.put("a", "1"))
    store.meta.put("a", "2")
    assert store.meta.get("a") == "2"


def test_nobody_sees_a_transaction_before_its_end(
    shared_url: str, opened: Callable[[str], Store]
) -> None:
    writer, reader = opened(shared_url), opened(shared_url)
    with writer.transaction():
        writer.meta.put("a", "1")
        assert reader.meta.get("a") is None
    assert reader.meta.get("a") == "1"


def test_threads_of_one_store_do_not_share_a_transaction(
    shared_url: str, opened: Callable[[str], Store]
) -> None:
    store = opened(shared_url)
    with ThreadPoolExecutor(1) as other, store.transaction():
        store.meta.put("a", "1")
        assert other.submit(store.meta.get, "a").result(timeout=20) is None
    assert store.meta.get("a") == "1"


def test_threads_do_not_lose_each_others_work(store: Store) -> None:
    def count_up() -> None:
        for _ in range(10):
            with store.transaction():
                # Locks the row on PostgreSQL; on SQLite the transaction has its turn already.
                store.meta.put("turn", threading.current_thread().name)
                store.meta.put("count", str(int(store.meta.get("count") or 0) + 1))

    with ThreadPoolExecutor(6) as pool:
        for work in [pool.submit(count_up) for _ in range(6)]:
            work.result(timeout=60)
    assert store.meta.get("count") == "60"


def test_threads_that_touch_the_same_rows_in_any_order_do_not_stop_each_other(
    store: Store,
) -> None:
    keys = [str(number) for number in range(40)]

    def nudge(number: int) -> None:
        store.inbox.nudge(Side.JIRA, "OPS", keys[number:] + keys[:number], "changed")

    with ThreadPoolExecutor(8) as pool:
        for work in [pool.submit(nudge, number) for number in range(0, 40, 2)]:
            work.result(timeout=60)
    assert store.inbox.count() == 40


def test_pages_of_links_leave_room_for_writes(store: Store) -> None:
    for number in range(3):
        store.links.add(a_link(number))
    for link in store.links.of_pair("incident-story"):
        store.links.decorated([link.id])
    assert store.links.undecorated(10) == ()


def test_a_database_that_stays_locked_is_told_as_such(tmp_path: Path, clock: HandClock) -> None:
    file = tmp_path / "tandem.db"
    with Store.open(f"sqlite:///{file}?timeout=0.1", clock=clock) as store:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnusable, match=r"locked\. Another process") as error:
            store.meta.put("a", "1")
        other.close()
        assert error.value.where == str(file)
        store.meta.put("a", "2")
        assert store.meta.get("a") == "2"


def test_sqlite_is_set_to_survive_a_power_loss(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'tandem.db'}")
    with database.read() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_postgresql_is_set_to_survive_a_power_loss(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    with database.read() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
        assert connection.exec_driver_sql("SHOW timezone").scalar_one() == "UTC"
    database.close()


def test_a_lost_connection_is_told_and_the_next_call_works(
    postgres_url: str, opened: Callable[[str], Store]
) -> None:
    store, other = opened(postgres_url), Database.open(postgres_url)

    def cut() -> None:
        with other.write() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'tandem' AND pid <> pg_backend_pid()"
            )

    def write_through_the_cut() -> None:
        with store.transaction():
            store.meta.put("a", "1")
            cut()
            store.meta.put("b", "1")

    with pytest.raises(StoreUnusable, match="terminat"):
        write_through_the_cut()
    other.close()
    assert store.meta.get("a") is None
    store.meta.put("a", "2")
    assert store.meta.get("a") == "2"
