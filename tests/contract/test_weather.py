"""Bad weather: reads are repeated, no write is done twice, every doubt is told as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.errors import BrokenAnswer, RetryLater, Unreachable
from connector.values import Done, NotSent, RemoteLink, Unclear, WriteResult
from tests.contract.mounts import LONG_AGO, JiraMount, Mount

GUSTS: dict[str, dict[str, Any]] = {
    "503": {"kind": "status", "status": 503},
    "503 that asks for patience": {"kind": "status", "status": 503, "retry_after": "3"},
    "502": {"kind": "status", "status": 502, "body": "<html>Bad gateway</html>"},
    "429": {"kind": "status", "status": 429},
    "dropped before": {"kind": "drop_before"},
    "dropped after": {"kind": "drop_after"},
    "truncated": {"kind": "truncate"},
    "a page": {"kind": "html"},
}


@pytest.mark.parametrize("gust", GUSTS)
def test_a_read_is_repeated_until_it_is_whole(mount: Mount, gust: str) -> None:
    key = mount.made(1)
    mount.weather("read", times=2, **GUSTS[gust])
    mount.weather("feed", skip=1, **GUSTS[gust])
    assert mount.read(key, "summary").fields[mount.summary] == "record 1"
    assert [row.key for row in mount.sightings(LONG_AGO)] == [key]
    assert len(mount.slept) >= 2


def test_a_page_in_the_middle_is_read_again_and_no_row_is_lost(mount: Mount) -> None:
    keys = mount.many(1100 if mount.system == "servicenow" else 130)
    mount.weather("feed", "drop_after", skip=1)
    assert sorted(row.key for row in mount.sightings(LONG_AGO)) == sorted(keys)


def test_half_a_list_with_200_is_not_taken_for_the_whole(desk: Mount) -> None:
    keys = desk.all_made([desk.draft(number) for number in range(6)])
    desk.weather("read", "partial")
    assert set(desk.adapter.read("incident", keys, [])) == set(keys)


def test_a_read_that_was_only_accepted_is_repeated(desk: Mount) -> None:
    key = desk.made(1)
    desk.weather("read", "accepted")
    assert desk.read(key).key == key


@pytest.mark.parametrize("retry_after", ["7", "date:7"])
def test_both_forms_of_retry_after_are_obeyed(mount: Mount, retry_after: str) -> None:
    key = mount.made(1)
    mount.slept.clear()
    mount.weather("read", "status", status=429, retry_after=retry_after)
    assert mount.read(key).key == key
    assert mount.slept == [7.0]


def test_a_pause_of_an_hour_is_not_slept_through(mount: Mount) -> None:
    key = mount.made(1)
    mount.slept.clear()
    mount.weather("read", "status", status=429, retry_after="3600", times=None)
    with pytest.raises(RetryLater) as caught:
        mount.read(key)
    assert caught.value.after == 3600
    assert mount.slept == []


@pytest.mark.parametrize(
    ("gust", "error"),
    [("503", RetryLater), ("429", RetryLater), ("dropped before", RetryLater),
     ("a page", BrokenAnswer)],
)  # fmt: skip
def test_a_side_that_stays_down_ends_in_an_error(
    mount: Mount, gust: str, error: type[Exception]
) -> None:
    key = mount.made(1)
    mount.slept.clear()
    mount.weather("anything", times=None, **GUSTS[gust])
    for ask in (lambda: mount.read(key), lambda: mount.sightings(LONG_AGO), mount.adapter.identity):
        with pytest.raises(error) as caught:
            ask()
        assert mount.system in str(caught.value)
    assert 0 < sum(mount.slept) <= 90


Write = Callable[[Mount, str], list[WriteResult]]
WRITES: dict[str, Write] = {
    "create": lambda m, _key: m.adapter.create([m.draft(2)]),
    "edit": lambda m, key: m.adapter.patch([m.patch(key, summary="new words")], [m.summary]),
    "comment": lambda m, key: m.adapter.comment([m.note(key, 1)]),
}


def effects(mount: Mount, key: str) -> int:
    """How often the write of a story was done."""
    edited = mount.truth(key, "summary") == "new words"
    return mount.population() - 1 + edited + len(mount.remarks(key))


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    ("kind", "more", "happened"),
    [("drop_after", {}, 1), ("drop_before", {}, 0), ("html", {}, 0),
     ("status", {"status": 500}, 0), ("status", {"status": 503, "retry_after": "1"}, 0),
     ("late", {"seconds": 20}, 0)],
)  # fmt: skip
def test_a_write_without_an_answer_is_a_doubt_and_is_not_sent_again(
    mount: Mount, write: str, kind: str, more: dict[str, Any], happened: int
) -> None:
    key = mount.made(1)
    writes = mount.counted("write")
    mount.weather(write, kind, times=1, **more)
    [result] = WRITES[write](mount, key)
    assert isinstance(result, Unclear)
    assert mount.counted("write") == writes + 1
    assert effects(mount, key) == happened
    if kind == "late":
        mount.clock.advance(21)
        mount.read(key)
        assert effects(mount, key) == 1


def test_several_creates_in_doubt_are_all_in_doubt_or_told_apart(mount: Mount) -> None:
    mount.made(1)
    mount.weather("create", "drop_after")
    results = mount.adapter.create([mount.draft(number) for number in (2, 3, 4)])
    doubts = [isinstance(one, Unclear) for one in results]
    assert doubts == ([True] * 3 if mount.system == "jira" else sorted(doubts, reverse=True))
    assert any(doubts)
    marks = [mount.mark(number) for number in (2, 3, 4)]
    found = mount.adapter.find(mount.container, marks)
    assert [len(found[mark]) for mark in marks] == [1, 1, 1]


def test_a_batch_of_edits_in_doubt_is_in_doubt_altogether(desk: Mount) -> None:
    keys = desk.all_made([desk.draft(number) for number in range(3)])
    desk.weather("anything", "drop_after")
    results = desk.adapter.patch([desk.patch(key, summary="new") for key in keys], [])
    assert [type(one) for one in results] == [Unclear] * 3
    assert [desk.truth(key, "summary") for key in keys] == ["new"] * 3


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("retry_after", ["5", "date:5"])
def test_a_write_refused_before_any_work_is_sent_again_and_done_once(
    mount: Mount, write: str, retry_after: str
) -> None:
    key = mount.made(1)
    writes = mount.counted("write")
    mount.slept.clear()
    mount.weather(write, "status", status=429, retry_after=retry_after)
    [result] = WRITES[write](mount, key)
    assert isinstance(result, Done)
    assert effects(mount, key) == 1
    assert mount.counted("write") == writes + 2
    assert mount.slept == [5.0]


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_is_always_put_off_was_not_sent(mount: Mount, write: str) -> None:
    key = mount.made(1)
    mount.weather(write, "status", status=429, retry_after="3600", times=None)
    [result] = WRITES[write](mount, key)
    assert isinstance(result, NotSent)
    assert isinstance(result.error, RetryLater)
    assert result.error.after == 3600
    assert effects(mount, key) == 0


def test_a_lost_move_is_in_doubt_or_seen_by_looking(mount: Mount) -> None:
    key = mount.made(1)
    mount.weather("move", "drop_after")
    result = mount.adapter.move([mount.move(key, mount.near)], [mount.status])[0]
    assert isinstance(result, Done if mount.system == "jira" else Unclear)
    assert mount.truth(key, "status") == mount.near


def test_a_walk_with_lost_answers_takes_each_hop_once(board: JiraMount) -> None:
    key = board.made(1)
    board.weather("move", "drop_after")
    board.weather("move", "drop_before", skip=1)
    done = board.adapter.move([board.move(key, board.far, **board.closing)], [board.status])[0]
    assert isinstance(done, Done)
    assert len(done.hops) == 4
    assert len(board.world.writes(kind="transition", issue=key)) == 4


def test_a_walk_that_loses_too_much_is_in_doubt(board: JiraMount) -> None:
    key = board.made(1)
    board.weather("move", "drop_before", times=None)
    result = board.adapter.move([board.move(key, board.near)], [board.status])[0]
    assert isinstance(result, Unclear)
    assert board.truth(key, "status") == board.first


def test_behind_a_doubtful_comment_the_others_wait(mount: Mount) -> None:
    key, other = mount.all_made([mount.draft(1), mount.draft(2)])
    first = mount.adapter.comment([mount.note(key, 0)])
    assert isinstance(first[0], Done)
    mount.clock.advance(5)
    mount.weather("comment", "drop_after")
    drafts = [mount.note(key, number) for number in range(1, 4)]
    doubt, *waiting = mount.adapter.comment(drafts)
    assert isinstance(doubt, Unclear)
    assert [type(one) for one in waiting] == [NotSent, NotSent]
    assert mount.remarks(key) == ["note 0 [r0]", "note 1 [r1]"]
    assert mount.remarks(other) == []


def test_a_note_whose_look_back_fails_is_in_doubt_not_refused(desk: Mount) -> None:
    key = desk.made(1)
    desk.weather("look back", "status", status=503, times=None)
    [result] = desk.adapter.comment([desk.note(key, 1)])
    assert isinstance(result, Unclear)
    assert desk.remarks(key) == ["note 1 [r1]"]


def test_a_lost_decoration_is_simply_sent_again(board: JiraMount) -> None:
    key = board.made(1)
    board.weather("decorate", "drop_after")
    link = RemoteLink(key, "servicenow:abc", "https://desk.example/x", "INC0010001")
    [done] = board.adapter.decorate([link])
    assert isinstance(done, Done)
    assert len(board.world.issues[key].remote) == 1
    assert board.counted("decoration") == 2


def test_the_read_back_after_a_write_may_fail_without_taking_the_write_along(
    board: JiraMount,
) -> None:
    key = board.made(1)
    board.weather("read", "status", status=503, times=None)
    [done] = board.adapter.patch([board.patch(key, summary="new words")], [board.summary])
    assert isinstance(done, Done)
    assert board.truth(key, "summary") == "new words"


def test_what_nobody_answered_at_all_was_never_sent(real: Mount) -> None:
    adapter = real.unheard()
    for ask in (
        adapter.identity,
        lambda: adapter.read(real.container, ["1"], []),
        lambda: adapter.create([real.draft(1), real.draft(2)]),
        lambda: adapter.patch([real.patch("1", summary="x")], []),
        lambda: adapter.move([real.move("1", real.near)], [])[0],
        lambda: adapter.comment([real.note("1", 1), real.note("1", 2)]),
    ):
        with pytest.raises(Unreachable):
            ask()
    adapter.close()


def test_an_error_shows_no_secret_and_no_words_of_people(mount: Mount) -> None:
    key = mount.made(1, summary="Salary of Mr Smith")
    mount.weather("anything", "status", status=503, times=None, body='{"error": "Mr Smith"}')
    with pytest.raises(RetryLater) as caught:
        mount.read(key, "summary")
    told = str(caught.value)
    assert "Smith" not in told
    assert "sandbox" not in told.replace("sandbox.test", "")
    assert caught.value.where
