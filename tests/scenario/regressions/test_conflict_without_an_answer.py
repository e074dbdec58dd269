"""The answer to a write that decided a conflict is lost, and somebody puts the old value back."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_what_was_put_back_is_heard(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident("Mail is slow")
    bench.until_quiet()
    issue = company.link(key).jira.key
    bench.clock.advance(60)
    company.desk(key, short_description="Mail is down")
    company.team().edit(issue, summary="Mail is gone")
    bench.jira_faults.add(Fault("drop_after", "PUT", r"/issue/"))
    bench.sync()
    assert company.issue(key).fields["summary"] == "Mail is down"

    bench.clock.advance(20)
    company.team().edit(issue, summary="Mail is slow")
    bench.clock.advance(600)
    bench.until_quiet()

    assert company.row(key)["short_description"] == "Mail is slow"
    assert company.issue(key).fields["summary"] == "Mail is slow"
