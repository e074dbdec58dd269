"""The answer to our change of a status is lost, and a person moves the record back meanwhile.

Seen from the values last agreed on nobody did anything, or only we did.
"""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_an_issue_that_went_back_takes_its_ticket_along(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    issue = company.link(key).jira.key
    company.team().move_to(issue, "Done")
    bench.clock.advance(60)
    bench.now_faults.add(Fault("drop_after", "PATCH", r"/incident/"))
    bench.sync()
    assert company.row(key)["state"] == "6"

    company.team().move_to(issue, "Backlog")
    bench.until_quiet()

    assert company.status(key) == "Backlog"
    assert company.row(key)["state"] == "1"


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_who_puts_an_issue_back_on_our_way_is_heard(flavour: str) -> None:
    bench = Bench(flavour)
    company = Company(bench)
    key = company.incident()
    bench.until_quiet()
    company.platform(key, state="8")
    bench.clock.advance(60)
    bench.jira_faults.add(Fault("drop_after", "POST", r"/transitions$", times=None))
    bench.sync()
    bench.jira_faults.clear()
    assert company.status(key) == "In Review"

    company.team().move_to(company.link(key).jira.key, "Backlog")
    bench.until_quiet()

    assert company.status(key) == "Done"
    [row] = company.conflicts()
    assert (row.field, row.jira.value, row.decision) == ("status", "Backlog", "servicenow")
    assert "put back" in row.reason
