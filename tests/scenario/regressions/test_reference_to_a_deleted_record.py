"""A link is taken away while the record it stands for counts as deleted, which then comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mappings.sides import Side
from sync.core.model import LinkState
from tests.support.cast import Ticket
from tests.support.deaths import deletes, proves, rests, state, undeletes
from tests.support.stage import FLAVOURS, Stage

CAUSED = "is caused by"


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Everybody at work; what we may read proves deletions."""
    found = Stage(request.param)
    proves(found)
    yield found
    rests(found)


@pytest.mark.parametrize("by", list(Side))
def test_the_link_stays_away(stage: Stage, by: Side) -> None:
    incident, change = stage.desk.opens(), stage.desk.opens_change("Move the store")
    stage.desk.edits(incident, caused_by=change)
    stage.tandem.syncs()
    story, cause = incident.issue, change.issue
    assert story.linked(CAUSED) == [cause]
    deletes(stage, change)
    stage.later(60)
    stage.tandem.sweeps()
    assert state(stage, change) is LinkState.ENDED

    if by is Side.SERVICENOW:
        stage.desk.edits(incident, caused_by="")
    else:
        stage.team.unlinks(story, CAUSED, cause)
    stage.later(5)
    stage.tandem.syncs()
    _comes_back(stage, change)

    assert (incident["caused_by"], story.linked(CAUSED)) == ("", [])


def _comes_back(stage: Stage, ticket: Ticket) -> None:
    undeletes(stage, ticket)
    stage.tandem.sweeps()
    assert state(stage, ticket) is LinkState.ACTIVE
    stage.later(5)
    stage.tandem.syncs()
