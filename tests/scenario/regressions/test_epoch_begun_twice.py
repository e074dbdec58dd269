"""Beginning an epoch fails, once or twice, or is done twice."""

from __future__ import annotations

import pytest

from connector.errors import RetryLater
from connector.sandbox.faults import Fault
from connector.sandbox.jira.model import Flavour
from mappings.sides import Side
from tests.support.bench import Bench
from tests.support.memory import MemoryStore
from tests.support.people import Company
from tests.support.stage import FLAVOURS, Stage


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


def test_an_old_store_whose_first_epoch_reached_one_side_only_is_not_asked_about_again() -> None:
    """Nor does the other side look as if it had been restored."""
    bench = Bench()
    company = Company(bench)
    company.incident("Mail is slow")
    bench.until_quiet()
    assert isinstance(bench.store, MemoryStore)
    copy = bench.store.copy()
    bench.clock.advance(4000)
    company.incident("Mail is down")
    bench.until_quiet()
    bench.store.restore(copy)
    later = company.incident("Mail is back")
    bench.jira_faults.add(Fault("drop_before", method="PUT", path="tandem.epoch", times=None))
    with pytest.raises(RetryLater):
        bench.sync()
    bench.jira_faults.clear()

    bench.clock.advance(400)
    bench.sync(yes=False)
    bench.until_quiet()
    assert company.issue(later).fields["summary"] == "Mail is back"
    assert len(bench.jira.world.issues) == 3


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_first_try_that_lands_behind_the_next_epoch_is_no_restored_system(
    flavour: Flavour,
) -> None:
    """Where no answer comes the adapter tries once more, and the next process goes on counting."""
    stage = Stage(flavour)
    stage.desk.opens()
    stage.tandem.syncs()
    weather = stage.faults[Side.JIRA]
    weather.add(Fault("late", method="PUT", path="tandem.epoch", seconds=60))
    for _ in range(2):
        stage.desk.opens()
        stage.tandem.syncs()
    assert not weather.active()

    stage.later(15)
    ticket = stage.desk.opens()
    stage.tandem.syncs(yes=False)
    assert ticket.issue["summary"] == ticket["short_description"]


def test_what_the_first_of_two_failed_starts_sent_may_land_behind_a_good_one() -> None:
    """Each of them had reached ServiceNow, so each counted on."""
    stage = Stage()
    stage.desk.opens()
    stage.tandem.syncs()
    weather = stage.faults[Side.JIRA]
    weather.add(Fault("late", method="PUT", path="tandem.epoch", seconds=250))
    weather.add(Fault("drop_before", method="PUT", path="tandem.epoch", times=None))
    for _ in range(2):
        stage.desk.opens()
        with pytest.raises(RetryLater):
            stage.tandem.syncs()
    weather.clear()
    stage.tandem.syncs()

    stage.later(15)
    ticket = stage.desk.opens()
    stage.tandem.syncs(yes=False)
    assert ticket.issue["summary"] == ticket["short_description"]
