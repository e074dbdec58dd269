"""The ledger: one open conflict a field, one parked row a place, every write explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mappings.sides import Side
from sync.core.model import Base, Conflict, HistoryRow, Parked, Seat
from sync.errors import BrokenInvariant
from sync.store import Store
from tests.unit.store.conftest import NOON, HandClock


def a_conflict(link: int = 1, field: str = "summary", **changes: Any) -> Conflict:
    values = {
        "id": 0, "pair": "p", "link_id": link, "number": "INC1", "key": "OPS-1", "field": field,
        "base": Base("old", ("a", "b")), "servicenow": Seat("S", "Ada", NOON),
        "jira": Seat(None, "Bob"), "decision": "ask", "reason": "both changed", "open": True,
    }  # fmt: skip
    return Conflict(**(values | changes))


def parked(key: str = "k", field: str = "", **changes: Any) -> Parked:
    values = {
        "id": 0, "pair": "p", "side": Side.JIRA, "container": "OPS", "key": key, "label": "OPS-1",
        "field": field, "reason": "no way", "remedy": "do this",
    }  # fmt: skip
    return Parked(**(values | changes))


def test_a_conflict_comes_back_with_both_values_and_authors(store: Store) -> None:
    number = store.ledger.open_conflict(a_conflict())
    assert store.ledger.conflict(number) == replace(a_conflict(), id=number, at=NOON)
    assert store.ledger.conflict(number + 1) is None
    without = store.ledger.open_conflict(a_conflict(field="due", base=None))
    found = store.ledger.conflict(without)
    assert found is not None
    assert found.base is None


def test_an_open_conflict_is_updated_not_doubled(store: Store, clock: HandClock) -> None:
    first = store.ledger.open_conflict(a_conflict())
    clock.move(60)
    again = store.ledger.open_conflict(a_conflict(jira=Seat("newer", "Eve")))
    assert again == first
    (found,) = store.ledger.conflicts()
    assert (found.jira.value, found.at) == ("newer", NOON)


def test_other_fields_and_links_conflict_on_their_own(store: Store) -> None:
    numbers = [
        store.ledger.open_conflict(a_conflict(link, field))
        for link, field in ((1, "summary"), (1, "due"), (2, "summary"))
    ]
    assert len(set(numbers)) == 3
    by_link = store.ledger.conflicts_of([1, 2, 3])
    assert {link: len(rows) for link, rows in by_link.items()} == {1: 2, 2: 1, 3: 0}


def test_a_conflict_decided_by_policy_is_a_closed_row_each_time(store: Store) -> None:
    numbers = {store.ledger.open_conflict(a_conflict(open=False)) for _ in range(2)}
    assert len(numbers) == 2
    assert store.ledger.conflicts() == ()
    assert {row.id for row in store.ledger.conflicts(all=True)} == numbers


def test_one_that_is_over_is_told_beside_an_open_one(store: Store) -> None:
    first = store.ledger.open_conflict(a_conflict())
    lost = a_conflict(jira=Seat("lost", "Eve"), open=False)
    told = store.ledger.tell_conflict(lost)
    assert [row.id for row in store.ledger.conflicts()] == [first]
    assert store.ledger.conflict(first) == replace(a_conflict(), id=first, at=NOON)
    assert store.ledger.conflict(told) == replace(lost, id=told, at=NOON)


def test_closing_keeps_the_values_and_a_later_one_is_new(store: Store) -> None:
    number = store.ledger.open_conflict(a_conflict())
    store.ledger.close_conflict(number, "servicenow", "resolved by a person")
    assert store.ledger.conflicts() == ()
    (closed,) = store.ledger.conflicts(all=True)
    assert (closed.open, closed.decision, closed.servicenow.value) == (False, "servicenow", "S")
    assert store.ledger.open_conflict(a_conflict()) != number
    store.ledger.close_conflict(number, "jira", "overturned")
    overturned = store.ledger.conflict(number)
    assert overturned is not None
    assert overturned.decision == "jira"


def test_closing_what_is_not_there_is_a_bug(store: Store) -> None:
    with pytest.raises(BrokenInvariant, match="no conflict 7"):
        store.ledger.close_conflict(7, "jira", "")


def test_parked_work_comes_back(store: Store) -> None:
    number = store.ledger.park(parked(offered=("Done", "To Do"), fingerprint="f", attempts=2))
    (row,) = store.ledger.parked()
    assert row == replace(
        parked(offered=("Done", "To Do"), fingerprint="f", attempts=2), id=number, at=NOON
    )
    assert store.ledger.parked_row(number) == row
    assert store.ledger.parked_row(number + 1) is None


def test_parking_again_updates_the_row_and_counts(store: Store, clock: HandClock) -> None:
    first = store.ledger.park(parked(reason="first"))
    later = clock.move(60)
    assert store.ledger.park(parked(reason="second", offered=("Done",))) == first
    (row,) = store.ledger.parked()
    assert (row.reason, row.offered, row.attempts, row.at) == ("second", ("Done",), 2, later)


def test_another_value_that_is_refused_is_counted_anew(store: Store) -> None:
    for tried in ("'a' -> 'b'", "'a' -> 'b'", "'x' -> 'b'"):
        store.ledger.park(parked(fingerprint=tried))
    assert [row.attempts for row in store.ledger.parked()] == [3]
    store.ledger.park(parked(fingerprint="'x' -> 'c'"))
    assert [row.attempts for row in store.ledger.parked()] == [1]


def test_taking_back_some_fields_or_all(store: Store) -> None:
    for field in ("", "status", "due"):
        store.ledger.park(parked(field=field))
    store.ledger.park(parked(key="other"))
    store.ledger.unpark(Side.JIRA, "k", ["due"])
    store.ledger.unpark(Side.SERVICENOW, "k", None)
    assert [row.field for row in store.ledger.parked_of(Side.JIRA, ["k"])["k"]] == ["", "status"]
    store.ledger.unpark(Side.JIRA, "k", None)
    by_key = store.ledger.parked_of(Side.JIRA, ["k", "other"])
    assert {key: len(rows) for key, rows in by_key.items()} == {"k": 0, "other": 1}


def test_every_write_is_explained_and_kept_for_its_time(store: Store) -> None:
    row = HistoryRow(
        "p", 5, Side.JIRA, "OPS-1", "update", "labels", ("a",), None, "why", "plan", "done"
    )
    old = NOON - timedelta(days=100)
    store.ledger.record([replace(row, at=old), row, replace(row, link_id=6)])
    store.ledger.record([])
    found = store.ledger.history(5)
    assert [(one.at, one.old, one.new) for one in found] == [
        (old, ("a",), None),
        (NOON, ("a",), None),
    ]
    assert found[0].id < found[1].id
    assert store.ledger.prune_history(NOON - timedelta(days=90)) == 1
    assert [one.at for one in store.ledger.history(5)] == [NOON]


def test_what_was_written_for_a_pair_since_then(store: Store) -> None:
    row = HistoryRow("p", 5, Side.JIRA, "OPS-1", "update", "labels", None, "a", "why", "h", "done")
    times = [NOON - timedelta(minutes=number) for number in (90, 60, 30, 0)]
    store.ledger.record([replace(row, at=at, new=str(n)) for n, at in enumerate(times)])
    store.ledger.record([replace(row, pair="q", at=NOON)])
    found = store.ledger.written("p", NOON - timedelta(hours=1))
    assert [(one.new, one.at) for one in found] == [("2", times[2]), ("3", NOON)]
    assert store.ledger.written("p", NOON) == ()


def test_which_links_of_a_pair_were_made_since_then(store: Store) -> None:
    row = HistoryRow("p", 5, Side.JIRA, "OPS-1", "create", "", None, "a", "why", "h", "done")
    hour = NOON - timedelta(hours=1)
    others = [replace(row, link_id=7, pair="q"), replace(row, link_id=8, kind="update")]
    store.ledger.record([row, replace(row, link_id=6, at=hour), *others])
    assert store.ledger.made("p", hour) == {5}
    assert store.ledger.made("p", hour - timedelta(seconds=1)) == {5, 6}
