"""Lists are read to their end: over equal stamps, hidden rows, and an instance that ignores us."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import AccessLost, BrokenAnswer, RetryLater
from connector.sandbox.http import App, Request, Response
from connector.sandbox.servicenow.instance import put
from connector.servicenow.lists import LIMIT, by_id, by_time
from tests.support.servicenow import LONG_AGO, START, ServiceNowStage

STAMP = "sys_updated_on"
FIELDS = f"sys_id,{STAMP}"


def timed(stage: ServiceNowStage, since: datetime = LONG_AGO) -> list[str]:
    """The ids that a reading by time tells, in its order."""
    pages = by_time(stage.door(), "incident", (), STAMP, since, FIELDS)
    return [row["sys_id"] for page in pages for row in page]


def listed(stage: ServiceNowStage, scope: str = "") -> list[str]:
    """The ids that a reading by id tells, in its order."""
    pages = by_id(stage.door(), "incident", scope, "sys_id")
    return [row["sys_id"] for page in pages for row in page]


def spread(stage: ServiceNowStage, *numbers: int) -> list[str]:
    """So many rows in each of several seconds; keys by time and id."""
    keys: list[str] = []
    for second, number in enumerate(numbers):
        at = (START + timedelta(seconds=second)).strftime("%Y-%m-%d %H:%M:%S")
        rows = [put(stage.world, "incident", {"number": f"X{n}"}, at=at) for n in range(number)]
        keys += sorted(row["sys_id"] for row in rows)
    return keys


class SmallPages:
    """An instance whose pages are cut to a few rows, whatever is asked for."""

    def __init__(self, app: App, size: int) -> None:
        self._app = app
        self._size = str(size)

    def handle(self, request: Request) -> Response:
        query = tuple(
            (name, self._size if name == "sysparm_limit" else value)
            for name, value in request.query
        )
        return self._app.handle(replace(request, query=query))


def small(size: int) -> ServiceNowStage:
    return ServiceNowStage(between=lambda app: SmallPages(app, size))


def test_more_rows_in_one_second_than_a_page_holds() -> None:
    stage = ServiceNowStage()
    keys = stage.filled(2 * LIMIT + 5)
    assert timed(stage) == keys
    assert len(stage.wire.requests) == 4


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_every_row_comes_once_and_in_order(size: int) -> None:
    stage = small(size)
    keys = spread(stage, 3, 1, 7, 1, 0, 4)
    assert timed(stage) == keys
    assert listed(stage) == sorted(keys)


def test_reading_starts_in_the_second_that_was_asked_for() -> None:
    stage = small(2)
    keys = spread(stage, 3, 2, 4)
    assert timed(stage, START + timedelta(seconds=1, microseconds=999_999)) == keys[3:]
    assert timed(stage, START + timedelta(seconds=9)) == []


def test_a_short_page_is_not_the_end() -> None:
    stage = small(4)
    keys = spread(stage, 6, 6)
    hidden = set(keys[1:4]) | {keys[7]}
    stage.world.knobs.hidden_rows |= hidden
    seen = [key for key in keys if key not in hidden]
    assert timed(stage) == seen
    assert listed(stage) == sorted(seen)


def test_whole_pages_of_hidden_rows_are_stepped_over() -> None:
    stage = ServiceNowStage()
    keys = stage.filled(2 * LIMIT + 100)
    stage.world.knobs.hidden_rows |= set(keys[: 2 * LIMIT + 50])
    assert timed(stage) == keys[2 * LIMIT + 50 :]
    assert listed(stage) == keys[2 * LIMIT + 50 :]
    offsets = [one.param("sysparm_offset") or "0" for one in stage.wire.requests[:3]]
    assert offsets == ["0", "1000", "2000"]


def test_hidden_rows_at_the_end_do_not_hold_us_up() -> None:
    stage = ServiceNowStage()
    keys = stage.filled(LIMIT + 50)
    stage.world.knobs.hidden_rows |= set(keys[10:])
    assert timed(stage) == keys[:10]
    assert listed(stage) == keys[:10]


def test_nothing_at_all_is_an_empty_answer() -> None:
    stage = ServiceNowStage()
    assert timed(stage) == []
    assert listed(stage, "active=true") == []


class NoLinks:
    """A proxy that takes the ``Link`` header away."""

    def __init__(self, app: App) -> None:
        self._app = app

    def handle(self, request: Request) -> Response:
        answer = self._app.handle(request)
        headers = {name: value for name, value in answer.headers.items() if name != "Link"}
        return replace(answer, headers=headers)


def test_a_full_page_without_a_link_is_not_the_end() -> None:
    stage = ServiceNowStage(between=NoLinks)
    keys = stage.filled(LIMIT + 5)
    assert timed(stage) == keys
    assert listed(stage) == keys


class Forgetful:
    """An instance that ignores conditions on one column, as it does with a misspelt one."""

    def __init__(self, app: App, name: str) -> None:
        self._app = app
        self._pattern = re.compile(rf"(?:^|\^){name}[<>=][^^]*")

    def handle(self, request: Request) -> Response:
        query = tuple(
            (name, self._pattern.sub("", value).removeprefix("^")) for name, value in request.query
        )
        return self._app.handle(replace(request, query=query))


def test_an_ignored_time_condition_is_noticed() -> None:
    stage = ServiceNowStage(between=lambda app: Forgetful(app, STAMP))
    spread(stage, 2, 2)
    with pytest.raises(BrokenAnswer, match=f"condition on {STAMP} was ignored"):
        timed(stage, START + timedelta(seconds=1))


def test_a_column_that_may_not_be_sorted_by_is_a_question_of_rights() -> None:
    stage = ServiceNowStage()
    stage.world.knobs.no_range.add(f"incident.{STAMP}")
    with pytest.raises(AccessLost, match="read rights on this table and the queried columns"):
        timed(stage)


@pytest.mark.parametrize("name", ["sys_id", STAMP])
def test_a_hidden_key_column_stops_the_reading(name: str) -> None:
    stage = small(2)
    spread(stage, 3)
    stage.world.knobs.hidden_fields.add(f"incident.{name}")
    with pytest.raises(AccessLost, match=name):
        timed(stage)


@pytest.mark.parametrize(
    "scope", ["ORDERBYDESCnumber", "numberSTARTSWITHX^ORDERBYnumber^EQ", "number=X1^NQnumber!=X1"]
)
def test_a_scope_with_an_order_of_its_own_loses_no_row(scope: str) -> None:
    stage = small(3)
    keys = spread(stage, 20)
    assert listed(stage, scope) == keys


def test_rows_that_move_while_we_read_are_seen_at_least_once() -> None:
    stage = small(3)
    keys = spread(stage, 9)
    stage.clock.advance(60)
    pages = by_time(stage.door(), "incident", (), STAMP, LONG_AGO, FIELDS)
    seen = [row["sys_id"] for row in next(pages)]
    for key in keys[:5]:
        stage.world.system("incident", key, {"short_description": "moved"})
    seen += [row["sys_id"] for page in pages for row in page]
    assert set(seen) == set(keys)


@pytest.mark.parametrize("skip", [0, 1, 2])
def test_a_page_cut_off_by_the_quota_is_asked_for_again(skip: int) -> None:
    stage = small(4)
    keys = spread(stage, 10)
    stage.weather("partial", skip=skip, times=2)
    assert timed(stage) == keys


def test_a_quota_that_always_strikes_ends_in_an_error_not_in_fewer_rows() -> None:
    stage = ServiceNowStage()
    spread(stage, 10)
    stage.weather("partial", times=None)
    with pytest.raises(RetryLater, match="maximum execution time exceeded"):
        timed(stage)


def test_stamps_are_utc_whatever_zone_the_account_has() -> None:
    stage = ServiceNowStage()
    stage.world.knobs.time_zone_hours = 9
    keys = spread(stage, 1)
    assert timed(stage, START.astimezone(UTC)) == keys
    assert timed(stage, START + timedelta(seconds=1)) == []
