"""The cursor rule of reliability 4.3, as a model against the real feed and a real inbox.

A side stamps changes by clocks that are a little wrong and shows them a while later; polls come at
any time and break off at any page. As long as the overlap covers delay and skew together with one
granule, every change asks for a look, whatever the order of events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import RetryLater
from connector.values import Sighting, SightingPage, Stream, StreamKind
from mappings.sides import Side
from sync.core.model import PairState
from sync.directory import Directory
from sync.feed import poll
from sync.runtime import Options, Runtime
from sync.store import Store
from tests.support.mapping import a_file, loaded

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
SPEC = loaded(a_file())
DELAY, SKEW, GRANULE = 12, 3, 1
STREAM = Stream("table:incident", StreamKind.RECORDS, ("incident",))


def second(number: float) -> datetime:
    return BEGIN + timedelta(seconds=number)


@dataclass(frozen=True)
class Change:
    """A change of a record: its stamp, and when a poll can see it."""

    key: str
    version: str
    stamp: datetime
    visible: datetime


@dataclass
class Model:
    """A side with a change feed; ``page`` rows a page, ``breaks`` after so many pages."""

    changes: list[Change] = field(default_factory=list)
    now: datetime = BEGIN
    page: int = 3
    breaks: int | None = None
    streams_: Sequence[Stream] = (STREAM,)
    asked: list[datetime] = field(default_factory=list)

    def server_now(self) -> datetime:
        return self.now

    def streams(self, containers: object) -> Sequence[Stream]:
        return self.streams_

    def changed(self, stream: Stream, since: datetime) -> Iterator[SightingPage]:
        """Whole seconds, ascending, inclusive, as both systems answer."""
        self.asked.append(since)
        floor = since.replace(microsecond=0)
        rows = sorted(
            (c for c in self.changes if c.visible <= self.now and c.stamp >= floor),
            key=lambda c: (c.stamp, c.key),
        )
        pages = [rows[start : start + self.page] for start in range(0, len(rows), self.page)]
        for number, some in enumerate(pages or [[]]):
            if self.breaks is not None and number >= self.breaks:
                raise RetryLater("The connection was lost")
            yield SightingPage(
                tuple(Sighting("incident", c.key, c.version, c.stamp) for c in some), self.now
            )


def a_runtime(store: Store, model: Model, **options: Any) -> Runtime:
    silent = Model(streams_=())
    adapters: Mapping[Side, Any] = {Side.SERVICENOW: model, Side.JIRA: silent}
    windows = {Side.SERVICENOW: float(DELAY + SKEW + GRANULE), Side.JIRA: 0.0}
    given_options = {"hot_window": windows, "warm_every": 1e9, **options}
    chosen = Options("sn", "jira", dict.fromkeys(Side, 0.0), **given_options)
    return Runtime(
        store, adapters, (SPEC,), chosen, lambda: model.now, lambda _: None,
        Directory(store, adapters),
    )  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open("sqlite://", clock=lambda: BEGIN) as opened:
        opened.pairs.save(PairState(SPEC.pair, loaded=True))
        yield opened


EVENTS = st.lists(
    st.tuples(
        st.integers(1, 60),  # when it happens
        st.integers(-SKEW, SKEW),  # how wrong the node's clock is
        st.integers(0, DELAY),  # how long until a poll can see it
    ),
    min_size=1,
    max_size=15,
)
NUMBERS = iter(range(10**9))


def history(model: Model, events: Sequence[tuple[int, int, int]]) -> None:
    run = next(NUMBERS)
    for number, (at, skew, delay) in enumerate(events):
        stamp = second(at + skew).replace(microsecond=0)
        model.changes.append(Change(f"{run}-{number}", "1", stamp, second(at + delay)))


def seen(store: Store) -> set[str]:
    """What asked for a look since last asked, taken out of the inbox."""
    rows = store.inbox.rows(10_000, BEGIN + timedelta(days=1))
    store.inbox.done(rows)
    return {row.key for row in rows}


def stream_of_its_own(model: Model) -> str:
    name = f"table:{next(NUMBERS)}"
    model.streams_ = (Stream(name, StreamKind.RECORDS, ("incident",)),)
    return f"servicenow:{name}"


FEW = settings(max_examples=settings().max_examples // 5)
"""Each example polls a real store a dozen times."""


@FEW
@given(EVENTS, st.lists(st.integers(1, 15), min_size=1, max_size=9), st.data())
def test_no_change_is_missed_and_none_is_told_twice(
    store: Store, events: list[tuple[int, int, int]], gaps: list[int], data: st.DataObject
) -> None:
    model = Model(page=data.draw(st.integers(1, 4)))
    cursor = stream_of_its_own(model)
    runtime = a_runtime(store, model)
    poll(runtime)
    history(model, events)
    told: list[str] = []
    clock, pauses = 0, iter(gaps)
    while clock < 85:
        clock += next(pauses, 7)
        model.now = second(clock)
        model.breaks = data.draw(st.sampled_from([None, None, 0, 1, 2]))
        try:
            poll(runtime)
        except RetryLater:
            assert model.breaks is not None
        told += seen(store)
        reached = store.inbox.cursor(cursor)
        assert reached is not None
        assert reached <= model.now
    model.breaks = None
    poll(runtime)
    told += seen(store)
    assert sorted(told) == sorted(change.key for change in model.changes)


@FEW
@given(st.integers(1, 10**6))
def test_a_stamp_in_the_future_never_pulls_the_cursor_along(store: Store, ahead: int) -> None:
    model = Model()
    cursor = stream_of_its_own(model)
    runtime = a_runtime(store, model)
    poll(runtime)
    model.now = second(30)
    run = next(NUMBERS)
    model.changes = [Change(f"{run}-future", "1", second(30 + ahead), second(20))]
    poll(runtime)
    assert store.inbox.cursor(cursor) == model.now
    model.changes.append(Change(f"{run}-late", "1", second(28), second(40)))
    model.now = second(41)
    poll(runtime)
    assert seen(store) == {f"{run}-future", f"{run}-late"}


def test_a_shorter_overlap_does_miss_changes(store: Store) -> None:
    """The model can fail: with less overlap than delay and skew it does."""
    model = Model()
    stream_of_its_own(model)
    narrow = {side: float(DELAY - 5) for side in Side}
    runtime = a_runtime(store, model, hot_window=narrow)
    poll(runtime)
    run = next(NUMBERS)
    late = Change(f"{run}-late", "1", second(20 - SKEW), second(20 + DELAY))
    model.changes = [late, Change(f"{run}-soon", "1", second(30), second(30))]
    for clock in (31, 33, 60, 90):
        model.now = second(clock)
        poll(runtime)
    assert seen(store) == {f"{run}-soon"}
