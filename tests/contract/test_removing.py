"""Deleting records, and what proves that somebody else did."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.address import Address
from connector.contents import File
from connector.errors import RetryLater
from connector.sandbox.servicenow import graves
from connector.values import Done, NotSent, Refused, Unclear
from tests.contract.mounts import JiraMount, Mount, ServiceNowMount
from tests.contract.test_files import attached, draft, told

NOBODY = "9" * 32


def at(mount: Mount, *keys: str) -> list[Address]:
    return [Address(mount.container, key) for key in keys]


def shown(mount: Mount, *keys: str) -> set[str]:
    return set(mount.adapter.read(mount.container, keys, [], fresh=True))


# ---- our own deletions


def test_what_is_deleted_is_gone_and_its_neighbours_stay(mount: Mount) -> None:
    mount.allow_deleting()
    gone, there = mount.all_made([mount.draft(1), mount.draft(2)])
    [result] = mount.adapter.delete(at(mount, gone))
    assert isinstance(result, Done)
    assert shown(mount, gone, there) == {there}
    assert mount.population() == 1


def test_what_is_gone_already_is_done(mount: Mount) -> None:
    mount.allow_deleting()
    key = mount.made(1)
    mount.delete(key)
    results = mount.adapter.delete(at(mount, key, NOBODY))
    assert [type(one) for one in results] == [Done, Done]


def test_without_the_right_nothing_is_deleted(mount: Mount) -> None:
    mount.allow_deleting(False)
    key = mount.made(1)
    [result] = mount.adapter.delete(at(mount, key))
    assert isinstance(result, Refused)
    assert result.error.what
    assert shown(mount, key) == {key}


def test_what_is_hidden_from_us_stays(mount: Mount) -> None:
    mount.allow_deleting()
    key = mount.made(1)
    mount.hide(key)
    mount.adapter.delete(at(mount, key))
    assert mount.population() == 1


def test_an_issue_with_subtasks_is_left_to_people(board: JiraMount) -> None:
    board.allow_deleting()
    key = board.made(1)
    below = board.hands().create("OPS", "Sub-task", "below", parent=key).id
    [result] = board.adapter.delete(at(board, key))
    assert isinstance(result, Refused)
    assert "subtasks" in result.error.what
    assert shown(board, key, below) == {key, below}


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "html", "status"])
def test_a_doubtful_answer_is_told_and_nothing_is_sent_again(mount: Mount, kind: str) -> None:
    """A person may have brought the record back by then."""
    mount.allow_deleting()
    key = mount.made(1)
    before = mount.counted("write")
    mount.weather("delete", kind, **({"status": 503} if kind == "status" else {}))
    [result] = mount.adapter.delete(at(mount, key))
    assert isinstance(result, Unclear)
    assert mount.counted("write") == before + 1
    assert mount.population() == (0 if kind == "drop_after" else 1)


def test_a_late_deletion_is_a_doubtful_one(mount: Mount) -> None:
    mount.allow_deleting()
    key = mount.made(1)
    mount.weather("delete", "late", seconds=60)
    [result] = mount.adapter.delete(at(mount, key))
    assert isinstance(result, Unclear)
    assert shown(mount, key) == {key}
    mount.clock.advance(61)
    assert shown(mount, key) == set()


def test_what_was_certainly_not_done_is_tried_again(mount: Mount) -> None:
    mount.allow_deleting()
    key = mount.made(1)
    mount.weather("delete", "status", status=429, retry_after="3")
    [result] = mount.adapter.delete(at(mount, key))
    assert isinstance(result, Done)
    assert shown(mount, key) == set()
    mount.weather("delete", "status", status=429, retry_after="3", times=None)
    assert isinstance(mount.adapter.delete(at(mount, NOBODY))[0], NotSent)


# ---- proofs


def test_absence_is_no_proof_of_a_deletion(mount: Mount) -> None:
    hidden, there = mount.all_made([mount.draft(1), mount.draft(2)])
    if isinstance(mount, ServiceNowMount):
        mount.allow_proofs()
    mount.hide(hidden)
    assert mount.adapter.witness.deleted(mount.container, [hidden, there, NOBODY]) == {}


def test_a_deletion_is_proven_only_where_the_account_may_see_it(mount: Mount) -> None:
    gone, there = mount.all_made([mount.draft(1), mount.draft(2)])
    mount.clock.advance(90)
    when = mount.clock.now()
    mount.delete(gone)
    witness = mount.adapter.witness
    assert witness.deleted(mount.container, [gone, there]) == {}
    assert "no deletion is proven" in witness.silent(mount.container)
    if isinstance(mount, ServiceNowMount):
        mount.allow_proofs()
        assert witness.silent(mount.container) == ""
        assert witness.deleted("incident", [gone, there]) == {gone: when}
        assert witness.deleted("problem", [gone, there]) == {}


def test_a_record_that_came_back_is_not_deleted(desk: ServiceNowMount) -> None:
    desk.allow_proofs()
    key = desk.made(1, summary="as it was")
    desk.put_file(key, "a.txt", b"x")
    desk.clock.advance(5)
    desk.delete(key)
    desk.clock.advance(5)
    desk.undelete(key)

    assert desk.adapter.witness.deleted("incident", [key]) == {}
    assert desk.read(key, "summary").fields["short_description"] == "as it was"
    assert desk.contents(key) == []
    desk.hide(key)
    assert desk.adapter.witness.deleted("incident", [key]) == {}
    desk.clock.advance(5)
    desk.delete(key)
    assert desk.adapter.witness.deleted("incident", [key]) == {key: desk.clock.now()}


def test_a_return_is_told_where_the_account_may_see_it(mount: Mount) -> None:
    key, other = mount.all_made([mount.draft(1), mount.draft(2)])
    witness = mount.adapter.witness
    if isinstance(mount, ServiceNowMount):
        mount.delete(key)
        mount.clock.advance(5)
        mount.undelete(key)
        assert witness.returned("incident", [key, other]) == {key: mount.clock.now()}
        assert witness.returned("problem", [key]) == {}
        mount.world.knobs.denied_tables.add("sys_audit")
        assert witness.returned("incident", [key, other]) == {}
    assert witness.returned(mount.container, [other]) == {}


def test_what_a_job_cleaned_away_leaves_no_proof(desk: ServiceNowMount) -> None:
    desk.allow_proofs()
    key = desk.made(1)
    graves.clean(desk.world, key)
    assert shown(desk, key) == set()
    assert desk.adapter.witness.deleted("incident", [key]) == {}


def test_a_return_that_cannot_be_read_just_now_is_no_proof(desk: ServiceNowMount) -> None:
    """The line of the deletion is read, the one of the return is not."""
    desk.allow_proofs()
    key = desk.made(1)
    desk.delete(key)
    desk.undelete(key)
    desk.weather("audit", "status", status=503, times=None)
    with pytest.raises(RetryLater):
        desk.adapter.witness.deleted("incident", [key])


def test_a_container_is_shown_or_it_is_not(mount: Mount) -> None:
    mount.made(1)
    assert mount.adapter.witness.shows(mount.container)
    mount.close_off()
    assert not mount.adapter.witness.shows(mount.container)


def test_a_table_of_which_nothing_is_shown_is_not_shown(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    desk.hide(key)
    assert not desk.adapter.witness.shows("incident")


# ---- comments


def test_a_comment_that_is_gone_is_told_from_one_that_is_there(mount: Mount) -> None:
    key = mount.made(1)
    one, two = mount.remark(key, "one"), mount.remark(key, "two")
    assert gone(mount, key, one, two) == frozenset()
    mount.take_remark(key, one)
    assert gone(mount, key, one, two) == {one}


def gone(mount: Mount, key: str, *numbers: str) -> frozenset[str]:
    return mount.adapter.witness.missing_comments(mount.container, key, mount.lane, numbers)


def test_where_a_whole_journal_is_hidden_no_entry_is_told_to_be_gone(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    number = desk.remark(key, "one")
    desk.edit(key, comments="for the customer")
    desk.world.knobs.hidden_lanes.add("work_notes")
    assert gone(desk, key, number) == frozenset()
    desk.world.knobs.hidden_lanes.clear()
    desk.world.knobs.denied_tables.add("sys_journal_field")
    assert gone(desk, key, number) == frozenset()


# ---- files


def test_a_file_that_is_gone_is_told_from_one_that_is_there(mount: Mount, tmp_path: Path) -> None:
    key = mount.made(1)
    attached(mount, draft(mount, key, tmp_path, b"one"), draft(mount, key, tmp_path, b"two"))
    one, two = told(mount, key)
    assert missing(mount, one, two) == frozenset()
    mount.adapter.detach([one])
    assert missing(mount, one, two) == {one.id}


def missing(mount: Mount, *files: File) -> frozenset[str]:
    return mount.adapter.witness.missing_files([file.id for file in files])


def test_where_all_files_are_hidden_none_is_told_to_be_gone(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    number = desk.put_file(key, "a.txt", b"x")
    desk.world.knobs.hidden_rows.add(number)
    assert desk.adapter.witness.missing_files([number]) == frozenset()
    desk.put_file(key, "b.txt", b"x")
    assert desk.adapter.witness.missing_files([number]) == {number}
