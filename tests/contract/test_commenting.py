"""Comments: in order, exactly once, to be found again by id and by reference."""

from __future__ import annotations

from dataclasses import replace

from connector.errors import Gone
from connector.values import Comment, Done, NotSent, Refused
from tests.contract.mounts import Mount


def told(mount: Mount, *keys: str) -> list[Comment]:
    """The comments of records, as the adapter reads them."""
    return list(mount.adapter.comments(mount.container, keys))


def test_comments_arrive_once_in_order_with_their_ids(mount: Mount) -> None:
    key = mount.made(1)
    results = mount.adapter.comment([mount.note(key, number) for number in range(4)])
    ids = [one.key for one in results if isinstance(one, Done)]
    rows = told(mount, key)
    assert [row.id for row in rows] == ids
    assert [row.body for row in rows] == [f"note {n} [r{n}]" for n in range(4)]
    assert mount.remarks(key) == [row.body for row in rows]
    assert {(row.container, row.key) for row in rows} == {(mount.container, key)}


def test_order_holds_for_each_of_several_records(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(1), mount.draft(2), mount.draft(3)])
    drafts = [mount.note(keys[number % 3], number) for number in range(7)]
    results = mount.adapter.comment(drafts)
    assert all(isinstance(one, Done) for one in results)
    rows = {row.id: row for row in told(mount, *keys)}
    for draft, result in zip(drafts, results, strict=True):
        assert isinstance(result, Done)
        assert draft.reference in rows[result.key].body
        assert rows[result.key].key == draft.key
    assert mount.remarks(keys[0]) == [drafts[place].body for place in (0, 3, 6)]


def test_all_comments_come_oldest_first_over_all_records(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(1), mount.draft(2)])
    ids = []
    for number in range(6):
        mount.clock.advance(5)
        ids.append(mount.remark(keys[number % 2], f"remark {number}"))
    rows = told(mount, *keys)
    assert [row.id for row in rows] == ids
    assert [row.created for row in rows] == sorted(row.created for row in rows)


def test_a_comment_tells_author_time_and_words(mount: Mount) -> None:
    key = mount.made(1)
    mount.clock.advance(60)
    text = "  line one\n\nline *two* {code}x{code} ä😀  "
    number = mount.remark(key, text)
    [row] = told(mount, key)
    assert (row.id, row.body, row.author_name) == (number, text, "Amira Haddad")
    assert row.created == row.updated == mount.clock.now()
    login = "amira.haddad"
    assert row.author == (login if mount.system == "servicenow" else mount.person_key(login))


def test_internal_stays_internal_and_public_public(mount: Mount) -> None:
    key = mount.made(1)
    mount.adapter.comment([mount.note(key, 1), mount.note(key, 2, internal=False)])
    assert [(row.body[5], row.internal) for row in told(mount, key)] == [("1", True), ("2", False)]


def test_one_for_a_group_is_internal(board: Mount) -> None:
    key = board.made(1)
    board.hands().comment(key, "among us", group="jira-users")  # type: ignore[attr-defined]
    board.remark(key, "for all")
    assert [(row.body, row.internal) for row in told(board, key)] == [
        ("among us", True),
        ("for all", False),
    ]


def test_a_later_part_is_not_sent_behind_a_refusal(board: Mount) -> None:
    key = board.made(1)
    first, second, other = (board.note(key, number) for number in range(3))
    drafts = [replace(first, body=" "), replace(second, follows=True), other]
    refused, behind, waits = board.adapter.comment(drafts)
    assert isinstance(refused, Refused)
    assert isinstance(behind, NotSent)
    assert isinstance(waits, NotSent)
    assert board.remarks(key) == []

    refused, done = board.adapter.comment([drafts[0], other])
    assert isinstance(refused, Refused)
    assert isinstance(done, Done)
    assert board.remarks(key) == [other.body]


def test_whoever_edits_a_comment_is_told(board: Mount) -> None:
    key = board.made(1)
    number = board.remark(key, "first")
    board.hands("ben.okafor").edit_comment(key, number, "second")  # type: ignore[attr-defined]
    [row] = told(board, key)
    assert (row.author_name, row.editor_name) == ("Amira Haddad", "Ben Okafor")


def test_an_edited_comment_shows_its_new_words(board: Mount) -> None:
    key = board.made(1)
    number = board.remark(key, "first")
    board.clock.advance(60)
    board.hands().edit_comment(key, number, "second")  # type: ignore[attr-defined]
    [row] = told(board, key)
    assert (row.id, row.body) == (number, "second")
    assert row.updated == board.clock.now()
    assert row.created < row.updated


def test_records_without_comments_and_out_of_sight_have_none(mount: Mount) -> None:
    quiet, hidden, loud = mount.all_made([mount.draft(number) for number in range(3)])
    mount.remark(hidden, "secret")
    mount.remark(loud, "open")
    if mount.indexed:
        mount.hide(hidden)
        assert [row.body for row in told(mount, quiet, hidden, loud)] == ["open"]
    assert told(mount, quiet) == []


def test_a_comment_on_a_record_that_is_gone_is_not_sent(mount: Mount) -> None:
    gone, there = mount.all_made([mount.draft(1), mount.draft(2)])
    mount.delete(gone)
    lost, done = mount.adapter.comment([mount.note(gone, 1), mount.note(there, 2)])
    assert isinstance(lost, NotSent)
    assert isinstance(lost.error, Gone)
    assert isinstance(done, Done)


def test_a_closed_incident_drops_a_note_and_that_is_said(desk: Mount) -> None:
    key = desk.made(1)
    desk.adapter.move([desk.move(key, "7", **desk.closing)], [])[0]
    refused, behind = desk.adapter.comment([desk.note(key, 1), desk.note(key, 2)])
    assert isinstance(refused, Refused)
    assert refused.error.field == desk.lane
    assert isinstance(behind, NotSent)
    assert desk.remarks(key) == []


def test_more_comments_than_a_page_holds(mount: Mount) -> None:
    key = mount.made(1)
    for number in range(130):
        mount.clock.advance(2)
        mount.remark(key, f"remark {number}")
    assert [row.body for row in told(mount, key)] == [f"remark {n}" for n in range(130)]
