"""The memo of an epoch is written late, behind a later one."""

from __future__ import annotations

import pytest

from connector.errors import RetryLater
from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company


def test_a_memo_that_lands_late_does_not_stop_the_work() -> None:
    bench = Bench()
    company = Company(bench)
    incident = company.incident("Mail is slow")
    bench.jira_faults.add(Fault("late", method="PUT", path="tandem.epoch", seconds=60))
    with pytest.raises(RetryLater):
        bench.sync()
    bench.sync()
    company.desk(incident, short_description="Mail is slower")
    bench.clock.advance(5)
    bench.sync()

    bench.clock.advance(60)
    company.desk(incident, short_description="Mail is down")
    bench.until_quiet()

    assert company.issue(incident).fields["summary"] == "Mail is down"
