"""The store in plain memory: nothing left to the database, and the same answers call for call."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from mappings.sides import Side
from sync.core.model import Base, IntentState, PairState
from sync.errors import BrokenInvariant, LeaseHeld, LeaseLost, StoreUnusable
from sync.store import Store
from tests.support.links import a_link
from tests.support.memory import MemoryStore
from tests.support.memory.dice import Call, Dice
from tests.support.memory.directory import MemoryFacts
from tests.unit.store.conftest import NOON, HandClock
from tests.unit.store.test_intents import an_intent


class Crash(BaseException):
    """The process is killed here."""


@pytest.fixture
def plain(clock: HandClock) -> MemoryStore:
    return MemoryStore(clock=clock)


TWINS = {
    name: type(value)
    for name, value in vars(MemoryStore(clock=HandClock())).items()
    if not name.startswith("_")
}


def real_of(twin: type) -> type:
    """The nearest parent that works on a database."""
    return next(one for one in twin.__mro__ if one.__module__.startswith("sync."))


def public(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind, callable) if not name.startswith("_")}


def test_every_repository_has_its_twin(opened: Callable[[str], Store]) -> None:
    real = {name: type(value) for name, value in vars(opened("sqlite://")).items()}
    assert {name: real_of(twin) for name, twin in TWINS.items()} == {
        name: kind for name, kind in real.items() if not name.startswith("_")
    }


@pytest.mark.parametrize("twin", [*TWINS.values(), MemoryFacts])
def test_nothing_public_is_left_to_the_database(twin: type) -> None:
    real = real_of(twin)
    assert public(real)
    for method in public(real):
        assert getattr(twin, method) is not getattr(real, method), method
        ours, theirs = (inspect.signature(getattr(one, method)) for one in (twin, real))
        assert str(ours) == str(theirs)


def test_the_door_has_no_database(plain: MemoryStore) -> None:
    assert not any(hasattr(one, "_database") for one in (plain, *vars(plain).values()))
    left = {name for name in public(Store) if getattr(MemoryStore, name) is getattr(Store, name)}
    assert left == {"ensure"}
    assert MemoryStore.open("sqlite:///nowhere.db", clock=HandClock()).where == plain.where


def told(call: Call, store: Store) -> tuple[str, ...]:
    """What a call answers, in a form that shows every type."""
    try:
        return "answer", repr(call(store))
    except Exception as error:  # noqa: BLE001
        return type(error).__name__, str(error)


def together(calls: list[Call], fail: bool) -> Call:
    """Calls in one transaction, which may come to nothing."""

    def call(store: Store) -> object:
        answers: list[object] = []
        with store.transaction():
            answers.extend(one(store) for one in calls)
            if fail:
                raise ZeroDivisionError(repr(answers))
        return answers

    return call


@pytest.mark.parametrize("seed", range(6))
def test_it_answers_as_sqlite_does(
    seed: int, opened: Callable[[str], Store], clock: HandClock, plain: MemoryStore
) -> None:
    dice, chance, real = Dice(seed), random.Random(seed), opened("sqlite://")
    for _ in range(200):
        calls = list(dice.throws(chance.choice((1, 1, 1, 1, 3))))
        call = calls[0] if len(calls) == 1 else together(calls, chance.random() < 0.5)
        before = list(dice.read)
        theirs = told(call, real)
        dice.read = before
        assert told(call, plain) == theirs
        clock.move(chance.choice((0, 0, 1)))
    assert plain.links.by_ids(range(1, 10))
    assert plain.ledger.conflicts(all=True)


@pytest.mark.parametrize("error", [ZeroDivisionError, Crash, KeyboardInterrupt])
def test_a_failed_transaction_leaves_nothing(
    error: type[BaseException], plain: MemoryStore
) -> None:
    link = plain.links.add(a_link(1))
    plain.links.set_bases(link.id, {"f": Base("a", "b")})
    before = plain.copy()

    def fail() -> None:
        with plain.transaction():
            plain.links.add(a_link(2))
            plain.links.saw(Side.JIRA, {link.id: "new"})
            plain.links.set_bases(link.id, {"f": Base("c", "d"), "g": Base(1, 2)})
            plain.intents.plan([an_intent()])
            plain.intents.sent(["m1"], NOON)
            raise error

    with pytest.raises(error):
        fail()
    assert plain.copy() == before
    assert plain.intents.open() == ()
    assert plain.links.by_ids([link.id]) == {link.id: link}
    assert plain.links.with_base("f", Side.JIRA, "b") == (link,)


def add_and_put(store: Store, word: str) -> None:
    with store.transaction():
        store.links.add(a_link())
        store.meta.put("a", word)


def test_a_crash_at_the_commit_leaves_nothing(clock: HandClock) -> None:
    commits: list[str] = []

    def committing() -> None:
        commits.append(store.meta.get("a") or "")
        if store.meta.get("a") == "crash":
            raise Crash

    store = MemoryStore(clock=clock, committing=committing)
    store.meta.put("a", "1")
    with store.transaction():
        store.meta.put("a", "2")
        with store.transaction():
            store.pairs.save(PairState("p", "f"))
    with pytest.raises(Crash):
        add_and_put(store, "crash")
    assert commits == ["1", "2", "crash"]
    assert (store.meta.get("a"), store.links.count("incident-story")) == ("2", 0)
    with pytest.raises(Crash):
        store.meta.put("a", "crash")
    store.meta.put("a", "3")
    assert store.links.add(a_link()).id == 1


def test_looking_commits_nothing(clock: HandClock) -> None:
    def committing() -> None:
        pytest.fail("nothing was written")

    store = MemoryStore(clock=clock, committing=committing)
    store.links.find("INC1")
    store.inbox.rows(1, clock.now)
    store.inbox.done([])
    store.ledger.record([])
    assert (store.lease.holder("main"), store.meta.get("a"), store.patches.sent([])) == (
        None, None, [],
    )  # fmt: skip


def test_an_older_state_comes_back_as_often_as_it_is_asked_for(plain: MemoryStore) -> None:
    link = plain.links.add(a_link(1))
    plain.intents.plan([an_intent()])
    copy = plain.copy()
    for _ in range(2):
        plain.intents.done("m1", "x")
        second = plain.links.add(a_link(2))
        plain.links.saw(Side.JIRA, {link.id: "new"})
        plain.restore(copy)
        assert second.id == link.id + 1
        assert plain.links.by_ids([1, 2]) == {link.id: link}
        assert plain.links.by_keys(Side.JIRA, [second.jira.key]) == {}
        assert plain.intents.open()[0].state is IntentState.PLANNED
    other = MemoryStore(clock=HandClock())
    other.meta.put("a", "1")
    other.restore(copy)
    assert (other.links.find("INC0000001"), other.meta.get("a")) == ((link,), None)


def test_in_the_middle_of_a_transaction_there_is_no_copy(plain: MemoryStore) -> None:
    copy = plain.copy()
    for use in (plain.copy, lambda: plain.restore(copy)):
        with pytest.raises(BrokenInvariant, match="inside a transaction"), plain.transaction():
            use()
    with pytest.raises(BrokenInvariant, match="outside of a transaction"):
        plain._tables.meta.put("a", "1")


def test_what_was_handed_out_is_the_askers(plain: MemoryStore) -> None:
    link = plain.links.add(a_link())
    plain.links.set_bases(link.id, {"f": Base(1, 1)})
    plain.pairs.save(PairState("p", extra={"a": "1"}))
    plain.links.bases([link.id])[link.id].clear()
    plain.pairs.get("p").extra.clear()
    assert plain.links.bases([link.id]) == {link.id: {"f": Base(1, 1)}}
    assert plain.pairs.get("p").extra == {"a": "1"}


def test_a_lease_is_held_until_its_time_is_over(plain: MemoryStore, clock: HandClock) -> None:
    old = plain.lease.take("main", "a", 60)
    with pytest.raises(LeaseHeld, match="a holds the lock"):
        plain.lease.take("main", "b", 60)
    assert plain.lease.holder("main") == ("a", clock.now)
    clock.move(59)
    plain.lease.renew(old)
    clock.move(60)
    assert plain.lease.holder("main") is None
    assert plain.lease.take("main", "b", 60).epoch == 2
    for use in (plain.lease.renew, plain.lease.prove):
        with pytest.raises(LeaseLost, match="b holds it"):
            use(old)
    plain.lease.release(old)
    assert plain.lease.holder("main") is not None


def test_a_fenced_store_refuses_to_write_after_a_take_over(
    plain: MemoryStore, clock: HandClock
) -> None:
    old = plain.lease.take("main", "a", 1)
    plain.fence(old)
    plain.ensure()
    plain.meta.put("a", "1")
    clock.move(2)
    new = plain.lease.take("main", "b", 60)
    with pytest.raises(LeaseLost):
        plain.meta.put("a", "2")
    with pytest.raises(LeaseLost), plain.transaction():
        pytest.fail("nothing may be done in here")
    assert plain.meta.get("a") == "1"
    plain.unfence(old)
    plain.lease.release(new)
    plain.meta.put("a", "3")
    assert plain.lease.take("main", "c", 60).epoch == 3


def test_there_is_no_backup(plain: MemoryStore, tmp_path: Path) -> None:
    plain.maintenance.prepare(upgrade=False)
    plain.maintenance.upgrade()
    with pytest.raises(StoreUnusable, match="plain memory"):
        plain.maintenance.backup(tmp_path / "copy.db")
