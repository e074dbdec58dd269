"""Changing records: what others do in the meantime is never hidden by our own write."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.people import Company
from tests.support.quicker import one_run

SN, JIRA = Side.SERVICENOW, Side.JIRA


def settled(flavour: str = "cloud") -> tuple[Bench, Company, str, str]:
    """An incident and its story, at rest: bench, people, sys_id, issue id."""
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident("before")
    bench.until_quiet()
    bench.clock.advance(700)
    return bench, company, key, company.link(key).jira.key


def later(bench: Bench) -> None:
    """Two more polls, minutes apart."""
    for _ in range(2):
        bench.clock.advance(400)
        bench.sync()


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
@pytest.mark.parametrize("before", ["look", "patch"])
def test_an_edit_of_another_field_of_the_issue_arrives(flavour: str, before: str) -> None:
    """The version we remember after our write covers it, so no poll would tell of it."""
    bench, company, key, issue = settled(flavour)
    company.desk(key, short_description="from the desk")
    one_run(bench, JIRA, before, lambda: company.team().edit(issue, description="from the team"))
    later(bench)
    assert company.row(key)["description"] == "from the team"
    assert company.issue(key).fields["summary"] == "from the desk"


@pytest.mark.parametrize("before", ["look", "patch"])
def test_an_edit_of_another_field_of_the_incident_arrives(before: str) -> None:
    bench, company, key, issue = settled()
    company.team().edit(issue, summary="from the team")
    one_run(bench, SN, before, lambda: company.desk(key, description="from the desk"))
    later(bench)
    assert company.issue(key).fields["description"] == "from the desk"
    assert company.row(key)["short_description"] == "from the team"


def test_an_edit_between_our_patch_and_our_move_arrives() -> None:
    bench, company, key, issue = settled()
    company.desk(key, short_description="from the desk", state="2")
    one_run(bench, JIRA, "move", lambda: company.team().edit(issue, summary="from the team"))
    later(bench)
    assert company.issue(key).status == "In Progress" or company.row(key)["state"] == "2"
    assert company.row(key)["short_description"] == "from the team"


def test_a_comment_written_before_our_look_arrives() -> None:
    bench, company, key, issue = settled()
    company.desk(key, short_description="from the desk")
    one_run(bench, JIRA, "look", lambda: company.team().comment(issue, "I am on it"))
    later(bench)
    notes = [row["value"] for row in bench.servicenow.world.true_notes(key)]
    assert len(notes) == 1
    assert notes[0].endswith("I am on it")


def test_what_nobody_disturbed_is_not_looked_at_again() -> None:
    bench, company, key, _ = settled()
    company.desk(key, short_description="from the desk")
    bench.sync()
    bench.clock.advance(400)
    before = bench.connect().adapters[JIRA].meter.totals()
    summary = bench.sync()
    assert before == {"read": 0, "write": 0, "decoration": 0}
    assert summary.requests["servicenow"]["write"] == summary.requests["jira"]["write"] == 0
    assert bench.store.inbox.count() == 0


def test_a_record_that_moved_while_we_looked_is_planned_anew() -> None:
    """Both changed the summary: the second plan sees a conflict where the first saw a change."""
    bench, company, key, issue = settled()
    company.desk(key, short_description="from the desk")
    one_run(bench, JIRA, "look", lambda: company.team().edit(issue, summary="from the team"))
    [conflict] = company.conflicts()
    assert (conflict.servicenow.value, conflict.jira.value) == ("from the desk", "from the team")
    assert company.issue(key).fields["summary"] == "from the desk"


def test_a_refused_field_is_parked_and_tried_again_when_its_record_moves() -> None:
    bench, company, key, _ = settled()
    bench.jira_faults.add(Fault("status", method="PUT", path="/issue/", status=400))
    company.desk(key, short_description="from the desk")
    bench.sync()
    assert company.parked() == [(company.link(key).jira.label, "summary")]
    assert company.issue(key).fields["summary"] == "before"
    before = len(bench.jira.world.write_log)
    later(bench)
    assert company.parked() == [(company.link(key).jira.label, "summary")]
    assert bench.jira.world.write_log[before:] == []

    company.desk(key, comments="anything new?")
    later(bench)
    assert company.issue(key).fields["summary"] == "from the desk"
    assert company.parked() == []


@pytest.mark.parametrize(
    ("status", "told"), [(429, "NotSent"), (503, "Unclear")], ids=["not sent", "unclear"]
)
def test_a_patch_that_failed_for_the_moment_is_written_later(status: int, told: str) -> None:
    bench, company, key, _ = settled()
    bench.jira_faults.add(
        Fault("status", method="PUT", path="/issue/", status=status, retry_after="60")
    )
    company.desk(key, short_description="from the desk")
    summary = bench.sync()
    assert company.issue(key).fields["summary"] == "before", told
    assert summary.waiting == 1
    assert summary.open
    bench.clock.advance(70)
    assert not bench.sync().open
    assert company.issue(key).fields["summary"] == "from the desk"
    assert bench.store.ledger.conflicts(all=True) == ()


def test_the_history_tells_each_write_with_its_reason_and_outcome() -> None:
    bench, company, key, _ = settled()
    company.desk(key, short_description="from the desk")
    bench.sync()
    row = bench.store.ledger.history(company.link(key).id)[-1]
    assert (row.kind, row.field, row.old, row.new) == (
        "update", "summary", "before", "from the desk",
    )  # fmt: skip
    assert (row.reason, row.outcome) == ("changed in servicenow", "done")
    assert row.plan
