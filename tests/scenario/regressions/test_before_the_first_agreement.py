"""A twin is there, its link is not, and people are at work already."""

from __future__ import annotations

from connector.sandbox.faults import Fault
from mappings.defaults import shipped
from mappings.sides import Side
from sync.core.plan import Update
from sync.engine.complete import complete
from sync.engine.execute import execute
from sync.engine.study import study
from sync.feed import poll
from sync.store import Store
from tests.support.bench import Bench
from tests.support.people import Company


def asked_for(bench: Bench, company: Company) -> tuple[str, str]:
    """An issue asks for its ticket, and the answer to the create is lost."""
    bench.sync()
    story = company.team().create("OPS", "Story", "Mail is slow", labels=("to-incident",))
    bench.now_faults.add(Fault("drop_after", method="POST", path="incident"))
    bench.sync()
    row = next(iter(bench.servicenow.world.rows("incident")))
    return story.id, row["sys_id"]


def test_what_the_desk_wrote_before_the_first_look_is_told_in_the_ledger() -> None:
    bench = Bench()
    company = Company(bench)
    _, ticket = asked_for(bench, company)
    bench.clock.advance(60)
    company.desk(ticket, state="3", hold_reason="3")
    bench.until_quiet()

    (row,) = company.conflicts()
    assert (row.field, row.servicenow.value, row.decision) == ("status", "3", str(Side.JIRA))
    assert company.row(ticket)["state"] == "1"


def test_a_ticket_we_made_goes_back_to_its_issue_when_the_store_is_lost() -> None:
    bench = Bench()
    company = Company(bench)
    story, ticket = asked_for(bench, company)
    bench.store = Store.open("sqlite://", clock=bench.clock.now)
    bench.clock.advance(400)
    bench.until_quiet()

    assert company.link(ticket).jira.key == story
    assert list(bench.jira.world.issues) == [story]


def test_a_value_that_was_never_agreed_on_is_told_when_it_gives_way() -> None:
    texts = {
        name: text.replace(
            "as: line, owner: servicenow}", "as: line, owner: servicenow, flow: to_jira}"
        )
        for name, text in shipped().items()
    }
    bench = Bench(mappings=texts)
    company = Company(bench)
    story = company.team().create("OPS", "Story", "Mail is slow", labels=("to-incident",))
    bench.until_quiet()
    ticket = company.link(story.id).servicenow.key
    company.desk(ticket, short_description="Mail is down")
    bench.clock.advance(60)
    bench.until_quiet()

    assert bench.jira.world.issues[story.id].fields["summary"] == "Mail is down"
    assert "Mail is slow" in [row.jira.value for row in company.conflicts()]


def test_a_comment_that_waits_does_not_hide_who_edited_the_twin() -> None:
    """Somebody is assigned right before our write; the last writer is all that tells so."""
    bench = Bench()
    company = Company(bench)
    story, ticket = asked_for(bench, company)
    bench.clock.advance(30)
    company.team().edit(story, assignee="greta.lindqvist")
    company.team().comment(story, "It is the cache")
    bench.clock.advance(400)
    runtime = bench.connect()
    poll(runtime)
    complete(runtime)
    found = study(runtime, runtime.store.inbox.rows(100, runtime.clock()))
    assert any(
        isinstance(one, Update) and one.side is Side.SERVICENOW for one in found.plan.actions
    )

    somebody = bench.servicenow.world.user_id("amira.haddad")
    company.desk(ticket, assigned_to=somebody)
    execute(runtime, found)
    bench.clock.advance(60)
    bench.until_quiet()

    assert somebody in [row.servicenow.value for row in company.conflicts()]
    notes = bench.servicenow.world.rows("sys_journal_field")
    assert sum("It is the cache" in row["value"] for row in notes) == 1
