"""What moved, what there is, what the scope selects, and where a mark stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import NotThere
from connector.values import StreamKind
from tests.contract.mounts import LONG_AGO, Mount

MANY = 1230
"""More than one page of every adapter; the real ServiceNow takes 1,000 rows a page."""


def crowd(mount: Mount) -> list[str]:
    """More records than a page holds, all with one stamp."""
    keys = mount.many(MANY if mount.system == "servicenow" else 130)
    mount.clock.advance(60)
    return keys


def test_streams_cover_the_containers_and_keep_their_names(mount: Mount) -> None:
    names = [mount.container, mount.other]
    streams = mount.adapter.streams(names)
    assert [one.name for one in streams] == [one.name for one in mount.adapter.streams(names)]
    records = [one for one in streams if one.kind is StreamKind.RECORDS]
    assert {name for one in records for name in one.containers} == set(names)
    assert len({one.name for one in streams}) == len(streams)


def test_changes_are_told_from_the_stamp_on_inclusive(mount: Mount) -> None:
    early = mount.made(1)
    mount.clock.advance(60)
    late = mount.made(2)
    record = mount.read(late)
    [row] = mount.sightings(record.updated)
    assert (row.container, row.key, row.version) == (mount.container, late, record.version)
    assert row.at == record.updated
    assert {one.key for one in mount.sightings(LONG_AGO)} == {early, late}
    assert mount.sightings(record.updated + timedelta(seconds=1)) == []


def test_changes_come_oldest_first(mount: Mount) -> None:
    keys = []
    for number in range(5):
        keys.append(mount.made(number))
        mount.clock.advance(5)
    mount.edit(keys[1], summary="edited last")
    rows = mount.sightings(LONG_AGO)
    assert [row.key for row in rows] == [keys[0], keys[2], keys[3], keys[4], keys[1]]
    assert [row.at for row in rows] == sorted(row.at for row in rows)


def test_one_stamp_may_fill_many_pages(mount: Mount) -> None:
    before = mount.made(1)
    mount.clock.advance(60)
    keys = crowd(mount)
    after = mount.made(2)
    stream = mount.adapter.streams([mount.container])[0]
    pages = list(mount.adapter.changed(stream, LONG_AGO))
    rows = [row.key for page in pages for row in page.sightings]
    assert len(pages) > 1
    assert (rows[0], rows[-1]) == (before, after)
    assert sorted(rows[1:-1]) == sorted(keys)


def test_hidden_rows_in_the_middle_hide_no_others(mount: Mount) -> None:
    keys = mount.in_order(crowd(mount))
    after = mount.made(2)
    page = 1000 if mount.system == "servicenow" else 50
    hidden = {keys[0], *keys[3 : page + 5], keys[-1]}
    for key in hidden:
        mount.hide(key)
    expected = {*keys, after} - hidden
    assert {row.key for row in mount.sightings(LONG_AGO)} == expected
    listed = [row.key for page in mount.adapter.listed(mount.container, "", []) for row in page]
    assert listed == mount.in_order(expected)


def test_the_servers_clock_stands_at_the_first_page(mount: Mount) -> None:
    crowd(mount)
    stream = mount.adapter.streams([mount.container])[0]
    started = mount.clock.now()
    stamps = []
    for page in mount.adapter.changed(stream, LONG_AGO):
        stamps.append(page.started)
        mount.clock.advance(30)
    assert set(stamps) == {started}


def test_no_change_is_still_a_page_with_the_servers_clock(mount: Mount) -> None:
    mount.made(1)
    mount.clock.advance(3600)
    stream = mount.adapter.streams([mount.container])[0]
    [page] = mount.adapter.changed(stream, mount.clock.now() - timedelta(seconds=60))
    assert page.sightings == ()
    assert page.started == mount.clock.now()


def test_a_new_comment_is_news_of_its_record(mount: Mount) -> None:
    key, _quiet = mount.all_made([mount.draft(1), mount.draft(2)])
    mount.clock.advance(60)
    at = mount.clock.now()
    mount.remark(key, "please look")
    streams = mount.adapter.streams([mount.container])
    rows = [
        row for one in streams for page in mount.adapter.changed(one, at) for row in page.sightings
    ]
    assert {row.key for row in rows} == {key}


def test_a_comment_stream_names_the_comment(desk: Mount) -> None:
    key = desk.made(1)
    ids = []
    for number in range(3):
        desk.clock.advance(10)
        ids.append(desk.remark(key, f"note {number}"))
    [stream] = [s for s in desk.adapter.streams(["incident"]) if s.kind is StreamKind.COMMENTS]
    rows = [row for page in desk.adapter.changed(stream, LONG_AGO) for row in page.sightings]
    assert [(row.container, row.key, row.version) for row in rows] == [
        ("incident", key, one) for one in ids
    ]


def test_a_list_is_whole_and_by_key(mount: Mount) -> None:
    keys = crowd(mount)
    pages = list(mount.adapter.listed(mount.container, "", [mount.summary]))
    rows = [row for page in pages for row in page]
    assert len(pages) > 1
    assert [row.key for row in rows] == mount.in_order(keys)
    assert all(row.fields[mount.summary] for row in rows)


def test_a_scope_selects(mount: Mount) -> None:
    keys = mount.all_made(
        [mount.draft(n, **({"grade": mount.high} if n % 3 == 0 else {})) for n in range(10)]
    )
    wanted = [keys[place] for place in (0, 3, 6, 9)]
    pages = mount.adapter.listed(mount.container, mount.scope, [mount.grade])
    rows = [row for page in pages for row in page]
    assert [row.key for row in rows] == mount.in_order(wanted)
    assert {row.fields[mount.grade] for row in rows} == {mount.high}
    asked = [*keys[:4], "9" * 32]
    assert mount.adapter.in_scope(mount.container, mount.scope, asked) == {keys[0], keys[3]}
    assert mount.adapter.in_scope(mount.container, "", asked) == set(keys[:4])


def test_a_scope_is_of_now(mount: Mount) -> None:
    key = mount.made(1, grade=mount.high)
    assert mount.adapter.in_scope(mount.container, mount.scope, [key]) == {key}
    mount.edit(key, grade="3" if mount.system == "servicenow" else "Low")
    assert mount.adapter.in_scope(mount.container, mount.scope, [key]) == frozenset()


def test_a_record_of_another_container_is_in_no_scope_of_ours(mount: Mount) -> None:
    key = mount.made(1)
    assert mount.adapter.in_scope(mount.other, "", [key]) == frozenset()


def test_a_container_that_is_not_there_is_said_so(mount: Mount) -> None:
    mount.made(1)
    with pytest.raises(NotThere):
        list(mount.adapter.listed("nonsense", "", []))


def test_a_mark_leads_to_its_record(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(1), mount.draft(2)])
    marks = [mount.mark(number) for number in (1, 2, 3)]
    found = mount.adapter.find(mount.container, marks)
    assert {mark: [row.key for row in rows] for mark, rows in found.items()} == {
        marks[0]: [keys[0]],
        marks[1]: [keys[1]],
    }


def test_two_records_with_one_mark_are_both_found(mount: Mount) -> None:
    first = mount.made(1)
    mount.clock.advance(60)
    second = mount.made(1)
    [rows] = mount.adapter.find(mount.container, [mount.mark(1)]).values()
    assert {row.key for row in rows} == {first, second}


def test_a_miss_is_no_proof_where_an_index_lags(mount: Mount) -> None:
    if mount.indexed:
        mount.sandbox.index.lag = 45  # type: ignore[attr-defined]
    key = mount.made(1)
    found = mount.adapter.find(mount.container, [mount.mark(1)])
    assert bool(found) is not mount.indexed
    mount.clock.advance(46)
    [rows] = mount.adapter.find(mount.container, [mount.mark(1)]).values()
    assert [row.key for row in rows] == [key]


def test_more_marks_than_a_request_holds(mount: Mount) -> None:
    mount.all_made([mount.draft(number) for number in range(70)])
    marks = [mount.mark(number) for number in range(140)]
    assert set(mount.adapter.find(mount.container, marks)) == set(marks[:70])
