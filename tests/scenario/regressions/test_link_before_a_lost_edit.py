"""A link is made, the edit that goes with it fails, and somebody takes the link away."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira import linking
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
