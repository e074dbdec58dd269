"""Reads by key: parallel to the keys, honest about what is unknown, empty, hidden and stale."""

from __future__ import annotations

import pytest

from connector.values import Done
from tests.contract.mounts import START, Mount


def test_many_keys_are_answered_in_one_go(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(number) for number in range(120)])
    before = mount.counted("read")
    found = mount.adapter.read(mount.container, keys, [mount.summary])
    assert {key: row.fields[mount.summary] for key, row in found.items()} == {
        key: f"record {number}" for number, key in enumerate(keys)
    }
    assert mount.counted("read") - before <= 4


def test_a_record_tells_who_where_and_when(mount: Mount) -> None:
    key = mount.made(1)
    made = mount.clock.now()
    mount.clock.advance(60)
    mount.edit(key, summary="edited by a person")
    record = mount.read(key, "summary")
    assert (record.key, record.container, record.kind) == (key, mount.container, mount.kind)
    assert record.created == made
    assert record.updated == mount.clock.now()
    assert record.label
    assert record.label in record.url or key in record.url
    assert record.url.startswith("http://sandbox.test/")


def test_a_version_changes_with_the_record_and_only_then(mount: Mount) -> None:
    key = mount.made(1)
    first = mount.read(key).version
    assert mount.read(key, "summary").version == first
    mount.clock.advance(60)
    assert mount.read(key).version == first
    mount.edit(key, summary="edited")
    assert mount.read(key).version != first


@pytest.mark.parametrize("fresh", [False, True])
def test_what_is_deleted_hidden_or_unknown_is_absent(mount: Mount, fresh: bool) -> None:
    keys = mount.all_made([mount.draft(number) for number in range(7)])
    mount.hide(keys[2])
    mount.delete(keys[4])
    asked = [*keys, "9" * 32]
    found = mount.adapter.read(mount.container, asked, [mount.summary], fresh=fresh)
    assert set(found) == {keys[place] for place in (0, 1, 3, 5, 6)}


def test_nothing_asked_costs_nothing(mount: Mount) -> None:
    mount.made(1)
    before = mount.adapter.meter.totals()
    assert mount.adapter.read(mount.container, [], [mount.summary]) == {}
    assert mount.adapter.in_scope(mount.container, mount.scope, []) == frozenset()
    assert mount.adapter.find(mount.container, []) == {}
    assert mount.adapter.comments(mount.container, []) == ()
    assert mount.adapter.people() == ()
    assert mount.adapter.create([]) == []
    assert mount.adapter.patch([], [mount.summary]) == []
    assert mount.adapter.comment([]) == []
    assert mount.adapter.meter.totals() == before


def test_empty_is_none_and_an_unknown_field_is_absent(mount: Mount) -> None:
    key = mount.made(1)
    record = mount.read(key, "summary", "description", "person", "no_such_field")
    assert dict(record.fields) == {
        mount.summary: "record 1",
        mount.description: None,
        mount.person: None,
    }


def test_only_what_was_asked_is_answered(mount: Mount) -> None:
    key = mount.made(1, description="long")
    assert set(mount.read(key, "summary").fields) == {mount.summary}
    assert set(mount.read(key).fields) == set()


def test_texts_are_stripped_of_nothing(mount: Mount) -> None:
    text = "  first line\n\n  <b>second</b> & {code}ä€😀{code} line  "
    key = mount.made(1, description=text)
    assert mount.read(key, "description").fields[mount.description] == text


def test_persons_are_told_by_their_key(mount: Mount) -> None:
    key = mount.made(1, person=mount.person_key("jonas.weber"))
    held = mount.read(key, "person").fields[mount.person]
    assert held == mount.person_key("jonas.weber")


def test_a_fresh_read_is_never_older_than_the_call(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(number) for number in range(6)])
    if mount.indexed:
        mount.sandbox.index.lag = 600  # type: ignore[attr-defined]
    mount.clock.advance(60)
    mount.edit(keys[0], summary="new words")
    fresh = mount.adapter.read(mount.container, keys, [mount.summary], fresh=True)
    assert fresh[keys[0]].fields[mount.summary] == "new words"
    bulk = mount.adapter.read(mount.container, keys, [mount.summary])
    seen = bulk[keys[0]].fields[mount.summary]
    assert seen == ("record 0" if mount.adapter.reads_lag else "new words")


def test_only_data_center_reads_through_an_index(mount: Mount) -> None:
    assert mount.adapter.reads_lag is (getattr(mount, "flavour", "") == "dc")


def test_the_clock_is_the_servers(mount: Mount) -> None:
    mount.clock.advance(3 * 3600 + 17)
    assert mount.adapter.server_now() == mount.clock.now()
    assert mount.adapter.server_now().utcoffset() == START.utcoffset()


NAMED = {
    "Summary": "summary", "Environment": "environment", "Priority": "priority",
    "Labels": "labels", "Due date": "duedate", "Fix versions": "fixVersions",
    "Issue Type": "issuetype", "Status": "status", "Reporter": "reporter", "Created": "created",
}  # fmt: skip
"""Fields of the system as people read them, and their ids."""


def test_fields_of_the_system_are_known_by_the_names_that_people_read(board: Mount) -> None:
    key = board.made(1, priority="High", duedate="2026-05-04")
    board.edit(key, environment="Two nodes")
    by_name, by_id = (
        board.adapter.read(board.container, [key], names, fresh=True)[key].fields
        for names in (list(NAMED), list(NAMED.values()))
    )
    assert by_name == {name: by_id[native] for name, native in NAMED.items()}
    assert by_name["Environment"] == "Two nodes"
    folded = board.adapter.read(board.container, [key], ["ENVIRONMENT"], fresh=True)[key]
    assert folded.fields == {"ENVIRONMENT": "Two nodes"}


def test_and_are_written_by_them(board: Mount) -> None:
    key = board.made(1)
    [done] = board.adapter.patch([board.patch(key, Environment="One node", Labels=("a",))], ())
    assert isinstance(done, Done)
    assert board.read(key, "environment", "labels").fields == {
        "environment": "One node", "labels": ("a",),
    }  # fmt: skip
