"""What insight keeps: put, read, forgotten by age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sync.store import Store
from sync.store.insight import PAGE
from sync.store.values import FactRow

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def row(key: str, days: int = 0, kind: str = "incident", **data: object) -> FactRow:
    return FactRow(kind, key, NOON - timedelta(days=days), data)


def test_rows_are_kept_by_kind_and_key(store: Store) -> None:
    store.insight.put([row("b", number="INC2"), row("a", number="INC1"), row("a", kind="change")])
    store.insight.put([row("b", number="INC2", active=False)])
    assert [(one.key, one.data) for one in store.insight.all("incident")] == [
        ("a", {"number": "INC1"}),
        ("b", {"number": "INC2", "active": False}),
    ]
    assert store.insight.get("incident", ["b", "c"]).keys() == {"b"}
    assert store.insight.count("change") == 1


def test_old_rows_are_forgotten_and_others_stay(store: Store) -> None:
    store.insight.put([row("old", days=9), row("new", days=1), row("old", days=9, kind="change")])
    store.insight.forget("incident", NOON - timedelta(days=5))
    assert [one.key for one in store.insight.all("incident")] == ["new"]
    store.insight.drop("change", ["old", "never"])
    assert store.insight.count("change") == 0


def test_rows_may_be_written_while_they_are_read(store: Store) -> None:
    store.insight.put([row(str(number)) for number in range(3)])
    for one in store.insight.all("incident"):
        store.insight.put([row(one.key, seen=True)])
    assert all(one.data == {"seen": True} for one in store.insight.all("incident"))


def test_many_rows_are_read_one_by_one_in_order_whatever_is_written_meanwhile(store: Store) -> None:
    keys = [f"{number:05}" for number in range(PAGE + 2)]
    store.insight.put(row(key) for key in reversed(keys))
    read = store.insight.all("incident")
    found = [next(read).key]
    store.insight.drop("incident", [keys[PAGE]])
    store.insight.put([row(keys[0], seen=True), row("another", kind="problem")])
    found += [one.key for one in read]
    assert set(keys) - {keys[PAGE]} <= set(found)
    assert found == sorted(set(found))
    assert [one.key for one in store.insight.all("problem")] == ["another"]
