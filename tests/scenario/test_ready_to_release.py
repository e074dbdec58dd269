"""A story that is ready to release asks for its change, with the plans that its team wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira.model import Flavour
from mappings.defaults import shipped
from mappings.sides import Side
from tests.support.cast import Story
from tests.support.jira_admin import add_status
from tests.support.stage import FLAVOURS, Stage

READY = "Ready to release"
MAPPINGS = {
    name: text.replace("scope: labels = to-change ", f'scope: status = "{READY}" ')
    for name, text in shipped().items()
}
TEXT = """Moves the mail store.

h2. Implementation plan
# Announce
# Move

h3. At night
Ask the *desk* first.

h2. Rollback plan:
Move back.
{code}
h2. Test plan
not a heading
{code}
*Test plan*
Send a mail to [the list|mailto:list@example.com].
"""


@pytest.fixture(params=FLAVOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A project with that status, and a mapping that looks at it."""
    flavour: Flavour = request.param
    found = Stage(flavour, mappings=MAPPINGS)
    add_status(found.jira.world, "OPS", READY, "indeterminate")
    yield found
    found.ends()


def ready(stage: Stage, text: str = TEXT) -> Story:
    """A story at work, and then handed over."""
    story = stage.team.writes("Move the mail store", description=text)
    stage.tandem.syncs()
    assert story.tickets == []
    stage.team.moves(story, READY)
    return story


def test_a_story_that_is_ready_gets_a_change_with_its_plans(stage: Stage) -> None:
    story = ready(stage)
    stage.tandem.syncs()
    change = story.ticket
    assert (change.table, change.state, story.status) == ("change_request", "New", READY)
    assert change["short_description"] == "Move the mail store"
    assert change["implementation_plan"].startswith("1. Announce\n2. Move")
    assert change["implementation_plan"].endswith("At night\nAsk the *desk* first.")
    assert change["backout_plan"].startswith("Move back.")
    assert "not a heading" in change["backout_plan"]
    assert change["test_plan"] == "Send a mail to the list (mailto:list@example.com)."
    assert change["justification"] == ""
    assert not stage.tandem.parked
    assert story["description"].strip() == TEXT.strip(), "the story keeps its words"


def test_what_is_not_written_leaves_what_the_change_has(stage: Stage) -> None:
    story = ready(stage, "h2. Backout plan\n\nh2. Test plan\nSend a mail.")
    stage.tandem.syncs()
    change = story.ticket
    assert (change["backout_plan"], change["test_plan"]) == ("", "Send a mail.")

    stage.desk.edits(change, backout_plan="Move back by hand.")
    stage.tandem.syncs()
    assert change["backout_plan"] == "Move back by hand."

    stage.team.edits(story, description="Nothing planned here any more.")
    stage.tandem.syncs()
    assert (change["backout_plan"], change["test_plan"]) == ("Move back by hand.", "Send a mail.")


def test_a_plan_that_is_edited_in_the_story_follows(stage: Stage) -> None:
    story = ready(stage)
    stage.tandem.syncs()
    stage.team.edits(story, description="h2. Rollback plan\nRestore the copy.")
    stage.tandem.syncs()
    assert story.ticket["backout_plan"] == "Restore the copy."


def test_the_story_tells_where_it_has_the_section(stage: Stage) -> None:
    story = ready(stage)
    stage.tandem.syncs()
    change = story.ticket
    stage.desk.edits(change, test_plan="Send two mails.")
    stage.tandem.syncs()
    assert change["test_plan"] == "Send a mail to the list (mailto:list@example.com)."
    [row] = [row for row in stage.tandem.conflicts if row.field == "test_section"]
    assert row.servicenow.value == "Send two mails.", "what was put back is not lost"


def test_the_change_goes_its_way_and_takes_the_story_along(stage: Stage) -> None:
    story = ready(stage)
    stage.tandem.syncs()
    change = story.ticket
    stage.desk.moves(change, "Assess")
    stage.desk.approves(change)
    stage.desk.approves(change)
    stage.tandem.syncs()
    assert (change.state, story.status) == ("Scheduled", READY)
    stage.desk.moves(change, "Implement")
    stage.tandem.syncs()
    assert story.status == "In Progress"
    assert len([one for one in story.comments if "Approval: approved" in one]) == 2


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_a_lost_answer_makes_one_change(stage: Stage, kind: str) -> None:
    story = ready(stage)
    stage.faults[Side.SERVICENOW].add(
        Fault(kind, method="POST", path="/table/change_request$", seconds=40)
    )
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()
    assert story.ticket["test_plan"].startswith("Send a mail")
    assert len(stage.desk.tickets("change_request")) == 1


def test_a_label_asks_as_well_and_brings_the_plans(stage: Stage) -> None:
    plain = Stage(stage.flavour)
    story = plain.team.writes("Patch", description="h3. Test plan\nLook.", labels=("to-change",))
    plain.tandem.syncs()
    assert story.ticket["test_plan"] == "Look."
    plain.ends()
