"""The desk empties a reference while the issue that it led to is hidden, and its link with it."""

from __future__ import annotations

import pytest

from connector.sandbox.jira import linking
from sync.engine.sweep import sweep
from tests.support.bench import Bench
from tests.support.people import Company

WORDS = "is blocked by"


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_it_stays_empty_and_the_link_goes_once_it_is_shown(flavour: str) -> None:
    """Both sides look as if they agreed: it is no word of the team's that its link is not shown."""
    bench = Bench(flavour)
    company = Company(bench)
    change = company.change()
    key = company.incident(rfc=change)
    bench.until_quiet()
    other = company.issue(change).id
    assert linking.named(bench.jira.world, company.issue(key), WORDS) == (other,)
    bench.jira.world.hidden.add(other)
    company.desk(key, rfc="")
    bench.clock.advance(400)
    bench.until_quiet()
    bench.jira.world.hidden.discard(other)
    sweep(bench.runtime)
    bench.clock.advance(400)
    bench.until_quiet()

    assert company.row(key).get("rfc", "") == ""
    assert linking.named(bench.jira.world, company.issue(key), WORDS) == ()
    assert not company.conflicts()
