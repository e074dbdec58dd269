"""The desk empties a reference, and in the moment of our removal the team links another ticket."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.jira import linking
from connector.sandbox.jira.direct import DirectJira
from mappings.sides import Side
from sync.engine import Engine, Orders
from tests.support.bench import Bench
from tests.support.people import Company

WORDS = "is blocked by"


class Hurried(DirectJira):
    """The team links an issue right before our first change of another."""

    company: Company
    link: tuple[str, str] = ("", "")

    def patch(self, patches: Any, fields: Any) -> Any:
        (one, other), self.link = self.link, ("", "")
        if one:
            self.company.team().link(one, WORDS, other)
        return super().patch(patches, fields)


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_both_changed_it(flavour: str) -> None:
    """As if both had been seen before: the desk owns the field, and the ledger keeps the link."""
    bench = Bench(flavour)
    company = Company(bench)
    key, first, second = company.incident(), company.change(), company.change("Add a disk")
    bench.until_quiet()
    company.desk(key, rfc=first)
    bench.until_quiet()
    bench.clock.advance(60)
    company.desk(key, rfc="")

    issue, other = (company.link(one).jira.key for one in (key, second))
    hurried = Hurried(bench.jira, faults=bench.jira_faults)
    hurried.company, hurried.link = company, (issue, other)
    runtime = bench.connect()
    runtime.adapters = {**runtime.adapters, Side.JIRA: hurried}
    Engine(runtime).run(Orders(yes=True))
    bench.until_quiet()

    [conflict] = company.conflicts()
    assert (conflict.field, conflict.decision) == ("fixed_by", "servicenow")
    assert (conflict.servicenow.value, conflict.jira.value) == (None, (other,))
    assert company.row(key).get("rfc", "") == ""
    assert linking.named(bench.jira.world, company.issue(key), WORDS) == ()
