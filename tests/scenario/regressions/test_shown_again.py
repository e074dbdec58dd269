"""A record was hidden from us for a while, and comes back just as it was."""

from __future__ import annotations

import pytest

from mappings.sides import Side
from sync.core.model import LinkState
from tests.support.deaths import days
from tests.support.stage import FLAVOURS, Stage


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("away", [1, 3])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_audit_sees_that_it_is_back(flavour: str, away: int, side: Side) -> None:
    """No version moved, and no scope lists it: still its link flows, and nobody is asked."""
    stage = Stage(flavour)
    ticket = stage.desk.opens()
    stage.tandem.settles()
    stage.desk.rates(ticket, "5")
    stage.tandem.settles()
    rows, issues = stage.servicenow.world.knobs.hidden_rows, stage.jira.world.hidden
    hidden, key = {Side.SERVICENOW: (rows, ticket.key), Side.JIRA: (issues, ticket.issue.key)}[side]
    hidden.add(key)
    days(stage, away)
    with stage.process() as runtime:
        assert [one.state for one in runtime.store.links.of_pair("incident-story")] == [
            LinkState.MISSING
        ]

    hidden.discard(key)
    stage.later(20)
    stage.tandem.sweeps()
    with stage.process() as runtime:
        [link] = runtime.store.links.of_pair("incident-story")
        assert link.state is LinkState.ACTIVE
        assert runtime.store.absences.all() == ()
    assert stage.tandem.parked == ()
    stage.ends()
