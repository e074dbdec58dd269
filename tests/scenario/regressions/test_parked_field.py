"""A field that waits for a person waits until both sides fit, and alone."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from sync.engine.resolve import retry
from tests.support.bench import Bench
from tests.support.people import Company


def test_a_refused_status_stays_parked_when_the_ticket_moves_for_another_reason() -> None:
    bench = Bench()
    company = Company(bench)
    change = company._desk_insert("change_request", {"short_description": "New disk"})
    bench.until_quiet()
    issue = company.issue(change)
    company.team().move_to(issue.id, "Done")
    bench.sync()
    assert company.parked() == [("CHG0010001", "status")]

    bench.clock.advance(60)
    company.desk(change, short_description="Two new disks")
    bench.sync()
    bench.clock.advance(60)
    company.desk(change, work_notes="Ordered.")
    bench.until_quiet()

    assert company.parked() == [("CHG0010001", "status")]

    company.team().move_to(issue.id, "Backlog")
    bench.clock.advance(60)
    bench.until_quiet()
    assert company.parked() == []


def test_one_refused_field_does_not_hold_back_the_others() -> None:
    bench = Bench()
    company = Company(bench)
    incident = company.incident("Mail is slow", description="Since Monday.")
    bench.until_quiet()

    # Jira takes no empty title, and says so about the whole edit.
    company.desk(incident, short_description="", description="Since Sunday.")
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.issue(incident).fields["description"] == "Since Sunday."
    assert [field for _, field in company.parked()] == ["summary"]


def test_a_refused_mark_is_put_on_when_a_person_asks_for_it() -> None:
    bench = Bench()
    company = Company(bench)
    bench.sync()
    story = company.team().create("OPS", "Story", "Mail is slow", labels=("to-incident",))
    fault = Fault("status", method="PUT", path=f"issue/{story.id}$", status=400, times=None)
    bench.jira_faults.add(fault)
    bench.until_quiet()
    (row,) = bench.store.ledger.parked()
    assert row.field == "@marks"

    bench.jira_faults.clear()
    retry(bench.runtime, row.id)
    bench.until_quiet()
    labels = bench.jira.world.issues[story.id].fields["labels"]
    assert any(label.startswith("tandem-") for label in labels)
