"""Polls, listings and the sweep: what asks for a look, and what a crash cannot lose."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import ConnectorError, RetryLater
from connector.sandbox.faults import Fault
from connector.values import Sighting, SightingPage, Stream, StreamKind
from mappings.defaults import shipped
from mappings.sides import Side
from sync.engine.sweep import sweep
from sync.errors import BrokenInvariant
from sync.feed import load, poll
from tests.support.bench import START, Bench
from tests.support.people import Company

SN, JIRA = Side.SERVICENOW, Side.JIRA
ONE = {"incident.yaml": next(text for text in shipped().values() if "pair: incident-story" in text)}
STREAM = "servicenow:table:incident"


@pytest.fixture
def bench() -> Bench:
    return Bench(mappings=ONE)


def woken(bench: Bench) -> dict[str, str]:
    """Key to reason of everything that needs a look."""
    rows = bench.store.inbox.rows(1000, bench.clock.now() + timedelta(days=9))
    return {row.key: row.reason for row in rows}


def finished(bench: Bench) -> None:
    """All looks were taken."""
    bench.store.inbox.done(bench.store.inbox.rows(1000, bench.clock.now() + timedelta(days=9)))


def begun(bench: Bench) -> Company:
    """The first poll and listing are over, and time passed."""
    poll(bench.runtime)
    bench.clock.advance(7200)
    poll(bench.runtime)
    finished(bench)
    return Company(bench)


def test_the_first_poll_starts_at_the_present_and_lists_the_scope(bench: Bench) -> None:
    key = Company(bench).incident()
    assert poll(bench.runtime) == 1
    assert woken(bench) == {key: "listed:incident-story"}
    assert bench.store.inbox.cursor(STREAM) == START
    assert bench.store.pairs.get("incident-story").loaded


def test_a_listing_is_made_once(bench: Bench) -> None:
    key = Company(bench).incident()
    poll(bench.runtime)
    finished(bench)
    bench.clock.advance(60)
    assert poll(bench.runtime) == 0
    assert key not in woken(bench)


def test_a_listing_that_breaks_off_is_made_again(bench: Bench) -> None:
    key = Company(bench).incident()
    bench.now_faults.add(
        Fault("drop_before", method="GET", path="table/incident", times=None, skip=1)
    )
    with pytest.raises(RetryLater):
        poll(bench.runtime)
    assert not bench.store.pairs.get("incident-story").loaded
    bench.now_faults.clear()
    poll(bench.runtime)
    assert woken(bench) == {key: "listed:incident-story"}


def test_a_change_asks_for_one_look(bench: Bench) -> None:
    company = begun(bench)
    key = company.incident()
    assert poll(bench.runtime) == 1
    assert woken(bench) == {key: "changed"}
    assert poll(bench.runtime) == 0


def test_equal_stamps_all_ask_for_a_look(bench: Bench) -> None:
    """A burst in one second, half of it seen by a poll in that very second."""
    company = begun(bench)
    first = [company.incident(f"a{n}") for n in range(3)]
    assert poll(bench.runtime) == 3
    second = [company.incident(f"b{n}") for n in range(3)]
    assert poll(bench.runtime) == 3
    assert woken(bench).keys() == {*first, *second}


def test_a_comment_asks_for_a_look_at_its_record(bench: Bench) -> None:
    company = begun(bench)
    key = company.incident()
    poll(bench.runtime)
    finished(bench)
    bench.clock.advance(5)
    company.desk(key, work_notes="hello")
    poll(bench.runtime)
    assert set(woken(bench)[key].split("+")) == {"changed", "commented"}


def test_cursors_never_pass_the_servers_present(bench: Bench) -> None:
    company = begun(bench)
    for _ in range(5):
        company.incident()
        bench.clock.advance(31)
        poll(bench.runtime)
        for name in (STREAM, "servicenow:journal"):
            cursor = bench.store.inbox.cursor(name)
            assert cursor is not None
            assert cursor <= bench.clock.now()


class Paged:
    """A side of two pages; before the second it breaks off, if told to."""

    def __init__(self, rows: list[Sighting], now: object) -> None:
        self.rows, self.now, self.breaks = rows, now, False
        self.asked: list[object] = []

    def streams(self, containers: object) -> tuple[Stream, ...]:
        return (Stream("table:incident", StreamKind.RECORDS, ("incident",)),)

    def server_now(self) -> object:
        return self.now

    def changed(self, stream: Stream, since: object) -> object:
        self.asked.append(since)
        yield SightingPage(tuple(self.rows[:1]), self.now)  # type: ignore[arg-type]
        if self.breaks:
            raise RetryLater("The connection was lost")
        yield SightingPage(tuple(self.rows[1:]), self.now)  # type: ignore[arg-type]


def paged(bench: Bench) -> Paged:
    """The bench's ServiceNow replaced by two pages of one row each."""
    begun(bench)
    now = bench.clock.now()
    rows = [
        Sighting("incident", k, "1", now - timedelta(seconds=s)) for k, s in (("a", 9), ("b", 3))
    ]
    side = Paged(rows, now)
    bench.runtime.adapters = {**bench.runtime.adapters, SN: side}  # type: ignore[dict-item]
    return side


def test_what_a_page_told_and_the_cursor_are_one_step(bench: Bench) -> None:
    """A poll that breaks off keeps the first page and goes on from there."""
    side = paged(bench)
    side.breaks = True
    with pytest.raises(RetryLater):
        poll(bench.runtime)
    assert woken(bench) == {"a": "changed"}
    assert bench.store.inbox.cursor(STREAM) >= side.rows[0].at  # type: ignore[operator]
    side.breaks = False
    assert poll(bench.runtime) == 1
    assert woken(bench) == {"a": "changed", "b": "changed"}


def test_a_store_that_fails_in_between_moves_neither_inbox_nor_cursor(bench: Bench) -> None:
    side = paged(bench)
    cursor = bench.store.inbox.cursor(STREAM)
    wrong = Sighting("incident", "a", None, side.rows[0].at)  # type: ignore[arg-type]
    side.rows[0] = wrong
    with pytest.raises(BrokenInvariant, match="NOT NULL"):
        poll(bench.runtime)
    assert woken(bench) == {}
    assert bench.store.inbox.cursor(STREAM) == cursor


def test_each_poll_looks_back_a_little_and_now_and_then_an_hour(bench: Bench) -> None:
    side = paged(bench)
    options = bench.runtime.options
    cursor = bench.store.inbox.cursor(STREAM)
    assert cursor is not None
    poll(bench.runtime)
    bench.clock.advance(options.warm_every)
    poll(bench.runtime)
    poll(bench.runtime)
    reached = side.rows[1].at
    assert side.asked == [
        cursor - timedelta(seconds=options.hot_window[SN]),
        max(reached, cursor) - timedelta(seconds=options.warm_window),
        max(reached, cursor) - timedelta(seconds=options.hot_window[SN]),
    ]


def test_a_look_back_that_broke_off_is_made_again_at_once(bench: Bench) -> None:
    side = paged(bench)
    bench.clock.advance(bench.runtime.options.warm_every)
    side.breaks = True
    with pytest.raises(RetryLater):
        poll(bench.runtime)
    side.breaks = False
    poll(bench.runtime)
    assert side.asked[0] == side.asked[1]


def test_a_late_commit_within_the_hour_is_found(bench: Bench) -> None:
    """Stamped before, visible after two polls: out of reach of the short overlap."""
    side = paged(bench)
    poll(bench.runtime)
    finished(bench)
    late = Sighting("incident", "late", "1", side.rows[0].at - timedelta(minutes=30))
    side.rows.insert(0, late)
    bench.clock.advance(bench.runtime.options.warm_every)
    poll(bench.runtime)
    assert woken(bench) == {"late": "changed"}


def test_people_may_work_in_jira_without_asking_for_a_record(bench: Bench) -> None:
    """A scope of its own selects nothing: a listing must not take the team's whole backlog."""
    Company(bench).team().create("OPS", "Story", "the team's own")
    load(bench.runtime, bench.runtime.specs[0])
    assert woken(bench) == {}


def test_a_sweep_finds_what_no_cursor_shows(bench: Bench) -> None:
    company = Company(bench)
    keys = [company.incident(f"n{n}") for n in range(3)]
    bench.until_quiet()
    issue = company.link(keys[1]).jira.key
    company.team().hide(issue)
    bench.connect()
    assert sweep(bench.runtime) >= 1
    assert "sweep" in woken(bench)[issue]
    others = {company.link(key).jira.key for key in (keys[0], keys[2])}
    assert not others & woken(bench).keys()


def test_a_side_that_does_not_answer_stops_the_poll_and_moves_nothing(bench: Bench) -> None:
    begun(bench)
    cursor = bench.store.inbox.cursor(STREAM)
    bench.now_faults.add(Fault("drop_before", times=None))
    bench.clock.advance(60)
    with pytest.raises(ConnectorError):
        poll(bench.runtime)
    assert bench.store.inbox.cursor(STREAM) == cursor
