"""Beginning an epoch fails twice, each time at another side."""

from __future__ import annotations

import pytest

from connector.errors import RetryLater
from connector.sandbox.faults import Fault
from tests.support.bench import Bench
from tests.support.people import Company


def test_an_epoch_that_was_begun_in_vain_does_not_look_like_a_restored_system() -> None:
    bench = Bench()
    company = Company(bench)
    incident = company.incident("Mail is slow")
    bench.jira_faults.add(Fault("drop_before", method="PUT", path="tandem.epoch", times=None))
    with pytest.raises(RetryLater):
        bench.sync()
    bench.jira_faults.clear()
    bench.now_faults.add(Fault("drop_before", path="sys_user_preference", skip=1, times=None))
    with pytest.raises(RetryLater):
        bench.sync()
    bench.now_faults.clear()

    bench.until_quiet()
    assert company.issue(incident).fields["summary"] == "Mail is slow"
