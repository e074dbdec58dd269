"""A write that is refused again amid an audit; what it may bring about has its record looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mappings.sides import Side
from tests.support.library import Library
from tests.support.stage import FLAVOURS, Stage


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    found = Stage(request.param)
    yield found
    found.ends()


def tries(stage: Stage) -> int:
    """How often the state of an article was sent so far."""
    return sum(
        one.method == "PATCH" and "/kb_knowledge/" in one.path and b'"workflow_state"' in one.body
        for one in stage.wires[Side.SERVICENOW].requests
    )


def test_it_is_tried_once_in_each_audit(stage: Stage) -> None:
    stage.desk.opens_problem(workaround="Delete old mail.")
    stage.tandem.settles()
    stage.team.moves(Library(stage).paper().task, "Done")
    stage.tandem.settles()
    assert [row.field for row in stage.tandem.parked] == ["status"]

    for number in (1, 2):
        before = tries(stage)
        stage.later(24 * 60)
        stage.tandem.sweeps()
        assert tries(stage) == before + 1, f"audit {number}"
    assert [row.field for row in stage.tandem.parked] == ["status"]
