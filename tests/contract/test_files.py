"""Files: told, fetched, attached once and deleted, byte by byte as they are."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.contents import File, FileDraft
from connector.errors import AccessLost, BrokenAnswer, Gone, Rejected, RetryLater
from connector.sandbox.content import Content
from connector.sandbox.people import INTEGRATION
from connector.sandbox.servicenow import attachments
from connector.sandbox.servicenow.knobs import Door
from connector.sandbox.weather import Weather
from connector.values import (
    Done,
    NotSent,
    Refused,
    Sighting,
    StreamKind,
    Unclear,
    WriteResult,
)
from tests.contract.mounts import LONG_AGO, PERSON, JiraMount, Mount, ServiceNowMount

NAMES = (
    "report.txt",
    "größe ☃ 日本.pdf",
    'a "quoted" name;v=1.txt',
    "percent %22 & plus+.csv",
    "../up\\down.txt",
    "no ending",
)


def bytes_of(size: int, seed: int = 1) -> bytes:
    """Bytes that no text is, with every value and line end among them."""
    return random.Random(seed).randbytes(size)


def draft(mount: Mount, key: str, folder: Path, data: bytes, **more: Any) -> FileDraft:
    """A file on disk that shall go to a record."""
    path = folder / hashlib.sha256(data).hexdigest()[:20]
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    told = {"name": "report.txt", "type": "text/plain", **more}
    return FileDraft(mount.container, key, path=path, size=len(data), digest=digest, **told)


def told(mount: Mount, *keys: str) -> list[File]:
    """The files of records, as the adapter reads them."""
    return list(mount.adapter.files(mount.container, keys))


def fetched(mount: Mount, file: File) -> bytes:
    """A file's content, whose digest the adapter must tell rightly."""
    into = io.BytesIO()
    digest = mount.adapter.fetch(file, into)
    assert digest == hashlib.sha256(into.getvalue()).hexdigest()
    return into.getvalue()


def attached(mount: Mount, *drafts: FileDraft) -> list[str]:
    """The ids of new files; each must arrive."""
    results = mount.adapter.attach(drafts)
    assert all(isinstance(one, Done) for one in results), results
    return [one.key for one in results if isinstance(one, Done)]


def news(mount: Mount, since: Any = LONG_AGO) -> list[Sighting]:
    """Every row of the stream of files."""
    streams = mount.adapter.streams([mount.container, mount.other])
    [stream] = [one for one in streams if one.kind is StreamKind.FILES]
    return [row for page in mount.adapter.changed(stream, since) for row in page.sightings]


# ---- both ways


@pytest.mark.parametrize("size", [1, 65_536, 300_000])
def test_a_content_goes_in_and_out_unchanged(mount: Mount, tmp_path: Path, size: int) -> None:
    key, data = mount.made(1), bytes_of(size)
    [number] = attached(mount, draft(mount, key, tmp_path, data, type="application/x-thing"))
    [file] = told(mount, key)
    assert (file.id, file.name, file.size) == (number, "report.txt", size)
    assert (file.container, file.key, file.inline) == (mount.container, key, False)
    assert mount.contents(key) == [("report.txt", "application/x-thing", data)]
    assert file.type == "application/x-thing"
    assert fetched(mount, file) == data


def test_a_file_tells_who_attached_it_and_when(mount: Mount) -> None:
    key = mount.made(1)
    mount.clock.advance(60)
    number = mount.put_file(key, "log.txt", b"a\r\nb\n", "text/x-log")
    [file] = told(mount, key)
    assert (file.id, file.name, file.type, file.size) == (number, "log.txt", "text/x-log", 5)
    assert (file.author_name, file.created) == ("Amira Haddad", mount.clock.now())
    assert file.author == (PERSON if mount.system == "servicenow" else mount.person_key(PERSON))
    knows = hashlib.sha256(b"a\r\nb\n").hexdigest() if mount.system == "servicenow" else ""
    assert file.digest == knows
    assert fetched(mount, file) == b"a\r\nb\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_passed_as_it_is(mount: Mount, tmp_path: Path, name: str) -> None:
    key = mount.made(1)
    attached(mount, draft(mount, key, tmp_path, b"x", name=name))
    shown = name.replace('"', "%22") if mount.system == "jira" and mount.over_http else name
    assert [file.name for file in told(mount, key)] == [shown]
    assert fetched(mount, told(mount, key)[0]) == b"x"


def test_the_same_name_twice_makes_two_files(mount: Mount, tmp_path: Path) -> None:
    key = mount.made(1)
    one, two = attached(
        mount,
        draft(mount, key, tmp_path, b"first"),
        draft(mount, key, tmp_path, b"second"),
    )
    assert one != two
    assert sorted(data for _, _, data in mount.contents(key)) == [b"first", b"second"]
    assert {file.id: fetched(mount, file) for file in told(mount, key)} == {
        one: b"first",
        two: b"second",
    }


def test_all_files_come_oldest_first_over_all_records(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(n) for n in range(5)])
    ids = []
    for number in range(10):
        mount.clock.advance(5)
        ids.append(mount.put_file(keys[number % 5], f"{number}.txt", b"x"))
    assert [file.id for file in told(mount, *keys)] == ids
    assert {file.key for file in told(mount, *keys[:2])} == set(keys[:2])


def test_many_files_are_told_in_few_requests(mount: Mount) -> None:
    keys = mount.all_made([mount.draft(n) for n in range(40)])
    for key in keys:
        mount.put_file(key, "a.txt", b"x")
    told(mount, *keys)
    before = mount.counted("read")
    assert len(told(mount, *keys)) == 40
    assert mount.counted("read") - before == 1


def test_every_request_is_counted(mount: Mount, tmp_path: Path) -> None:
    key = mount.made(1)
    attached(mount, draft(mount, key, tmp_path, b"x"))
    told(mount, key)
    before = mount.adapter.meter.totals()
    [file] = told(mount, key)
    fetched(mount, file)
    mount.adapter.detach([file])
    attached(mount, draft(mount, key, tmp_path, b"y"))
    after = mount.adapter.meter.totals()
    assert (after["read"] - before["read"], after["write"] - before["write"]) == (2, 2)


def test_more_files_than_a_page_holds(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    for number in range(1010):
        desk.put_file(key, f"{number}.txt", b"x")
    files = told(desk, key)
    assert [file.id for file in files] == sorted(file.id for file in files)
    assert {file.name for file in files} == {f"{number}.txt" for number in range(1010)}


def test_pasted_images_are_told_apart(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    by = desk.world.caller(PERSON, Door.SCREEN)
    place = (f"ZZ_YY{desk.container}", key)
    pasted = attachments.attach(desk.world, by, place, "i.png", "image/png", Content.of(b"png"))
    real = desk.put_file(key, "a.txt", b"x")
    files = {file.id: file for file in told(desk, key)}
    assert {number: file.inline for number, file in files.items()} == {
        pasted["sys_id"]: True,
        real: False,
    }
    assert {file.container for file in files.values()} == {desk.container}


# ---- out of sight


def test_files_of_records_out_of_sight_are_not_told(mount: Mount, tmp_path: Path) -> None:
    hidden, loud = mount.all_made([mount.draft(1), mount.draft(2)])
    mount.put_file(hidden, "secret.txt", b"secret")
    mount.put_file(loud, "open.txt", b"open")
    [secret] = told(mount, hidden)
    mount.hide(hidden)
    assert [file.name for file in told(mount, hidden, loud)] == ["open.txt"]
    with pytest.raises(Gone):
        fetched(mount, secret)
    [result] = mount.adapter.attach([draft(mount, hidden, tmp_path, b"x")])
    assert isinstance(result, NotSent)
    assert isinstance(result.error, Gone)
    assert len(mount.contents(hidden)) == 1


def test_what_is_gone_is_gone(mount: Mount, tmp_path: Path) -> None:
    key, other = mount.all_made([mount.draft(1), mount.draft(2)])
    number = mount.put_file(key, "a.txt", b"x")
    [file] = told(mount, key)
    mount.take_file(number)
    assert told(mount, key) == []
    with pytest.raises(Gone):
        fetched(mount, file)
    mount.delete(key)
    gone, done = mount.adapter.attach(
        [draft(mount, key, tmp_path, b"x"), draft(mount, other, tmp_path, b"y")]
    )
    assert isinstance(gone, NotSent)
    assert isinstance(gone.error, Gone)
    assert isinstance(done, Done)


def test_nothing_is_told_to_a_stranger(mount: Mount, tmp_path: Path) -> None:
    key = mount.made(1)
    mount.put_file(key, "a.txt", b"x")
    [file] = told(mount, key)
    mount.lock_out()
    for ask in (
        lambda: fetched(mount, file),
        lambda: mount.adapter.attach([draft(mount, key, tmp_path, b"y")]),
        lambda: mount.adapter.detach([file]),
    ):
        with pytest.raises(AccessLost):
            ask()
    assert mount.contents(key) == [("a.txt", "text/plain", b"x")]


# ---- refusals


def refused(results: Sequence[WriteResult]) -> Rejected:
    """The one refusal, which must say what to do."""
    [result] = results
    assert isinstance(result, Refused), result
    assert result.error.field == "attachment"
    assert result.error.remedy
    return result.error


def test_a_file_that_is_too_large_is_refused(mount: Mount, tmp_path: Path) -> None:
    key = mount.made(1)
    mount.limit_files(1000)
    refused(mount.adapter.attach([draft(mount, key, tmp_path, bytes_of(1001))]))
    attached(mount, draft(mount, key, tmp_path, bytes_of(1000)))
    assert [len(data) for _, _, data in mount.contents(key)] == [1000]


def test_an_empty_file_is_refused(mount: Mount, tmp_path: Path) -> None:
    key = mount.made(1)
    [result] = mount.adapter.attach([draft(mount, key, tmp_path, b"")])
    assert isinstance(result, Refused)
    assert mount.contents(key) == []


def test_a_forbidden_type_is_refused_and_others_are_not(
    desk: ServiceNowMount, tmp_path: Path
) -> None:
    key = desk.made(1)
    desk.world.knobs.file_endings = ("txt", "pdf")
    drafts = [draft(desk, key, tmp_path, name.encode(), name=name) for name in ("a.exe", "b.PDF")]
    bad, good = desk.adapter.attach(drafts)
    assert "a.exe" in str(refused([bad]))
    assert isinstance(good, Done)


def test_an_account_without_rights_is_told_so_for_this_file(
    desk: ServiceNowMount, tmp_path: Path
) -> None:
    key = desk.made(1)
    desk.world.roles[INTEGRATION].discard("itil")
    desk.world.roles[INTEGRATION].add("snc_platform_rest_api_access")
    desk.world.roles[INTEGRATION].discard("admin")
    refused(desk.adapter.attach([draft(desk, key, tmp_path, b"x")]))


def test_a_limit_is_told_and_asked_for_once(mount: Mount) -> None:
    mount.made(1)
    limit = mount.adapter.file_limit()
    before = mount.counted("read")
    assert mount.adapter.file_limit() == limit == 1024 * 1024 * 1024
    assert mount.counted("read") == before


def test_a_site_without_attachments_takes_no_bytes(board: JiraMount) -> None:
    board.sandbox.settings.attachments = False
    assert board.adapter.file_limit() == 0


def test_a_limit_that_we_may_not_read_is_unknown(desk: ServiceNowMount) -> None:
    if desk.over_http:
        desk.world.knobs.denied_tables.add("sys_properties")
        assert desk.adapter.file_limit() is None


def test_a_content_that_changed_on_disk_is_not_sent(mount: Mount, tmp_path: Path) -> None:
    key = mount.made(1)
    wanted = draft(mount, key, tmp_path, b"twelve bytes")
    wanted.path.write_bytes(b"eleven byte")
    before = mount.counted("write")
    [result] = mount.adapter.attach([wanted])
    [missing] = mount.adapter.attach([replace(wanted, path=tmp_path / "nowhere")])
    assert isinstance(result, NotSent)
    assert isinstance(missing, NotSent)
    assert mount.counted("write") == before
    assert mount.contents(key) == []


# ---- the virus scan


def test_a_file_in_the_scan_comes_later(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    desk.world.knobs.scans_files = True
    number = desk.put_file(key, "a.txt", b"x")
    [file] = told(desk, key)
    with pytest.raises(RetryLater):
        fetched(desk, file)
    attachments.scanned(desk.world, number)
    assert fetched(desk, file) == b"x"


def test_an_infected_file_never_comes(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    number = desk.put_file(key, "a.txt", b"x")
    attachments.scanned(desk.world, number, clean=False)
    [file] = told(desk, key)
    with pytest.raises(Rejected):
        fetched(desk, file)


# ---- bad weather


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status", "html", "truncate"])
def test_a_read_of_a_content_is_repeated_until_it_is_whole(mount: Mount, kind: str) -> None:
    key, data = mount.made(1), bytes_of(200_000)
    mount.put_file(key, "a.bin", data, "application/x-thing")
    [file] = told(mount, key)
    mount.weather("fetch", kind, times=2)
    before = mount.counted("read")
    into = io.BytesIO()
    into.write(b"head")
    digest = mount.adapter.fetch(file, into)
    assert into.getvalue() == b"head" + data
    assert digest == hashlib.sha256(data).hexdigest()
    assert mount.counted("read") - before == 3


@pytest.mark.parametrize("size", [10, 300_000])
def test_a_content_of_another_length_is_broken(mount: Mount, size: int) -> None:
    key = mount.made(1)
    mount.put_file(key, "a.bin", bytes_of(size), "application/x-thing")
    [file] = told(mount, key)
    for other in (size - 1, size + 1):
        with pytest.raises(BrokenAnswer):
            mount.adapter.fetch(replace(file, size=other), io.BytesIO())


def test_a_page_is_no_content_even_of_the_right_length(real: Mount) -> None:
    key = real.made(1)
    real.put_file(key, "a.bin", b"x" * 100, "application/x-thing")
    [file] = told(real, key)
    headers = {"Content-Type": "text/html"}
    real.weather("fetch", "status", status=200, body="y" * 100, headers=headers, times=None)
    with pytest.raises(BrokenAnswer):
        real.adapter.fetch(file, io.BytesIO())


@pytest.mark.parametrize(
    ("kind", "there"),
    [("drop_before", 0), ("drop_after", 1), ("truncate", 1), ("html", 0)],
)
def test_an_upload_without_an_answer_is_unclear_and_not_repeated(
    mount: Mount, tmp_path: Path, kind: str, there: int
) -> None:
    key = mount.made(1)
    mount.weather("attach", kind)
    before = mount.counted("write")
    [result] = mount.adapter.attach([draft(mount, key, tmp_path, b"x")])
    assert isinstance(result, Unclear)
    assert mount.counted("write") - before == 1
    assert len(told(mount, key)) == len(mount.contents(key)) == there


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_upload_with_a_server_error_is_unclear(
    mount: Mount, tmp_path: Path, status: int
) -> None:
    key = mount.made(1)
    mount.weather("attach", "status", status=status)
    [result] = mount.adapter.attach([draft(mount, key, tmp_path, b"x")])
    assert isinstance(result, Unclear)
    assert mount.contents(key) == []


def test_a_busy_side_is_asked_again_with_the_whole_content(mount: Mount, tmp_path: Path) -> None:
    key, data = mount.made(1), bytes_of(100_000)
    mount.weather("attach", "status", status=429, retry_after="3", times=2)
    attached(mount, draft(mount, key, tmp_path, data))
    assert [content for _, _, content in mount.contents(key)] == [data]
    assert mount.slept == [3.0, 3.0]


def test_a_late_upload_appears_later(mount: Mount, tmp_path: Path) -> None:
    key, data = mount.made(1), bytes_of(300_000)
    mount.weather("attach", "late", seconds=50)
    [result] = mount.adapter.attach([draft(mount, key, tmp_path, data)])
    assert isinstance(result, Unclear)
    assert told(mount, key) == []
    mount.clock.advance(51)
    weather = getattr(mount.adapter, "weather", None)
    if isinstance(weather, Weather):
        weather.settle()
    [file] = told(mount, key) or told(mount, key)
    assert fetched(mount, file) == data


# ---- deleting


def test_a_deleted_file_is_gone_and_others_stay(mount: Mount, tmp_path: Path) -> None:
    key = mount.made(1)
    one, two = attached(
        mount, draft(mount, key, tmp_path, b"one"), draft(mount, key, tmp_path, b"two")
    )
    files = {file.id: file for file in told(mount, key)}
    [result] = mount.adapter.detach([files[one]])
    assert isinstance(result, Done)
    assert [file.id for file in told(mount, key)] == [two]
    again = mount.adapter.detach([files[one], files[two]])
    assert all(isinstance(result, Done) for result in again)
    assert mount.contents(key) == []


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status"])
def test_a_delete_is_repeated_without_harm(mount: Mount, tmp_path: Path, kind: str) -> None:
    key = mount.made(1)
    attached(mount, draft(mount, key, tmp_path, b"one"))
    [file] = told(mount, key)
    mount.weather("detach", kind)
    [result] = mount.adapter.detach([file])
    assert isinstance(result, Done)
    assert mount.contents(key) == []


def test_jira_lets_us_delete_our_own_files_only(board: JiraMount) -> None:
    key = board.made(1)
    board.put_file(key, "a.txt", b"x")
    [file] = told(board, key)
    [result] = board.adapter.detach([file])
    assert isinstance(result, Refused)
    assert len(board.contents(key)) == 1


def test_every_deed_is_in_the_log_with_who_did_it(mount: Mount, tmp_path: Path) -> None:
    key = mount.made(1)
    theirs = mount.put_file(key, "a.txt", b"x")
    [ours] = attached(mount, draft(mount, key, tmp_path, b"y"))
    mount.adapter.detach([file for file in told(mount, key) if file.id == ours])
    mount.take_file(theirs)
    assert mount.file_log() == [
        ("attach", PERSON, theirs),
        ("attach", INTEGRATION, ours),
        ("detach", INTEGRATION, ours),
        ("detach", PERSON, theirs),
    ]


# ---- news


def test_a_new_file_is_news_of_its_record(mount: Mount) -> None:
    key, _quiet = mount.all_made([mount.draft(1), mount.draft(2)])
    mount.clock.advance(60)
    at = mount.clock.now()
    mount.put_file(key, "a.txt", b"x")
    streams = mount.adapter.streams([mount.container])
    rows = [
        row for one in streams for page in mount.adapter.changed(one, at) for row in page.sightings
    ]
    assert {(row.container, row.key, row.at) for row in rows} == {(mount.container, key, at)}
    assert (mount.read(key).updated == at) is (mount.system == "jira")


def test_a_stream_of_files_names_the_file(desk: ServiceNowMount) -> None:
    key = desk.made(1)
    ids = []
    for number in range(3):
        desk.clock.advance(10)
        ids.append(desk.put_file(key, f"{number}.txt", b"x"))
    since = desk.clock.now()
    assert [(row.container, row.key, row.version) for row in news(desk)] == [
        ("incident", key, one) for one in ids
    ]
    assert [row.version for row in news(desk, since)] == ids[-1:]


def test_one_second_may_fill_many_pages_with_hidden_files_among_them(
    desk: ServiceNowMount,
) -> None:
    seen, hidden = desk.all_made([desk.draft(1), desk.draft(2)])
    ids = [desk.put_file(seen if n % 3 else hidden, f"{n}", b"x") for n in range(1500)]
    desk.clock.advance(5)
    last = desk.put_file(seen, "last", b"x")
    desk.hide(hidden)
    rows = news(desk)
    wanted = {number for place, number in enumerate(ids) if place % 3}
    assert len(rows) == len(wanted) + 1
    assert {row.version for row in rows[:-1]} == wanted
    assert rows[-1].version == last
    assert {row.key for row in rows} == {seen}


def test_files_of_other_tables_are_no_news(desk: ServiceNowMount) -> None:
    by = desk.world.caller(PERSON, Door.SCREEN)
    task = desk.world.insert("problem_task", {"short_description": "x"}, by)["sys_id"]
    place = ("problem_task", task)
    attachments.attach(desk.world, by, place, "a.txt", "text/plain", Content.of(b"x"))
    assert news(desk) == []
