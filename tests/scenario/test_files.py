"""Files go both ways: each once, byte for byte, and what is left out is told."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.defaults import shipped
from sync.store import Store
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company

UPLOAD = {
    "servicenow": {"method": "POST", "path": r"/attachment/file"},
    "jira": {"method": "POST", "path": r"/attachments$"},
}


@pytest.fixture(params=["cloud", "dc"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


def linked(bench: Bench) -> tuple[Company, str, str]:
    """A ticket and its issue at rest."""
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    bench.clock.advance(60)
    return company, key, company.link(key).jira.key


def mapping(**attachments: object) -> dict[str, str]:
    """The shipped incident mapping with other rules for files."""
    text = next(text for name, text in shipped().items() if "incident" in name)
    head = text[: text.index("attachments:")]
    rules = ", ".join(f"{name}: {value}" for name, value in attachments.items())
    return {"incident.yaml": f"{head}attachments: {{{rules}}}\n"}


def test_a_file_of_the_desk_arrives_in_jira_once(bench: Bench) -> None:
    company, key, _ = linked(bench)
    company.file(key, "log.txt", b"disk full")
    assert bench.sync().counts["attached"] == {"servicenow": 0, "jira": 1}
    bench.until_quiet()
    assert company.twin_files(key) == [("log.txt", b"disk full")]
    assert company.files(key) == [("log.txt", b"disk full")]


def test_a_file_of_the_team_arrives_in_servicenow_once(bench: Bench) -> None:
    company, key, issue = linked(bench)
    company.team().attach(issue, "fix.patch", b"--- a\n+++ b\n")
    bench.until_quiet()
    assert company.files(key) == [("fix.patch", b"--- a\n+++ b\n")]
    assert len(company.twin_files(key)) == 1


def test_files_older_than_the_link_come_along(bench: Bench) -> None:
    company = Company(bench)
    key = company.incident()
    company.file(key, "before.txt", b"old")
    bench.until_quiet()
    assert company.twin_files(key) == [("before.txt", b"old")]


def test_two_files_of_one_name_are_two(bench: Bench) -> None:
    company, key, _ = linked(bench)
    company.file(key, "log.txt", b"same")
    company.file(key, "log.txt", b"same")
    bench.until_quiet()
    assert company.twin_files(key) == [("log.txt", b"same")] * 2


@pytest.mark.parametrize("side", ["servicenow", "jira"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_an_upload_without_an_answer_is_made_once(bench: Bench, side: str, kind: str) -> None:
    company, key, issue = linked(bench)
    faults = bench.now_faults if side == "servicenow" else bench.jira_faults
    faults.add(Fault(kind, **UPLOAD[side], seconds=20.0))
    if side == "servicenow":
        company.team().attach(issue, "log.txt", b"once")
    else:
        company.file(key, "log.txt", b"once")
    bench.sync()
    assert not faults.active(), "no upload was struck"
    bench.clock.advance(400)
    bench.until_quiet()
    assert company.files(key) == company.twin_files(key) == [("log.txt", b"once")]


@pytest.mark.parametrize("kind", ["drop_before", "html", "status"])
def test_a_download_that_fails_is_tried_again(bench: Bench, kind: str) -> None:
    company, key, _ = linked(bench)
    company.file(key, "log.txt", b"once")
    bench.now_faults.add(Fault(kind, "GET", r"/file", times=4))
    bench.until_quiet()
    assert company.twin_files(key) == [("log.txt", b"once")]


def test_one_that_is_left_out_is_told_of_once(bench: Bench) -> None:
    company, key, issue = linked(bench)
    company.file(key, "setup.exe", b"MZ")
    company.team().attach(issue, "macro.vbs", b"x")
    bench.until_quiet()
    assert company.twin_files(key) == [("macro.vbs", b"x")]
    [told] = company.issue(key).comments
    assert "setup.exe stands in ServiceNow only" in told.body
    assert not told.public
    notes = bench.servicenow.world.true_notes(key)
    assert ["macro.vbs stands in Jira only" in note["value"] for note in notes] == [True]
    assert notes[0]["element"] == "work_notes"


def test_a_lost_word_on_one_left_out_is_said_again(bench: Bench) -> None:
    company, key, _ = linked(bench)
    company.file(key, "setup.exe", b"MZ")
    bench.jira_faults.add(Fault("drop_before", "POST", r"/comment$"))
    for _ in range(5):  # what asked for a second look is gone before the settle time is over
        bench.sync()
        assert not company.issue(key).comments
        bench.clock.advance(45)
    bench.clock.advance(600)
    bench.until_quiet()
    [told] = company.issue(key).comments
    assert "setup.exe stands in ServiceNow only" in told.body


def test_one_that_is_too_large_is_told_of(bench: Bench) -> None:
    bench.mappings = mapping(max_mb=1)
    company, key, _ = linked(bench)
    company.file(key, "dump.bin", b"x" * 1_000_001)
    bench.until_quiet()
    assert company.twin_files(key) == []
    assert "1,000,001 bytes, and at most 1,000,000" in company.issue(key).comments[0].body


def test_off_means_off(bench: Bench) -> None:
    bench.mappings = mapping(flow='"off"')
    company, key, issue = linked(bench)
    company.file(key, "log.txt", b"here")
    company.team().attach(issue, "fix.patch", b"there")
    bench.until_quiet()
    assert (len(company.files(key)), len(company.twin_files(key))) == (1, 1)


def test_a_deleted_file_stays_deleted_and_deletes_nothing(bench: Bench) -> None:
    company, key, issue = linked(bench)
    number = company.team().attach(issue, "fix.patch", b"there")
    bench.until_quiet()
    company.team().detach(number)
    company.team().edit(issue, summary="Another title")
    bench.clock.advance(60)
    bench.until_quiet()
    assert company.twin_files(key) == []
    assert company.files(key) == [("fix.patch", b"there")]


def test_a_lost_store_makes_no_copy_twice(bench: Bench) -> None:
    company, key, issue = linked(bench)
    company.file(key, "log.txt", b"disk full")
    company.team().attach(issue, "fix.patch", b"there")
    bench.until_quiet()
    bench.store = Store.open("sqlite://", clock=bench.clock.now)
    bench.clock.advance(3600)
    bench.until_quiet()
    company.desk(key, short_description="Another title")
    bench.clock.advance(60)
    bench.until_quiet()
    both = [("fix.patch", b"there"), ("log.txt", b"disk full")]
    assert sorted(company.files(key)) == sorted(company.twin_files(key)) == both


def test_a_store_put_back_makes_no_copy_twice(bench: Bench) -> None:
    company, key, _ = linked(bench)
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    company.file(key, "log.txt", b"disk full")
    bench.until_quiet()
    bench.store.restore(copy)
    bench.clock.advance(3600)
    bench.until_quiet()
    assert company.twin_files(key) == [("log.txt", b"disk full")]


def test_a_hostile_name_is_made_safe(bench: Bench) -> None:
    company, key, _ = linked(bench)
    company.file(key, "../../\u202egpj.x\n.txt", b"x")
    bench.until_quiet()
    [(name, _)] = company.twin_files(key)
    assert name == "_.._gpj.x.txt"


def test_a_file_that_the_scan_withholds_waits_and_holds_nobody_up(bench: Bench) -> None:
    company, key, _ = linked(bench)
    bench.servicenow.world.knobs.scans_files = True
    company.file(key, "log.txt", b"infected")
    company.desk(key, short_description="Another title", work_notes="See the file.")
    bench.clock.advance(60)
    bench.sync()
    assert company.issue(key).fields["summary"] == "Another title"
    assert company.twin_files(key) == []


def test_at_rest_no_files_are_asked_for(bench: Bench) -> None:
    company, key, _ = linked(bench)
    company.file(key, "log.txt", b"x")
    bench.until_quiet()
    bench.clock.advance(900)
    bench.sync()  # with what is asked for seldom
    bench.clock.advance(60)
    summary = bench.sync()
    assert summary.requests["servicenow"]["read"] <= 7
    assert summary.requests["jira"]["read"] <= 2
    assert summary.requests["servicenow"]["write"] + summary.requests["jira"]["write"] == 0


def test_of_two_files_the_one_that_waits_is_not_forgotten(bench: Bench) -> None:
    company, key, _ = linked(bench)
    company.file(key, "first.txt", b"1")
    company.file(key, "second.txt", b"2")
    bench.now_faults.add(Fault("status", "GET", r"/file", times=None, skip=1))
    bench.sync()
    bench.now_faults.clear()
    assert len(company.twin_files(key)) == 1
    bench.clock.advance(60)
    bench.until_quiet()
    assert sorted(company.twin_files(key)) == [("first.txt", b"1"), ("second.txt", b"2")]
