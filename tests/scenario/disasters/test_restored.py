"""Backups put back: of our store, of a system. Nothing is made twice, nothing rolled back."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.engine.resolve import retry
from sync.errors import UnsafePlan
from sync.store import Store
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company


def put_back(bench: Bench, backup: Path, place: Path) -> None:
    """Stop, replace the store's file with a backup, start."""
    bench.store.close()
    for old in place.parent.glob(f"{place.name}*"):
        old.unlink()
    place.write_bytes(backup.read_bytes())
    bench.store = Store.open(f"sqlite:///{place}", clock=bench.clock.now)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "tandem.db"


@pytest.mark.parametrize("days", [0.02, 1, 30])
def test_an_old_store_adopts_what_was_made_since(place: Path, tmp_path: Path, days: float) -> None:
    bench = Bench(store_url=f"sqlite:///{place}")
    company = Company(bench)
    old = company.incident("linked before the backup")
    bench.sync()
    bench.store.maintenance.backup(tmp_path / "backup.db")
    bench.clock.advance(days * 86_400)
    new = company.incident("linked after the backup")
    company.desk(old, short_description="renamed after the backup")
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    issues = {key: issue.fields["summary"] for key, issue in bench.jira.world.issues.items()}

    put_back(bench, tmp_path / "backup.db", place)
    bench.clock.advance(15)
    company.desk(old, description="an edit, so that something is to be written")
    with pytest.raises(UnsafePlan, match="restored from a backup"):
        bench.sync(yes=False)
    bench.sync()
    bench.clock.advance(400)
    bench.sync()

    after = {key: issue.fields["summary"] for key, issue in bench.jira.world.issues.items()}
    assert after == issues, "a twin was made twice, or an edit rolled back"
    assert company.link(new).jira.key in issues
    assert company.issue(old).fields["description"].startswith("an edit")


def test_a_twin_that_jiras_index_does_not_know_yet_is_adopted_too() -> None:
    """Its index is slower than the settle time, but the ticket names its issue."""
    bench = Bench("dc")
    company = Company(bench)
    company.incident("linked before the backup")
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    copy = memory(bench).copy()
    bench.jira.index.lag = 1000
    new = company.incident("linked after the backup")
    bench.clock.advance(15)
    bench.sync()
    memory(bench).restore(copy)
    for _ in range(2):
        bench.sync()
        bench.clock.advance(400)
    bench.sync()

    assert len(bench.jira.world.issues) == 2
    assert company.link(new).jira.key in bench.jira.world.issues


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_a_twin_that_is_hidden_from_us_is_not_made_again(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    bench.sync()
    copy = memory(bench).copy()
    issue = company.team().create("OPS", "Story", "Mail is slow", labels=("to-incident",)).id
    bench.clock.advance(15)
    bench.sync()
    ticket = company.link(issue).servicenow.key
    bench.servicenow.world.knobs.hidden_rows.add(ticket)
    memory(bench).restore(copy)
    bench.until_quiet()
    assert [row["sys_id"] for row in bench.servicenow.world.rows("incident")] == [ticket]
    [row] = bench.store.ledger.parked()
    assert "ServiceNow shows none" in row.reason

    bench.servicenow.world.knobs.hidden_rows.clear()
    retry(bench.connect(), row.id)
    bench.until_quiet()
    assert company.link(issue).servicenow.key == ticket
    assert company.parked() == []


def memory(bench: Bench) -> MemoryStore:
    """The store of the tests."""
    assert isinstance(bench.store, MemoryStore)
    return bench.store


def test_a_lost_store_adopts_everything(tmp_path: Path) -> None:
    bench = Bench()
    company = Company(bench)
    keys = [company.incident(f"number {n}") for n in range(3)]
    for key in keys:
        company.desk(key, work_notes=f"a note on {key}")
    bench.sync()
    bench.clock.advance(400)
    bench.sync()
    before = bench.writes()
    bench.store.close()
    bench.store = Store.open("sqlite://", clock=bench.clock.now)

    bench.sync()
    bench.clock.advance(400)
    bench.sync()

    assert len(bench.jira.world.issues) == 3
    assert {company.link(key).jira.key for key in keys} == set(bench.jira.world.issues)
    memos = 1
    assert bench.writes() - before <= memos, "adopting wrote to somebody's record"


def test_a_restored_instance_is_not_taken_for_people_at_work() -> None:
    """Its values are old, not new: carrying them over would undo days of work in Jira."""
    bench = Bench()
    company = Company(bench)
    key = company.incident("on Monday")
    bench.sync()
    bench.clock.advance(86_400)
    bench.sync()
    monday = {name: dict(rows) for name, rows in bench.servicenow.world._tables.items()}
    company.team().edit(company.link(key).jira.key, summary="on Tuesday")
    bench.clock.advance(15)
    bench.sync()
    assert company.row(key)["short_description"] == "on Tuesday"
    bench.clock.advance(400)
    bench.sync()

    bench.servicenow.world._tables.update(monday)
    company.platform(key, description="the restore touched every record")
    bench.clock.advance(15)

    with pytest.raises(UnsafePlan, match="servicenow is older than this store remembers"):
        bench.sync()
    assert company.issue(key).fields["summary"] == "on Tuesday"
