"""The meter: every request, repeats included, by its class."""

from __future__ import annotations

from connector.values import RemoteLink
from tests.contract.mounts import LONG_AGO, JiraMount, Mount


def test_all_classes_are_told_from_the_start(mount: Mount) -> None:
    assert mount.adapter.meter.totals() == {"read": 0, "write": 0, "decoration": 0}


def test_reads_are_reads(mount: Mount) -> None:
    key = mount.made(1)
    before = mount.adapter.meter.totals()
    mount.read(key)
    mount.sightings(LONG_AGO)
    after = mount.adapter.meter.totals()
    assert after["read"] - before["read"] == 2
    assert {**after, "read": 0} == {**before, "read": 0}


def test_repeats_of_a_read_are_counted(mount: Mount) -> None:
    key = mount.made(1)
    mount.read(key)
    before = mount.counted("read")
    mount.weather("read", "status", status=503, times=3)
    mount.read(key)
    assert mount.counted("read") - before == 4


def test_writes_are_writes(mount: Mount) -> None:
    key = mount.made(1)
    before = mount.counted("write")
    mount.adapter.patch([mount.patch(key, summary="new words")], [mount.summary])
    mount.adapter.comment([mount.note(key, 1)])
    mount.adapter.move([mount.move(key, mount.near)], [mount.status])[0]
    assert mount.counted("write") - before == 3
    assert mount.counted("decoration") == 0


def test_many_edits_of_servicenow_are_one_request(desk: Mount) -> None:
    keys = desk.all_made([desk.draft(number) for number in range(30)])
    before = desk.counted("write")
    desk.adapter.patch([desk.patch(key, summary="new") for key in keys], [desk.summary])
    assert desk.counted("write") - before == 1


def test_many_creates_of_jira_are_one_request(board: JiraMount) -> None:
    board.made(1)
    before = board.counted("write")
    board.all_made([board.draft(number) for number in range(2, 52)])
    assert board.counted("write") - before == 1


def test_decoration_is_counted_apart(board: JiraMount) -> None:
    key = board.made(1)
    writes = board.counted("write")
    board.adapter.decorate([RemoteLink(key, "servicenow:abc", "https://desk.example/x", "INC1")])
    assert board.counted("decoration") == 1
    assert board.counted("write") == writes
