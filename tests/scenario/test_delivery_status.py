"""The desk sees how delivery stands: in columns of ours, or in a work note now and then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.servicenow.columns import text
from connector.sandbox.servicenow.schema import Schema
from mappings.defaults import shipped
from sync.insight.collecting import issues
from sync.insight.collecting.collect import facts as facts_of
from sync.insight.facts import IssueFact, Kind
from sync.insight.parts import Parts
from sync.insight.telling.deliver import ROOM, Moves, deliver
from sync.insight.telling.delivery import COLUMNS
from sync.insight.telling.memory import KIND
from tests.support.bench import Bench
from tests.support.people import Company

OURS = tuple(COLUMNS)


@pytest.fixture(params=["cloud", "dc"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


@pytest.fixture
def company(bench: Bench) -> Company:
    return Company(bench)


def tells(bench: Bench, *, notes: bool = True) -> int:
    """One run, as far as the desk sees it."""
    runtime = bench.connect()
    issues.collect(runtime)
    facts = [one for one in facts_of(bench.store, Kind.ISSUE) if isinstance(one, IssueFact)]
    moves = Moves(issues.progress(facts), issues.versions(facts))
    return deliver(runtime, moves, Parts(), notes=notes)


def notes(company: Company, key: str) -> list[str]:
    world = company.bench.servicenow.world
    rows = world.rows("sys_journal_field")
    return [row["value"] for row in rows if row["element_id"] == key and "Status:" in row["value"]]


def test_a_new_story_is_told_once(bench: Bench, company: Company) -> None:
    key = company.incident()
    bench.until_quiet()
    assert tells(bench) == 1
    [note] = notes(company, key)
    issue = company.link(key).jira
    assert note.startswith(f"Tandem, note on {issue.label}, ")
    assert f"Issue: {issue.url}" in note
    assert tells(bench) == 0

    before = bench.writes()
    bench.until_quiet()
    assert bench.writes() == before, "what is told is carried nowhere"
    assert tells(bench) == 0


def test_only_what_a_reader_cares_about_is_told_again_and_at_most_once_an_hour(
    bench: Bench, company: Company
) -> None:
    key = company.incident()
    bench.until_quiet()
    tells(bench)
    issue = company.link(key).jira.key
    bench.clock.advance(600)
    company.team().edit(issue, summary="Reworded")
    bench.until_quiet()
    assert tells(bench) == 0
    company.team().move_to(issue, "In Progress")
    bench.sync()
    assert tells(bench) == 0, "ten minutes after the last"
    bench.clock.advance(3600)
    assert tells(bench) == 1
    assert "Status: In Progress" in notes(company, key)[-1]
    assert len(notes(company, key)) == 2


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_columns_are_filled_where_they_are_and_no_note_is_written(flavour: str) -> None:
    bench = Bench(flavour, columns=tuple(("incident", text(name)) for name in OURS))
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    assert tells(bench) == 1
    issue = company.link(key).jira
    row = company.row(key)
    assert (row["u_jira_key"], row["u_jira_url"]) == (issue.label, issue.url)
    assert row["u_delivery_status"] == "Backlog"
    company.team().move_to(issue.key, "In Progress")
    bench.until_quiet()
    assert tells(bench) == 1
    assert company.row(key)["u_delivery_status"] == "In Progress"
    assert notes(company, key) == []
    before = bench.writes()
    bench.until_quiet()
    assert bench.writes() == before


def test_no_notes_where_the_admin_wants_none(bench: Bench, company: Company) -> None:
    key = company.incident()
    bench.until_quiet()
    assert tells(bench, notes=False) == 0
    assert notes(company, key) == []
    assert tells(bench) == 1, "nothing was taken for told"


def test_the_last_words_are_the_teams_own(bench: Bench, company: Company) -> None:
    key = company.incident()
    bench.until_quiet()
    company.team().comment(company.link(key).jira.key, "It is the cache")
    bench.clock.advance(60)
    company.desk(key, work_notes="The caller is waiting")
    bench.until_quiet()
    tells(bench)
    assert "It is the cache" in notes(company, key)[-1]


@pytest.mark.parametrize("rule", ["off", "work_notes"])
def test_the_teams_words_stay_in_jira_where_the_mapping_keeps_them(rule: str) -> None:
    texts = {
        name: text.replace("jira: work_notes", f"jira: {rule}") for name, text in shipped().items()
    }
    bench = Bench("cloud", mappings=texts)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    company.team().comment(company.link(key).jira.key, "It is the cache")
    bench.until_quiet()
    tells(bench)
    [note] = notes(company, key)
    assert ("It is the cache" in note) is (rule != "off")


@pytest.mark.parametrize("columns", [False, True])
def test_a_comment_alone_is_told_within_the_next_run(bench: Bench, columns: bool) -> None:
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    if columns:
        imports(bench, *OURS)
    tells(bench)
    bench.clock.advance(60)
    company.team().comment(company.link(key).jira.key, "It is the cache")
    bench.clock.advance(3600)
    assert tells(bench) == 1, "also before any pass has seen it"
    said = company.row(key)["u_delivery_note"] if columns else notes(company, key)[-1]
    assert said.rpartition("Mei Chen: ")[2].startswith("It is the cache")
    bench.until_quiet()
    bench.clock.advance(3600)
    assert tells(bench) == 0
    assert len(notes(company, key)) == (0 if columns else 2)


def test_many_words_are_still_one_note_an_hour(bench: Bench, company: Company) -> None:
    key = company.incident()
    bench.until_quiet()
    tells(bench)
    for minute in range(50):
        company.team().comment(company.link(key).jira.key, f"Thought {minute}")
        bench.clock.advance(60)
        assert tells(bench) == 0
    bench.clock.advance(600)
    assert tells(bench) == 1
    assert "Thought 49" in notes(company, key)[-1]


def test_a_lost_answer_tells_it_once(bench: Bench, company: Company) -> None:
    key = company.incident()
    bench.until_quiet()
    bench.now_faults.add(Fault("drop_after", "PATCH|POST", times=1))
    assert tells(bench) == 0, "nobody knows yet"
    bench.clock.advance(600)
    bench.until_quiet()
    bench.clock.advance(3600)
    assert tells(bench) == 1, "found by its reference"
    assert tells(bench) == 0
    assert len(notes(company, key)) == 1


def test_a_note_of_which_nobody_knew_for_a_while_counts_within_its_hour(
    bench: Bench, company: Company
) -> None:
    key = company.incident()
    bench.until_quiet()
    bench.now_faults.add(Fault("drop_after", "PATCH|POST", times=1))
    tells(bench)
    company.team().move_to(company.link(key).jira.key, "In Progress")
    bench.until_quiet()
    assert tells(bench) == 0
    assert len(notes(company, key)) == 1
    bench.clock.advance(3600)
    assert tells(bench) == 1
    assert "Status: In Progress" in notes(company, key)[-1]


def test_what_never_arrived_is_said_later(bench: Bench, company: Company) -> None:
    key = company.incident()
    bench.until_quiet()
    bench.now_faults.add(Fault("drop_before", "PATCH|POST", times=1))
    tells(bench)
    assert notes(company, key) == []
    bench.clock.advance(3600)
    bench.until_quiet()
    assert tells(bench) == 1
    bench.clock.advance(3600)
    assert tells(bench) == 0
    assert len(notes(company, key)) == 1


def test_a_crash_between_the_note_and_its_memory_tells_it_once(
    bench: Bench, company: Company
) -> None:
    key = company.incident()
    bench.until_quiet()
    link = str(company.link(key).id)
    for status in ("", "In Progress"):
        if status:
            company.team().move_to(company.link(key).jira.key, status)
            bench.until_quiet()
            bench.clock.advance(3600)
        before = bench.store.insight.get(KIND, [link])
        told = len(notes(company, key))
        assert tells(bench) == 1
        bench.store.insight.drop(KIND, [link])
        bench.store.insight.put(before.values())  # as the crash left it
        bench.clock.advance(7200)
        tells(bench)
        assert len(notes(company, key)) == told + 1
        assert tells(bench) == 0


def test_a_note_that_has_to_wait_is_told_in_the_end(bench: Bench, company: Company) -> None:
    key = company.incident()
    bench.until_quiet()
    company.team().comment(company.link(key).jira.key, "It is the cache")
    bench.clock.advance(60)
    bench.now_faults.add(Fault("drop_before", "PATCH|POST", "incident", times=None))
    assert bench.sync().unclear
    bench.now_faults.clear()
    assert tells(bench) == 0, "a comment is under way, and order is kept"
    bench.until_quiet()
    assert tells(bench) == 1
    assert len(notes(company, key)) == 1


def test_a_note_that_the_instance_puts_off_is_told_in_the_end(
    bench: Bench, company: Company
) -> None:
    key = company.incident()
    bench.until_quiet()
    bench.now_faults.add(Fault("status", "PATCH|POST", status=429, retry_after="90", times=9))
    assert tells(bench) == 0
    bench.now_faults.clear()
    assert tells(bench) == 1
    assert len(notes(company, key)) == 1


def test_a_refused_note_is_said_to_people_and_told_once_it_is_taken(
    bench: Bench, company: Company
) -> None:
    key = company.incident()
    bench.until_quiet()
    refusal = '{"error": {"message": "No", "detail": "not now"}, "status": "failure"}'
    bench.now_faults.add(Fault("status", "PATCH|POST", status=400, body=refusal, times=1))
    assert tells(bench) == 0
    [(label, field)] = company.parked()
    assert label == company.row(key)["number"]
    assert field.startswith("comment delivery ")
    assert tells(bench) == 1
    assert company.parked() == []
    assert len(notes(company, key)) == 1


def test_a_refused_note_is_forgotten_once_a_later_one_stands(
    bench: Bench, company: Company
) -> None:
    key = company.incident()
    bench.until_quiet()
    bench.now_faults.add(Fault("status", "PATCH|POST", status=400, times=1))
    tells(bench)
    assert company.parked()
    company.team().move_to(company.link(key).jira.key, "In Progress")
    bench.until_quiet()
    assert tells(bench) == 1
    assert company.parked() == []
    assert len(notes(company, key)) == 1


def imports(bench: Bench, *names: str) -> None:
    """An admin gives incidents these columns."""
    world = bench.servicenow.world
    before = world.schema
    task = before.tables["incident"]
    more = tuple(text(name) for name in names)
    tables = {**before.tables, "incident": replace(task, columns=(*task.columns, *more))}
    world.grow(Schema(tables.values(), before.choices), {})


def test_columns_that_come_later_are_filled_on_records_at_rest(
    bench: Bench, company: Company
) -> None:
    key = company.incident()
    bench.until_quiet()
    assert tells(bench) == 1
    imports(bench, "u_jira_key")
    assert tells(bench) == 1
    assert company.row(key)["u_jira_key"] == company.link(key).jira.label
    assert tells(bench) == 0
    imports(bench, "u_delivery_status")
    assert tells(bench) == 1
    assert company.row(key)["u_delivery_status"] == "Backlog"
    assert (tells(bench), len(notes(company, key))) == (0, 1)


def test_a_closed_record_gets_no_note_and_is_not_looked_at_again(
    bench: Bench, company: Company
) -> None:
    key = company.incident()
    bench.until_quiet()
    company.platform(key, state="7", close_code="Solution provided", close_notes="Done")
    assert (tells(bench), notes(company, key)) == (0, [])
    bench.now_faults.add(Fault("status", "GET", "incident", times=None))
    assert tells(bench) == 0


@pytest.mark.parametrize("fault", ["drop_after", "status"])
def test_columns_that_were_not_reached_are_filled_by_the_next_run(fault: str) -> None:
    bench = Bench("cloud", columns=tuple(("incident", text(name)) for name in OURS))
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    bench.now_faults.add(Fault(fault, "PATCH|PUT", status=429, times=9))
    assert tells(bench) == 0
    bench.now_faults.clear()
    assert tells(bench) == 1
    assert company.row(key)["u_jira_key"] == company.link(key).jira.label
    assert tells(bench) == 0


def test_columns_that_are_refused_are_not_tried_again_before_the_issue_moves() -> None:
    bench = Bench("cloud", columns=tuple(("incident", text(name)) for name in OURS))
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    bench.now_faults.add(Fault("status", "PATCH|PUT", status=400, times=1))
    assert (tells(bench), tells(bench)) == (0, 0)
    company.team().move_to(company.link(key).jira.key, "In Progress")
    bench.until_quiet()
    assert tells(bench) == 1


def test_a_busy_table_keeps_no_other_waiting() -> None:
    """More changes move between two runs than one run looks at."""
    bench = Bench("cloud")
    company = Company(bench)
    changes = [company.change(f"Patch server {number}") for number in range(ROOM + 5)]
    incident = company.incident()
    bench.until_quiet()
    assert (tells(bench), notes(company, incident)) == (ROOM, [])
    bench.clock.advance(600)
    for key in changes:
        company.team().edit(company.link(key).jira.key, duedate="2027-01-31")
    bench.until_quiet()
    assert tells(bench) == 6
    assert len(notes(company, incident)) == 1
