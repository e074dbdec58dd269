"""Leases: one holder, replaced when its time is over or its process is dead, fenced afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from sync.errors import LeaseHeld, LeaseLost
from sync.store import Lease, Store
from sync.store.database import Database
from sync.store.process import certainly_dead, describe, this_process
from sync.store.tables import LEASE
from tests.unit.store.conftest import HandClock

ROOT = Path(__file__).parents[3]
HOLD = """
import sys, time
from datetime import UTC, datetime
from sync.store import Store

store = Store.open(sys.argv[1], clock=lambda: datetime.now(UTC))
store.lease.take("main", "the other one", 600)
sys.stdout.write("taken\\n")
sys.stdout.flush()
time.sleep(600)
"""


@pytest.fixture
def two(shared_url: str, opened: Callable[[str], Store]) -> tuple[Store, Store]:
    """Two processes' stores on one database."""
    return opened(shared_url), opened(shared_url)


def test_a_lease_has_one_holder(two: tuple[Store, Store]) -> None:
    one, other = two
    lease = one.lease.take("main", "tandem run on here", 60)
    assert lease.epoch == 1
    with pytest.raises(LeaseHeld) as error:
        other.lease.take("main", "me", 60)
    assert error.value.exit_code == 4
    assert error.value.who == "tandem run on here"
    assert abs(error.value.since - datetime.now(UTC)) < timedelta(seconds=30)
    assert "tandem run on here" in str(error.value)
    assert other.lease.holder("main") == (error.value.who, error.value.since)


def test_leases_of_other_names_are_free(two: tuple[Store, Store]) -> None:
    two[0].lease.take("main", "a", 60)
    assert two[1].lease.take("pair/x", "b", 60).epoch == 1


def test_a_lease_given_back_is_free_at_once_with_a_new_epoch(two: tuple[Store, Store]) -> None:
    lease = two[0].lease.take("main", "a", 60)
    two[0].lease.release(lease)
    assert two[1].lease.holder("main") is None
    assert two[1].lease.take("main", "b", 60).epoch == 2


def test_a_lease_runs_out_on_the_databases_clock(
    two: tuple[Store, Store], clock: HandClock
) -> None:
    old = two[0].lease.take("main", "a", 0.2)
    clock.move(3600)
    with pytest.raises(LeaseHeld):
        two[1].lease.take("main", "b", 60)
    time.sleep(0.3)
    assert two[1].lease.holder("main") is None
    new = two[1].lease.take("main", "b", 60)
    assert new.epoch == old.epoch + 1


def test_renewing_keeps_it(two: tuple[Store, Store]) -> None:
    lease = two[0].lease.take("main", "a", 0.5)
    for _ in range(4):
        time.sleep(0.2)
        two[0].lease.renew(lease)
    with pytest.raises(LeaseHeld):
        two[1].lease.take("main", "b", 60)


def test_one_that_ran_out_unnoticed_can_be_renewed(two: tuple[Store, Store]) -> None:
    lease = two[0].lease.take("main", "a", 0.05)
    time.sleep(0.1)
    two[0].lease.renew(lease)


def test_the_former_holder_learns_that_it_lost(two: tuple[Store, Store]) -> None:
    one, other = two
    old = one.lease.take("main", "a", 0.05)
    time.sleep(0.1)
    new = other.lease.take("main", "b", 60)
    for use in (one.lease.renew, one.lease.prove):
        with pytest.raises(LeaseLost, match="b holds it"):
            use(old)
    one.lease.release(old)
    other.lease.prove(new)


def test_a_fenced_store_refuses_to_write_after_a_take_over(two: tuple[Store, Store]) -> None:
    one, other = two
    old = one.lease.take("main", "a", 0.05)
    one.fence(old)
    one.meta.put("a", "1")
    time.sleep(0.1)
    new = other.lease.take("main", "b", 60)
    other.fence(new)
    with pytest.raises(LeaseLost):
        one.meta.put("a", "2")
    with pytest.raises(LeaseLost), one.transaction():
        pytest.fail("nothing may be done in here")
    assert other.meta.get("a") == "1"
    assert one.meta.get("a") == "1"
    other.meta.put("a", "3")
    one.unfence(old)
    one.meta.put("a", "4")
    assert other.meta.get("a") == "4"


def test_of_many_that_ask_at_once_one_gets_it(
    shared_url: str, opened: Callable[[str], Store]
) -> None:
    stores = [opened(shared_url) for _ in range(5)]

    def ask(store: Store) -> Lease | None:
        try:
            return store.lease.take("main", "somebody", 60)
        except LeaseHeld:
            return None

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(ask, stores))
    assert sum(answer is not None for answer in answers) == 1


@pytest.fixture
def holding(shared_url: str) -> subprocess.Popen[str]:
    """A process that holds the lease."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, shared_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "taken\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_living_process_keeps_it_and_a_killed_one_is_replaced_at_once(
    holding: subprocess.Popen[str], shared_url: str, opened: Callable[[str], Store]
) -> None:
    store = opened(shared_url)
    with pytest.raises(LeaseHeld, match="the other one"):
        store.lease.take("main", "me", 60)
    holding.send_signal(signal.SIGSTOP)
    with pytest.raises(LeaseHeld):
        store.lease.take("main", "me", 60)
    # Not waited for yet: a process that nobody collected is as dead.
    holding.kill()
    deadline = time.monotonic() + 20
    while store.lease.holder("main") is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert store.lease.take("main", "me", 60).epoch == 2


def test_a_number_given_out_again_is_another_process(
    shared_url: str, opened: Callable[[str], Store]
) -> None:
    store, database = opened(shared_url), Database.open(shared_url)
    store.lease.take("main", "a", 600)
    place, number, started = this_process().split(" ")
    with database.write() as connection:
        earlier = f"{place} {number} {int(started) - 1}"
        connection.execute(update(LEASE).values(process=earlier))
    database.close()
    assert store.lease.take("main", "b", 60).epoch == 2


def test_only_what_ran_here_can_be_called_dead() -> None:
    place, number, started = this_process().split(" ")
    assert not certainly_dead(this_process())
    assert not certainly_dead(f"elsewhere {number} 1")
    assert not certainly_dead(f"{place} {number} -")
    assert not certainly_dead(f"{place} {os.getppid()} -")
    assert not certainly_dead("")
    assert certainly_dead(f"{place} {number} 1{started}")


def test_a_process_is_described_with_its_machine_and_number() -> None:
    words = describe("tandem run")
    assert words.startswith("tandem run on ")
    assert str(os.getpid()) in words
