"""A link is made, the edit that goes with it fails, and somebody takes the link away."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira import linking
from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.people import Company

WORDS = "is blocked by"


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_the_reference_goes_too(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key, change = company.incident(), company.change()
    bench.until_quiet()
    issue, fix = (company.link(one).jira for one in (key, change))
    bench.clock.advance(60)
    company.desk(key, short_description="Mail is down", rfc=change)
    bench.jira_faults.add(Fault("html", "PUT", r"/issue/"))
    bench.sync()
    assert linking.named(bench.jira.world, company.issue(key), WORDS) == (fix.key,)

    bench.clock.advance(10)
    company.team().unlink(issue.key, WORDS, fix.key)
    bench.clock.advance(600)
    bench.until_quiet()

    assert company.row(key).get("rfc", "") == ""
    assert company.issue(key).fields["summary"] == "Mail is down"


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_the_reference_goes_too_where_the_linked_issue_was_hidden_meanwhile(flavour: str) -> None:
    """It cannot tell its key while what became of the patch is found out."""
    bench = Bench(flavour)
    company = Company(bench)
    key, change = company.incident(), company.change()
    bench.until_quiet()
    issue, fix = (company.link(one).jira for one in (key, change))
    bench.clock.advance(60)
    company.desk(key, short_description="Mail is down", rfc=change)
    bench.jira_faults.add(Fault("html", "PUT", r"/issue/"))
    bench.sync()
    bench.jira.world.hidden.add(fix.key)
    bench.clock.advance(600)
    bench.until_quiet()

    company.team().unlink(issue.key, WORDS, fix.key)
    bench.until_quiet()
    bench.jira.world.hidden.discard(fix.key)
    sweep(bench.runtime)
    bench.clock.advance(60)
    bench.until_quiet()

    assert company.row(key).get("rfc", "") == ""
    assert linking.named(bench.jira.world, company.issue(key), WORDS) == ()
