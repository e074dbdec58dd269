"""What a lost answer left open: found by its mark, sent again after settling, given up in sight."""

from __future__ import annotations

import pytest

from connector.errors import AccessLost
from connector.sandbox.faults import Fault
from mappings.sides import Side
from sync.core.model import IntentState
from tests.support.bench import Bench
from tests.support.people import Company

CREATE = "/issue$"
COMMENT = "/comment"


def linked() -> tuple[Bench, Company, str]:
    """An incident and its story at rest."""
    bench = Bench()
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    bench.clock.advance(700)
    return bench, company, key


def said(company: Company, key: str) -> list[str]:
    """The last line of each comment on the story."""
    return [comment.body.splitlines()[-1] for comment in company.issue(key).comments]


def runs(bench: Bench, seconds: float, times: int) -> None:
    """Polls in regular steps."""
    for _ in range(times):
        bench.clock.advance(seconds)
        bench.sync()


def test_a_create_whose_answer_was_lost_is_found_by_its_mark() -> None:
    bench = Bench()
    company = Company(bench)
    bench.jira_faults.add(Fault("drop_after", method="POST", path=CREATE))
    key = company.incident()
    assert bench.sync().unclear == 1
    runs(bench, 5, 1)
    assert [issue.id for issue in bench.jira.world.issues.values()] == [company.link(key).jira.key]
    assert bench.store.intents.open() == ()


def test_a_create_that_never_arrived_is_sent_again_only_after_its_settle_time() -> None:
    bench = Bench()
    company = Company(bench)
    bench.jira_faults.add(Fault("drop_before", method="POST", path=CREATE))
    key = company.incident()
    bench.sync()
    runs(bench, 299, 1)
    assert not bench.jira.world.issues
    runs(bench, 2, 1)
    assert company.issue(key).fields["summary"] == "Mail is slow"


def test_waiting_lasts_as_long_as_the_settle_time() -> None:
    bench = Bench()
    company = Company(bench)
    bench.jira_faults.add(Fault("drop_before", method="POST", path=CREATE))
    key = company.incident()
    summary = bench.sync(wait=True)
    assert summary.unclear == 0
    assert company.link(key).jira.label == "OPS-1"


def test_waiting_lasts_through_all_attempts() -> None:
    bench = Bench()
    company = Company(bench)
    bench.jira_faults.add(Fault("drop_before", method="POST", path=CREATE, times=None))
    company.incident()
    began = bench.clock.now()
    summary = bench.sync(wait=True)
    assert (summary.unclear, summary.parked) == (0, 1)
    assert (bench.clock.now() - began).total_seconds() >= 3 * 300


def test_waiting_ends_although_a_side_always_puts_us_off() -> None:
    bench, company, key = linked()
    bench.jira_faults.add(
        Fault("status", method="PUT", path="/issue/", status=429, retry_after="60", times=None)
    )
    company.desk(key, short_description="never arrives")
    began = bench.clock.now()
    assert bench.sync(wait=True).open
    assert (bench.clock.now() - began).total_seconds() < 1200


def test_a_create_given_up_is_parked_under_the_record_it_was_for() -> None:
    bench = Bench()
    company = Company(bench)
    bench.jira_faults.add(Fault("drop_before", method="POST", path=CREATE, times=None))
    key = company.incident()
    runs(bench, 310, 8)
    [row] = bench.store.ledger.parked()
    assert (row.side, row.key, row.label, row.field) == (
        Side.SERVICENOW, key, company.row(key)["number"], "",
    )  # fmt: skip
    assert bench.store.intents.open() == ()
    assert not bench.jira.world.issues


def test_a_comment_given_up_is_parked_at_its_record_and_can_be_retried() -> None:
    from sync.engine.resolve import retry

    bench, company, key = linked()
    bench.jira_faults.add(Fault("drop_before", method="POST", path=COMMENT, times=3))
    company.desk(key, work_notes="restarted it")
    runs(bench, 310, 8)
    assert said(company, key) == []
    [row] = bench.store.ledger.parked()
    assert (row.side, row.label) == (Side.JIRA, company.link(key).jira.label)
    assert row.field.startswith("comment ")

    retry(bench.runtime, row.id)
    runs(bench, 10, 2)
    assert said(company, key) == ["restarted it"]
    assert company.parked() == []


@pytest.mark.parametrize("kind", ["late", "drop_after", "drop_before"])
def test_comments_behind_an_unclear_one_follow_it_in_order(kind: str) -> None:
    bench, company, key = linked()
    bench.jira_faults.add(Fault(kind, method="POST", path=COMMENT, seconds=100))
    company.desk(key, work_notes="first")
    bench.sync()
    bench.clock.advance(5)
    company.desk(key, work_notes="second")
    runs(bench, 5, 1)
    runs(bench, 45, 10)
    assert said(company, key) == ["first", "second"]
    assert bench.store.intents.open() == ()
    assert bench.store.inbox.count() == 0


def test_comments_that_could_not_be_sent_at_all_are_no_attempts() -> None:
    bench, company, key = linked()
    bench.jira_faults.add(Fault("status", method="POST", path=COMMENT, status=401))
    company.desk(key, work_notes="restarted it")
    with pytest.raises(AccessLost):
        bench.sync()
    states = {one.state for one in bench.store.intents.open()}
    assert not states & {IntentState.SENT, IntentState.UNCLEAR}
    runs(bench, 60, 3)
    assert said(company, key) == ["restarted it"]


def test_a_clone_that_bears_our_mark_is_not_taken_for_the_twin() -> None:
    """The clone came long before our request, by a person's hand."""
    bench, company, key = linked()
    clone = company.team().clone(company.link(key).jira.key)
    runs(bench, 60, 2)
    assert company.link(key).jira.key != clone.id
    assert bench.store.links.by_keys(Side.JIRA, [clone.id]) == {}
    assert bench.writes() == len(bench.servicenow.world.write_log) + len(bench.jira.world.write_log)
