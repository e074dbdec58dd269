"""A mapping whose fields Jira does not have as it says is told before anything is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.sandbox.jira.model import FieldDef
from sync.errors import UserError
from tests.support.custom import staged
from tests.support.stage import FLAVOURS, Stage

IMPACT = '\n  impact: {servicenow: u_impact, jira: "Customer impact", as: same}\n'


def twice(stage: Stage) -> None:
    stage.jira.world.configure(field=FieldDef("customfield_10999", "Customer Impact", "line", "x"))


def unscreened(stage: Stage) -> None:
    world = stage.jira.world
    [field] = [one.id for one in world.fields.values() if one.name == "Customer impact"]
    for project in list(world.projects.values()):
        types = tuple(
            replace(kind, screen={n: d for n, d in kind.screen.items() if n != field})
            for kind in project.types
        )
        world.configure(project=replace(project, types=types))


def misspelt(stage: Stage) -> None:
    world = stage.jira.world
    [field] = [one for one in world.fields.values() if one.name == "Customer impact"]
    world.configure(field=replace(field, name="Customers' impact"))


TROUBLES = {
    "twice": (twice, "2 Jira fields are called 'Customer impact': customfield_10057, custom"),
    "unscreened": (unscreened, "'Customer impact' is not on the create screen of Story"),
    "misspelt": (misspelt, "jira has no field 'Customer impact'"),
}


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_it_is_told_with_file_line_field_and_remedy(flavour: str, trouble: str) -> None:
    stage = staged(flavour, IMPACT)  # type: ignore[arg-type]
    happens, told = TROUBLES[trouble]
    happens(stage)
    stage.desk.opens(u_impact="Everybody")

    with pytest.raises(UserError) as caught:
        stage.tandem.syncs()

    problem = next(one for one in caught.value.problems if told in one)
    place, _, rest = problem.partition(": ")
    file, _, line = place.rpartition(":")
    assert file.endswith("incident.yaml")
    text = dict(stage.texts)[file].splitlines()
    assert text[int(line) - 1].strip().startswith("impact:")
    assert rest.startswith("fields.impact")
    assert stage.tandem.writes() == 0


def test_what_only_flows_to_servicenow_needs_no_screen() -> None:
    stage = staged("cloud", IMPACT.replace("as: same", "as: same, flow: to_servicenow"))
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    stage.team.edits(ticket.issue, **{"Customer impact": "A team"})
    unscreened(stage)
    stage.desk.edits(ticket, short_description="Down")
    stage.tandem.syncs()
    assert ticket["u_impact"] == "A team"
    stage.ends()
