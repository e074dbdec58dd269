"""The inbox: news once, never lost, and a cursor that only goes forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from connector.values import Sighting
from mappings.sides import Side
from sync.core.model import CommentLink, InboxRow
from sync.errors import BrokenInvariant
from sync.store import QueuedRow, Store
from tests.support.links import a_link
from tests.unit.store.conftest import NOON, HandClock

LONG_AGO = NOON - timedelta(days=1)


def a_sighting(key: str, version: str = "1", at: datetime = NOON) -> Sighting:
    return Sighting("incident", key, version, at)


def accept(store: Store, *sightings: Sighting, cursor: datetime = NOON, **changes: object) -> int:
    values = {"stream_name": "sn:incident", "side": Side.SERVICENOW, "kind": "records"} | changes
    keep = values.pop("keep_since", LONG_AGO)
    return store.inbox.accept(**values, sightings=sightings, cursor=cursor, keep_since=keep)


def keys(store: Store, now: datetime = NOON) -> list[str]:
    return [row.key for row in store.inbox.rows(100, now)]


def test_news_become_rows_and_the_cursor_moves(store: Store) -> None:
    assert store.inbox.cursor("sn:incident") is None
    assert accept(store, a_sighting("a"), a_sighting("b"), a_sighting("a", "2")) == 2
    rows = store.inbox.rows(100, NOON)
    assert [(row.side, row.container, row.key, row.reason) for row in rows] == [
        (Side.SERVICENOW, "incident", "a", "changed"),
        (Side.SERVICENOW, "incident", "b", "changed"),
    ]
    assert store.inbox.cursor("sn:incident") == NOON
    assert store.inbox.count() == 2


def test_what_was_seen_in_the_overlap_is_no_news(store: Store) -> None:
    accept(store, a_sighting("a"))
    store.inbox.done(store.inbox.rows(100, NOON))
    assert accept(store, a_sighting("a")) == 0
    assert keys(store) == []
    assert accept(store, a_sighting("a", "2")) == 1
    assert keys(store) == ["a"]


def test_streams_do_not_share_what_they_have_seen(store: Store) -> None:
    accept(store, a_sighting("a"))
    assert accept(store, a_sighting("a"), stream_name="sn:problem") == 1


def test_the_known_version_of_a_link_is_no_news(store: Store) -> None:
    link = store.links.add(a_link())
    known = a_sighting(link.servicenow.key, link.servicenow.version)
    assert accept(store, known) == 0
    assert accept(store, a_sighting(link.servicenow.key, "other")) == 1
    # The same text as a version of the other side says nothing.
    assert accept(store, a_sighting(link.jira.key, link.jira.version)) == 1


def test_what_is_older_than_the_overlap_is_forgotten(store: Store) -> None:
    accept(store, a_sighting("a", at=NOON), a_sighting("b", at=NOON + timedelta(minutes=9)))
    accept(store, keep_since=NOON + timedelta(minutes=5))
    store.inbox.done(store.inbox.rows(100, NOON))
    assert accept(store, a_sighting("a"), a_sighting("b")) == 1
    assert keys(store) == ["a"]


def test_a_cursor_never_moves_back(store: Store) -> None:
    accept(store, cursor=NOON)
    accept(store, a_sighting("a"), cursor=NOON - timedelta(seconds=1))
    assert store.inbox.cursor("sn:incident") == NOON
    accept(store, cursor=NOON + timedelta(microseconds=1))
    assert store.inbox.cursor("sn:incident") == NOON + timedelta(microseconds=1)


@pytest.mark.parametrize("source", list(Side))
def test_comments_that_were_carried_are_no_news(store: Store, source: Side) -> None:
    link = store.links.add(a_link())
    store.comments.add([CommentLink(link.id, source, "from", "to", "comments")])
    ours, theirs = ("from", "to") if source is Side.SERVICENOW else ("to", "from")
    at = {"stream_name": "sn:journal", "kind": "comments"}
    assert accept(store, a_sighting("a", ours), **at) == 0
    assert accept(store, a_sighting("a", theirs), **at) == 1
    assert [row.reason for row in store.inbox.rows(9, NOON)] == ["commented"]


def test_a_crash_in_the_middle_leaves_neither_rows_nor_cursor(store: Store) -> None:
    def crash() -> None:
        with store.transaction():
            accept(store, a_sighting("a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()
    assert keys(store) == []
    assert store.inbox.cursor("sn:incident") is None
    assert accept(store, a_sighting("a")) == 1


def test_one_record_has_one_row_with_all_reasons(store: Store) -> None:
    for reason in ("changed", "commented", "changed"):
        store.inbox.nudge(Side.JIRA, "OPS", ["7"], reason)
    store.inbox.nudge(Side.SERVICENOW, "incident", ["7"], "changed")
    rows = {row.side: row for row in store.inbox.rows(100, NOON)}
    assert len(rows) == 2
    assert rows[Side.JIRA].reason == "changed+commented"
    assert rows[Side.SERVICENOW].reason == "changed"


def test_a_record_that_moved_is_looked_for_where_it_is(store: Store) -> None:
    store.inbox.nudge(Side.JIRA, "OPS", ["7"], "changed")
    store.inbox.nudge(Side.JIRA, "DEV", ["7"], "changed")
    assert [row.container for row in store.inbox.rows(100, NOON)] == ["DEV"]


def test_the_oldest_rows_come_first(store: Store, clock: HandClock) -> None:
    for key in ("c", "a", "b"):
        store.inbox.nudge(Side.JIRA, "OPS", [key], "changed")
        clock.move(1)
    store.inbox.nudge(Side.JIRA, "OPS", ["c"], "again")
    assert keys(store) == ["c", "a", "b"]
    assert [row.key for row in store.inbox.rows(2, NOON)] == ["c", "a"]


def test_a_row_nudged_while_it_was_looked_at_stays(store: Store) -> None:
    store.inbox.nudge(Side.JIRA, "OPS", ["1", "2"], "changed")
    read = store.inbox.rows(100, NOON)
    store.inbox.nudge(Side.JIRA, "OPS", ["2"], "changed")
    store.inbox.done(read)
    assert keys(store) == ["2"]
    store.inbox.done(store.inbox.rows(100, NOON))
    assert store.inbox.count() == 0


def test_a_finished_row_does_not_take_its_successor_along(store: Store, clock: HandClock) -> None:
    store.inbox.nudge(Side.JIRA, "OPS", ["1"], "changed")
    read = store.inbox.rows(100, NOON)
    store.inbox.done(read)
    clock.move(0.001)
    store.inbox.nudge(Side.JIRA, "OPS", ["1"], "changed")
    store.inbox.done(read)
    assert keys(store) == ["1"]


def test_postponed_rows_wait(store: Store) -> None:
    store.inbox.nudge(Side.JIRA, "OPS", ["1", "2"], "changed")
    later = NOON + timedelta(minutes=5)
    first = [row for row in store.inbox.rows(100, NOON) if row.key == "1"]
    store.inbox.postpone(first, later, 3)
    assert keys(store) == ["2"]
    assert store.inbox.waiting(NOON) == 1
    assert store.inbox.next_due() == later
    assert keys(store, later) == ["1", "2"]
    assert store.inbox.waiting(later) == 0
    assert store.inbox.rows(1, later)[0].attempts == 3


def test_news_end_the_waiting(store: Store) -> None:
    store.inbox.nudge(Side.JIRA, "OPS", ["1"], "changed")
    read = store.inbox.rows(1, NOON)
    store.inbox.postpone(read, NOON + timedelta(hours=1), 2)
    store.inbox.nudge(Side.JIRA, "OPS", ["1"], "commented")
    (row,) = store.inbox.rows(1, NOON)
    assert (row.due, row.attempts, row.reason) == (None, 2, "changed+commented")
    store.inbox.postpone(read, NOON + timedelta(hours=1), 3)
    assert keys(store) == ["1"]


def test_a_look_can_be_asked_for_later(store: Store) -> None:
    later = NOON + timedelta(minutes=1)
    store.inbox.delay(Side.JIRA, "OPS", ["1"], "later", later)
    assert keys(store) == []
    assert keys(store, later) == ["1"]


def test_rows_that_were_not_read_cannot_be_finished(store: Store) -> None:
    with pytest.raises(BrokenInvariant, match="not read from the inbox"):
        store.inbox.done([InboxRow(Side.JIRA, "OPS", "1", "changed")])


def test_rows_outlive_the_process(shared_url: str, opened: Callable[[str], Store]) -> None:
    opened(shared_url).inbox.nudge(Side.JIRA, "OPS", ["1"], "changed")
    (row,) = opened(shared_url).inbox.rows(9, NOON)
    assert isinstance(row, QueuedRow)
    assert (row.key, row.turn, row.since) == ("1", 1, NOON)
