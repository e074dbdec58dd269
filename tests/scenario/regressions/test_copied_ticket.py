"""A ticket that a person copied, correlation and all, is a ticket of its own."""

from __future__ import annotations

from connector.sandbox.servicenow.knobs import Door
from tests.support.bench import Bench
from tests.support.people import Company


def test_the_copy_of_a_ticket_that_jira_asked_for_gets_its_own_story() -> None:
    bench = Bench()
    company = Company(bench)
    story = company.team().create("OPS", "Story", "Mail is slow", labels=("to-incident",))
    bench.until_quiet()
    original = company.row(company.link(story.id).servicenow.key)

    by = bench.servicenow.world.caller("ben.okafor", Door.SCREEN)
    kept = ("impact", "urgency", "correlation_id", "correlation_display")
    copy = bench.servicenow.world.insert(
        "incident", {"short_description": "A copy", **{n: original[n] for n in kept}}, by
    )
    bench.until_quiet()

    assert company.link(copy["sys_id"]).jira.key != story.id
    assert company.link(original["sys_id"]).jira.key == story.id
