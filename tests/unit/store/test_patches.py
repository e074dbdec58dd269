"""Sent patches: known from before they go out until their answer is written down."""

from __future__ import annotations

from dataclasses import replace

from mappings.sides import Side
from sync.core.model import SentPatch, SentWrite
from sync.store import Store
from tests.unit.store.conftest import NOON

WRITES = (
    SentWrite("summary", "old", 'new "ä"', None, "changed in servicenow", ("summary", "b")),
    SentWrite("labels", (), ("a", "b"), ("a",), "changed in jira"),
    SentWrite("points", None, 2.5, True, ""),
)
PATCH = SentPatch(
    0, "p", 7, Side.JIRA, "OPS", "10001", "12/x", {"summary": 'new "ä"', "points": 2.5}, WRITES,
    "abc", NOON,
)  # fmt: skip


def test_what_went_out_is_kept_value_for_value(store: Store) -> None:
    first, second = store.patches.sent([PATCH, replace(PATCH, key="10002")])
    assert store.patches.open() == (
        replace(PATCH, id=first),
        replace(PATCH, id=second, key="10002"),
    )


def test_a_later_patch_of_the_same_record_overtakes_the_earlier(store: Store) -> None:
    first, other = store.patches.sent([PATCH, replace(PATCH, side=Side.SERVICENOW)])
    [later] = store.patches.sent([PATCH])
    overtaken = {one.id for one in store.patches.open() if one.overtaken}
    assert (overtaken, first < other < later) == ({first}, True)


def test_an_answered_one_is_gone_and_its_id_does_not_come_back(store: Store) -> None:
    first, second = store.patches.sent([PATCH, PATCH])
    store.patches.answered([second])
    [third] = store.patches.sent([PATCH])
    assert [one.id for one in store.patches.open()] == [first, third]
    assert third > second
    store.patches.answered([])
    store.patches.answered([first, third])
    assert store.patches.open() == ()


def test_nothing_sent_is_nothing_kept(store: Store) -> None:
    assert store.patches.sent([]) == []
    assert store.patches.open() == ()
